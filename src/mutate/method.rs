//! The name after a dot becomes another method's: `t.find(x)` to `t.remove(x)`.

use super::{Material, Mutator};
use crate::js::DUMMY_SP;
use crate::js::ast::{Expr, IdentName, MemberProp, Stmt};
use crate::js::{count_edits, edit_nth};
use crate::seed::Dice;

/// See the module.
pub struct Method;

fn fits(expression: &Expr) -> bool {
    expression.as_member().is_some_and(|member| member.prop.is_ident())
}

impl Mutator for Method {
    fn name(&self) -> &'static str {
        "method"
    }

    fn summary(&self) -> &'static str {
        "the name after a dot becomes a method of the corpus: t.find(x) -> t.remove(x)"
    }

    fn sites(&self, statement: &mut Stmt) -> usize {
        count_edits(statement, fits)
    }

    fn mutate(&self, statement: &mut Stmt, site: usize, material: &Material<'_>, dice: &mut Dice) -> bool {
        let Some(name) = dice.pick(&material.index.methods) else { return false };
        edit_nth(statement, site, fits, |place| {
            if let Some(member) = place.as_mut_member() {
                member.prop = MemberProp::Ident(IdentName::new(name.as_str().into(), DUMMY_SP));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::tests::mutated;

    #[test]
    fn a_read_becomes_a_write() {
        assert_eq!(mutated(&Method, "t.find(x);", &["y.remove()"]), "t.remove(x);");
    }
}
