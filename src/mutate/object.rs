//! A document or array gives way to another of the corpus: queries, updates and stages change places.

use super::{Material, Mutator};
use crate::js::ast::{Expr, Stmt};
use crate::js::{change_nth, count};
use crate::seed::Dice;

/// See the module.
pub struct Object;

fn fits(expression: &Expr) -> bool {
    matches!(expression, Expr::Object(_) | Expr::Array(_))
}

impl Mutator for Object {
    fn name(&self) -> &'static str {
        "object"
    }

    fn summary(&self) -> &'static str {
        "a document or array becomes another of the corpus: {$set: {a: 1}} -> {$inc: {b: 2}}"
    }

    fn sites(&self, statement: &mut Stmt) -> usize {
        count(statement, fits)
    }

    fn mutate(&self, statement: &mut Stmt, site: usize, material: &Material<'_>, dice: &mut Dice) -> bool {
        let Some(object) = dice.pick(&material.index.objects) else { return false };
        change_nth(statement, site, fits, |place| *place = object.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::tests::mutated;

    #[test]
    fn a_query_becomes_another_of_the_corpus() {
        assert_eq!(mutated(&Object, "t.find({a: 1});", &["[7]"]), "t.find([ 7 ]);");
    }
}
