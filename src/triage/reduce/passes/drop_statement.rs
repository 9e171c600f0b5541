//! Leaves a statement out, at any depth.

use crate::js::DUMMY_SP;
use crate::js::ast::{EmptyStmt, Stmt};
use crate::triage::reduce::walk::{Local, Node};

/// See the module.
pub struct DropStatement;

impl Local for DropStatement {
    fn name(&self) -> &'static str {
        "drop-statement"
    }

    fn options(&self, node: &Node<'_>) -> usize {
        match node {
            Node::List(list) => list.len(),
            Node::Lone(statement) => usize::from(!matches!(statement, Stmt::Empty(_) | Stmt::Block(_))),
            _ => 0,
        }
    }

    fn apply(&self, node: &mut Node<'_>, chosen: &[usize]) {
        match node {
            Node::List(list) => {
                let mut at = 0..;
                list.retain(|_| at.next().is_some_and(|at| chosen.binary_search(&at).is_err()));
            }
            Node::Lone(statement) => **statement = Stmt::Empty(EmptyStmt { span: DUMMY_SP }),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::{all, each};
    use crate::triage::reduce::walk::EachNode;

    const PASS: EachNode<DropStatement> = EachNode(DropStatement);

    #[test]
    fn statements_of_every_depth_go() {
        assert_eq!(
            each(&PASS, "f(); if (a) { g(); h(); } else i();"),
            [
                "if (a) { g(); h(); } else i();",
                "f();",
                "f(); if (a) { h(); } else i();",
                "f(); if (a) { g(); } else i();",
                "f(); if (a) { g(); h(); } else ;",
            ]
        );
        assert_eq!(all(&PASS, "f(); function g() { h(); }"), "");
    }
}
