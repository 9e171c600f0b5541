//! An operator between two values becomes another of its kind: `a < b` to `a >= b`.

use super::{Material, Mutator};
use crate::js::ast::{BinaryOp, Expr, Stmt};
use crate::js::{count_edits, edit_nth};
use crate::seed::Dice;

/// See the module.
pub struct Operator;

const COMPARISONS: [BinaryOp; 6] =
    [BinaryOp::EqEq, BinaryOp::NotEq, BinaryOp::Lt, BinaryOp::LtEq, BinaryOp::Gt, BinaryOp::GtEq];
const ARITHMETIC: [BinaryOp; 6] =
    [BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul, BinaryOp::Div, BinaryOp::Mod, BinaryOp::BitOr];

fn kind(operator: BinaryOp) -> Option<&'static [BinaryOp]> {
    let kinds: [&'static [BinaryOp]; 2] = [&COMPARISONS, &ARITHMETIC];
    kinds.into_iter().find(|kind| kind.contains(&operator))
}

fn fits(expression: &Expr) -> bool {
    expression.as_bin().is_some_and(|binary| kind(binary.op).is_some())
}

impl Mutator for Operator {
    fn name(&self) -> &'static str {
        "operator"
    }

    fn summary(&self) -> &'static str {
        "an operator becomes another of its kind: i < 5 -> i >= 5"
    }

    fn sites(&self, statement: &mut Stmt) -> usize {
        count_edits(statement, fits)
    }

    fn mutate(&self, statement: &mut Stmt, site: usize, _: &Material<'_>, dice: &mut Dice) -> bool {
        edit_nth(statement, site, fits, |place| {
            if let Some(binary) = place.as_mut_bin()
                && let Some(&other) = kind(binary.op).and_then(|kind| dice.pick(kind))
            {
                binary.op = other;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::tests::changes;

    #[test]
    fn comparisons_stay_comparisons() {
        let seen = changes(&Operator, "f(a < b);", 50);
        assert_eq!(seen.len(), 5);
        assert!(!seen.iter().any(|text| text.contains('+')), "{seen:?}");
    }
}
