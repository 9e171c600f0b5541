//! A name gives way to another name that is bound at that place: one collection's query meets another's.

use super::{Material, Mutator};
use crate::js::ast::{Expr, Stmt};
use crate::js::{change_nth, count, ident};
use crate::seed::Dice;

/// See the module.
pub struct Identifier;

impl Mutator for Identifier {
    fn name(&self) -> &'static str {
        "identifier"
    }

    fn summary(&self) -> &'static str {
        "a name becomes another one that is bound there: f(a) -> f(b)"
    }

    fn sites(&self, statement: &mut Stmt) -> usize {
        count(statement, Expr::is_ident)
    }

    fn mutate(&self, statement: &mut Stmt, site: usize, material: &Material<'_>, dice: &mut Dice) -> bool {
        let Some(name) = dice.pick(material.bound) else { return false };
        change_nth(statement, site, Expr::is_ident, |place| *place = ident(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::tests::mutated_among;

    #[test]
    fn only_bound_names_are_taken_and_targets_are_left_alone() {
        assert_eq!(mutated_among(&Identifier, "a = f(b);", &["c"]), "a = f(c);");
        assert_eq!(mutated_among(&Identifier, "a = f(1);", &["c"]), "a = f(1);");
    }
}
