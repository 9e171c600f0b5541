//! An argument, an element or a field is left out.

use super::{Material, Mutator};
use crate::js::ast::{Expr, Stmt};
use crate::js::{count_edits, edit_nth};
use crate::seed::Dice;

/// See the module.
pub struct RemovePart;

pub(super) fn parts(expression: &Expr) -> usize {
    match expression {
        Expr::Call(call) => call.args.len(),
        Expr::Array(array) => array.elems.len(),
        Expr::Object(object) => object.props.len(),
        _ => 0,
    }
}

impl Mutator for RemovePart {
    fn name(&self) -> &'static str {
        "remove-part"
    }

    fn summary(&self) -> &'static str {
        "an argument, element or field is left out: [1, 2] -> [1]"
    }

    fn sites(&self, statement: &mut Stmt) -> usize {
        count_edits(statement, |expression| parts(expression) > 0)
    }

    fn mutate(&self, statement: &mut Stmt, site: usize, _: &Material<'_>, dice: &mut Dice) -> bool {
        edit_nth(
            statement,
            site,
            |expression| parts(expression) > 0,
            |place| {
                let at = dice.below(parts(place));
                match place {
                    Expr::Call(call) => drop(call.args.remove(at)),
                    Expr::Array(array) => drop(array.elems.remove(at)),
                    Expr::Object(object) => drop(object.props.remove(at)),
                    _ => {}
                }
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::tests::changes;

    #[test]
    fn one_part_goes() {
        let seen = changes(&RemovePart, "f([1, 2]);", 50);
        assert_eq!(seen, ["f();", "f([ 1 ]);", "f([ 2 ]);"]);
    }
}
