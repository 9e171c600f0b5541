//! Puts a call from inside a statement in the statement's place: `var a = f(g(h));` becomes `g(h);`

use crate::js::ast::{ArrowExpr, BlockStmt, Class, Expr, Function, Stmt};
use crate::js::statement;
use crate::js::visit::{Visit, VisitWith};
use crate::triage::reduce::walk::{Local, Node};

/// See the module.
pub struct Hoist;

impl Local for Hoist {
    fn name(&self) -> &'static str {
        "hoist"
    }

    fn options(&self, node: &Node<'_>) -> usize {
        match node {
            Node::Statement(statement) => calls(statement).len(),
            _ => 0,
        }
    }

    fn apply(&self, node: &mut Node<'_>, chosen: &[usize]) {
        let Node::Statement(place) = node else { return };
        let mut calls = calls(place);
        if chosen[0] < calls.len() {
            **place = statement(calls.swap_remove(chosen[0]));
        }
    }
}

/// The calls in a statement's expressions, from the outside in; not those in its blocks and functions, and not the
/// statement's own.
fn calls(outer: &Stmt) -> Vec<Expr> {
    let mut calls = Calls(Vec::new());
    match outer {
        Stmt::Expr(one) => one.expr.visit_children_with(&mut calls),
        Stmt::Block(_) => {}
        other => other.visit_children_with(&mut calls),
    }
    calls.0
}

struct Calls(Vec<Expr>);

impl Visit for Calls {
    fn visit_expr(&mut self, node: &Expr) {
        if matches!(node, Expr::Call(_) | Expr::New(_) | Expr::Assign(_)) {
            self.0.push(node.clone());
        }
        node.visit_children_with(self);
    }

    fn visit_stmt(&mut self, _: &Stmt) {}
    fn visit_block_stmt(&mut self, _: &BlockStmt) {}
    fn visit_function(&mut self, _: &Function) {}
    fn visit_arrow_expr(&mut self, _: &ArrowExpr) {}
    fn visit_class(&mut self, _: &Class) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::{all, each};
    use crate::triage::reduce::walk::EachNode;

    const PASS: EachNode<Hoist> = EachNode(Hoist);

    #[test]
    fn inner_calls_come_out() {
        assert_eq!(each(&PASS, "var a = f(g(h), function () { i(); });"), ["f(g(h), function() { i(); });", "g(h);"]);
        assert_eq!(
            each(&PASS, "assert.eq(1, t.find({a: b()}).itcount());"),
            ["t.find({ a: b() }).itcount();", "t.find({ a: b() });", "b();",]
        );
        assert_eq!(each(&PASS, "if (f()) { g(); }"), ["f();"]);
        assert_eq!(all(&PASS, "if (f(g())) { h(); }"), "f(g());");
    }
}
