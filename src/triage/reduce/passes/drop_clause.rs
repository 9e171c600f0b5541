//! Leaves out what a statement can do without: `else`, `catch`, `finally`, the first part of a loop's head, a case.

use crate::js::ast::Stmt;
use crate::triage::reduce::walk::{Local, Node};

/// See the module.
pub struct DropClause;

impl Local for DropClause {
    fn name(&self) -> &'static str {
        "drop-clause"
    }

    fn options(&self, node: &Node<'_>) -> usize {
        let Node::Statement(statement) = node else { return 0 };
        match statement {
            Stmt::If(one) => usize::from(one.alt.is_some()),
            Stmt::Try(_) => 3,
            Stmt::For(one) => usize::from(one.init.is_some()),
            Stmt::Switch(one) => one.cases.len(),
            _ => 0,
        }
    }

    fn apply(&self, node: &mut Node<'_>, chosen: &[usize]) {
        let Node::Statement(statement) = node else { return };
        let wanted = |option| chosen.contains(&option);
        match statement {
            Stmt::If(one) => one.alt = None,
            Stmt::Try(one) => {
                if wanted(0) && one.handler.is_some() {
                    one.finalizer = None;
                } else if wanted(1) && one.finalizer.is_some() {
                    one.handler = None;
                }
                if let Some(handler) = one.handler.as_mut().filter(|_| wanted(2)) {
                    handler.param = None;
                }
            }
            Stmt::For(one) => one.init = None,
            Stmt::Switch(one) => {
                let mut at = 0..;
                one.cases.retain(|_| at.next().is_some_and(|at| !wanted(at)));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::each;
    use crate::triage::reduce::walk::EachNode;

    const PASS: EachNode<DropClause> = EachNode(DropClause);

    #[test]
    fn clauses_go() {
        assert_eq!(each(&PASS, "if (a) f(); else g();"), ["if (a) f();"]);
        assert_eq!(
            each(&PASS, "try { f(); } catch (e) {} finally { g(); }"),
            ["try { f(); } catch (e) {}", "try { f(); } finally{ g(); }", "try { f(); } catch {} finally{ g(); }",]
        );
        assert_eq!(
            each(&PASS, "for (var i = 0; i < 1; i++) f();"),
            ["for(; i < 1; i++)f();"],
            "what ends a loop stays"
        );
        assert_eq!(each(&PASS, "switch (a) { case 1: f(); default: }").len(), 2);
    }
}
