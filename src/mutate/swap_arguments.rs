//! Two neighbouring arguments of a call change places.

use super::{Material, Mutator};
use crate::js::ast::{Expr, Stmt};
use crate::js::{count_edits, edit_nth};
use crate::seed::Dice;

/// See the module.
pub struct SwapArguments;

fn fits(expression: &Expr) -> bool {
    expression.as_call().is_some_and(|call| call.args.len() >= 2)
}

impl Mutator for SwapArguments {
    fn name(&self) -> &'static str {
        "swap-arguments"
    }

    fn summary(&self) -> &'static str {
        "two neighbouring arguments change places: update(q, u) -> update(u, q)"
    }

    fn sites(&self, statement: &mut Stmt) -> usize {
        count_edits(statement, fits)
    }

    fn mutate(&self, statement: &mut Stmt, site: usize, _: &Material<'_>, dice: &mut Dice) -> bool {
        let turn = dice.below(1 << 16);
        edit_nth(statement, site, fits, |call| {
            if let Expr::Call(call) = call {
                let at = turn % (call.args.len() - 1);
                call.args.swap(at, at + 1);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::tests::changes;

    #[test]
    fn query_and_update_change_places() {
        assert_eq!(changes(&SwapArguments, "t.update(q, u);", 5), ["t.update(u, q);"]);
        assert!(changes(&SwapArguments, "t.update(q);", 5).is_empty());
    }
}
