//! Puts 0 in the place of a whole expression whose value is used.

use crate::js::ast::{Expr, UnaryOp};
use crate::js::number;
use crate::triage::reduce::walk::{Local, Node, Place};

/// See the module.
pub struct Zero;

impl Local for Zero {
    fn name(&self) -> &'static str {
        "zero"
    }

    fn options(&self, node: &Node<'_>) -> usize {
        match node {
            Node::Expression(expression, Place::Value) => usize::from(is_composite(expression)),
            _ => 0,
        }
    }

    fn apply(&self, node: &mut Node<'_>, _: &[usize]) {
        if let Node::Expression(expression, _) = node {
            **expression = number(0.0);
        }
    }
}

/// Names and literals are another pass's.
fn is_composite(expression: &Expr) -> bool {
    match expression {
        Expr::Ident(_) | Expr::Lit(_) | Expr::This(_) | Expr::Tpl(_) | Expr::Invalid(_) => false,
        Expr::Unary(unary) => unary.op != UnaryOp::Minus || !unary.arg.is_lit(),
        Expr::Array(array) => !array.elems.is_empty(),
        Expr::Object(object) => !object.props.is_empty(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::each;
    use crate::triage::reduce::walk::EachNode;

    #[test]
    fn expressions_that_are_used_become_zero() {
        let pass = EachNode(Zero);
        assert_eq!(
            each(&pass, "f(g(a), b, {c: d.e});"),
            ["f(0, b, { c: d.e });", "f(g(a), b, 0);", "f(g(a), b, { c: 0 });",]
        );
        assert!(each(&pass, "a.b(); c = 1;").is_empty());
    }
}
