//! A value gives way to one at an edge: of a number type, of the Unicode range, of what a key may be.

use super::dictionary::PRIMITIVES;
use super::{Material, Mutator};
use crate::js::ast::{Expr, Stmt};
use crate::js::{change_nth, count};
use crate::seed::Dice;

/// See the module.
pub struct EdgeValue;

fn fits(expression: &Expr) -> bool {
    matches!(expression, Expr::Lit(_) | Expr::Unary(_)) || (expression.is_call() && is_value_call(expression))
}

/// `NumberLong(5)` and its like are values, too.
fn is_value_call(expression: &Expr) -> bool {
    const VALUES: [&str; 7] =
        ["NumberLong", "NumberInt", "NumberDecimal", "ISODate", "ObjectId", "Timestamp", "BinData"];
    let callee = expression.as_call().and_then(|call| call.callee.as_expr());
    callee.is_some_and(|callee| VALUES.iter().any(|value| callee.is_ident_ref_to(*value)))
}

impl Mutator for EdgeValue {
    fn name(&self) -> &'static str {
        "edge-value"
    }

    fn summary(&self) -> &'static str {
        "a value becomes one at an edge: limit(5) -> limit(2147483648)"
    }

    fn sites(&self, statement: &mut Stmt) -> usize {
        count(statement, fits)
    }

    fn mutate(&self, statement: &mut Stmt, site: usize, _: &Material<'_>, dice: &mut Dice) -> bool {
        let Some(edge) = dice.pick(&PRIMITIVES) else { return false };
        change_nth(statement, site, fits, |place| *place = edge.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js::parse;

    #[test]
    fn numbers_signs_and_typed_values_are_places() {
        let mut statement = parse("f(1, -2, NumberLong(3), g(x));").unwrap().program.expect_script().body.remove(0);
        // A number under a sign or in a typed value is a place of its own as well.
        assert_eq!(EdgeValue.sites(&mut statement), 5);
    }
}
