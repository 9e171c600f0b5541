//! A whole argument of a call gives way to something else: `update({}, {$set: {a: 1}})` to `update({}, NaN)`.

use super::dictionary::PRIMITIVES;
use super::{Material, Mutator};
use crate::js::ast::{Expr, Stmt};
use crate::js::{count_edits, edit_nth, ident};
use crate::seed::Dice;

/// See the module.
pub struct Argument;

/// Spread arguments must stay iterable, functions are what their callers need.
fn fits(expression: &Expr) -> bool {
    let arguments = expression.as_call().map(|call| call.args.as_slice()).unwrap_or_default();
    arguments.iter().any(|argument| argument.spread.is_none() && !argument.expr.is_fn_expr())
}

fn replacement(material: &Material<'_>, dice: &mut Dice) -> Option<Expr> {
    match dice.below(4) {
        0 => dice.pick(&PRIMITIVES).cloned(),
        1 => dice.pick(material.bound).map(|name| ident(name)),
        2 => dice.pick(&material.index.literals).cloned(),
        _ => dice.pick(&material.index.objects).cloned(),
    }
}

impl Mutator for Argument {
    fn name(&self) -> &'static str {
        "argument"
    }

    fn summary(&self) -> &'static str {
        "a whole argument becomes something else: update({}, {$set: {a: 1}}) -> update({}, NaN)"
    }

    fn sites(&self, statement: &mut Stmt) -> usize {
        count_edits(statement, fits)
    }

    fn mutate(&self, statement: &mut Stmt, site: usize, material: &Material<'_>, dice: &mut Dice) -> bool {
        let Some(new) = replacement(material, dice) else { return false };
        let turn = dice.below(1 << 16);
        edit_nth(statement, site, fits, |call| {
            let Expr::Call(call) = call else { return };
            let mut places: Vec<_> = call
                .args
                .iter_mut()
                .filter(|argument| argument.spread.is_none() && !argument.expr.is_fn_expr())
                .collect();
            let at = turn % places.len().max(1);
            if let Some(place) = places.get_mut(at) {
                *place.expr = new.clone();
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::tests::changes;

    #[test]
    fn arguments_change_and_functions_stay() {
        let seen = changes(&Argument, "assert.throws(function() { x(); }, 1);", 50);
        assert!(
            seen.len() > 3 && seen.iter().all(|text| text.starts_with("assert.throws(function() { x(")),
            "{seen:?}"
        );
    }
}
