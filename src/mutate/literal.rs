//! A literal gives way to a literal from elsewhere in the corpus, of whatever type: `find({a: 1})` to `find({a: "x"})`.

use super::{Material, Mutator};
use crate::js::ast::{Expr, Stmt};
use crate::js::{change_nth, count};
use crate::seed::Dice;

/// See the module.
pub struct Literal;

impl Mutator for Literal {
    fn name(&self) -> &'static str {
        "literal"
    }

    fn summary(&self) -> &'static str {
        "a literal becomes another of the corpus: {a: 1} -> {a: \"x\"}"
    }

    fn sites(&self, statement: &mut Stmt) -> usize {
        count(statement, Expr::is_lit)
    }

    fn mutate(&self, statement: &mut Stmt, site: usize, material: &Material<'_>, dice: &mut Dice) -> bool {
        let Some(literal) = dice.pick(&material.index.literals) else { return false };
        change_nth(statement, site, Expr::is_lit, |place| *place = literal.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::tests::mutated;

    #[test]
    fn types_may_change() {
        assert_eq!(mutated(&Literal, "t.find({a: 1});", &["'x'"]), "t.find({ a: 'x' });");
    }
}
