//! Leaves out a value that need not be there: a variable's, a `return`'s, a parameter's default; and `async`, `*`.

use crate::js::ast::{Expr, Pat, Stmt, VarDeclKind};
use crate::triage::reduce::walk::{Local, Node};

/// See the module.
pub struct DropValue;

impl Local for DropValue {
    fn name(&self) -> &'static str {
        "drop-value"
    }

    fn options(&self, node: &Node<'_>) -> usize {
        match node {
            Node::Variables(variables) => variables.decls.len(),
            Node::Statement(Stmt::Return(_)) => 1,
            Node::Function(function) => 2 + function.params.len(),
            Node::Arrow(arrow) => 1 + arrow.params.len(),
            Node::Class(_) => 1,
            Node::Expression(Expr::Yield(_), _) => 1,
            _ => 0,
        }
    }

    fn apply(&self, node: &mut Node<'_>, chosen: &[usize]) {
        match node {
            Node::Variables(variables) => {
                chosen.iter().for_each(|at| variables.decls[*at].init = None);
                if variables.kind == VarDeclKind::Const {
                    variables.kind = VarDeclKind::Var;
                }
            }
            Node::Statement(Stmt::Return(one)) => one.arg = None,
            Node::Function(function) => {
                function.is_async &= !chosen.contains(&0);
                function.is_generator &= !chosen.contains(&1);
                let parameters = chosen.iter().filter_map(|at| at.checked_sub(2));
                parameters.for_each(|at| without_default(&mut function.params[at].pat));
            }
            Node::Arrow(arrow) => {
                arrow.is_async &= !chosen.contains(&0);
                let parameters = chosen.iter().filter_map(|at| at.checked_sub(1));
                parameters.for_each(|at| without_default(&mut arrow.params[at]));
            }
            Node::Class(class) => class.super_class = None,
            Node::Expression(Expr::Yield(one), _) if !one.delegate => one.arg = None,
            _ => {}
        }
    }
}

fn without_default(pattern: &mut Pat) {
    if let Pat::Assign(assign) = pattern {
        *pattern = std::mem::take(&mut *assign.left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::each;
    use crate::triage::reduce::walk::EachNode;

    const PASS: EachNode<DropValue> = EachNode(DropValue);

    #[test]
    fn values_go() {
        assert_eq!(each(&PASS, "const a = 1;"), ["var a;"]);
        assert_eq!(
            each(&PASS, "function f(a = 1) { return a; }"),
            ["function f(a) { return a; }", "function f(a = 1) { return; }",]
        );
        assert_eq!(each(&PASS, "async function* f() {}"), ["function* f() {}", "async function f() {}"]);
        assert_eq!(each(&PASS, "class A extends B {}"), ["class A { }"]);
    }
}
