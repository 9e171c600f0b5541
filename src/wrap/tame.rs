//! What is kept from blowing the test up before it runs. What is only known at run time is in `harness/tame.js`.

use crate::js::ast::{BlockStmt, Expr, ForInStmt, ForOfStmt, ForStmt, IfStmt, Stmt, WhileStmt};
use crate::js::visit::{VisitMut, VisitMutWith};
use crate::js::{DUMMY_SP, ast, call, declared, number};

/// Names that the frame or the prelude stand on, or whose loss would silence a whole file: never bound by a statement.
pub const SHELL_NAMES: [&str; 16] = [
    "db",
    "print",
    "Date",
    "assert",
    "TestData",
    "$startTime",
    "$endTime",
    "$loop",
    "$tame",
    "Object",
    "Array",
    "Math",
    "JSON",
    "undefined",
    "NaN",
    "Infinity",
];

/// True for a statement that would bind one of [`SHELL_NAMES`].
pub fn is_forbidden(statement: &Stmt) -> bool {
    let names = declared(std::slice::from_ref(statement));
    SHELL_NAMES.iter().any(|name| names.contains(*name))
}

/// Makes every loop ask `$loop()` before each turn; the prelude's function says no after a bounded number of turns.
///
/// MongoDB's own fuzzer lifts a loop's body and runs it once. Loops that insert documents are what gives later statements
/// something to find, so ours keep turning, within bounds.
pub fn bound_loops(statement: &mut Stmt) {
    statement.visit_mut_with(&mut Loops);
}

struct Loops;

fn another_turn() -> Expr {
    call("$loop", Vec::new())
}

fn and_another_turn(test: Expr) -> Expr {
    let (left, right) = (Box::new(another_turn()), Box::new(test));
    Expr::Bin(ast::BinExpr { span: DUMMY_SP, op: ast::BinaryOp::LogicalAnd, left, right })
}

/// `if (!$loop()) break;` before the body.
fn guarded(body: Stmt) -> Stmt {
    let not = ast::UnaryExpr { span: DUMMY_SP, op: ast::UnaryOp::Bang, arg: Box::new(another_turn()) };
    let stop = Stmt::Break(ast::BreakStmt { span: DUMMY_SP, label: None });
    let test = Box::new(Expr::Unary(not));
    let guard = Stmt::If(IfStmt { span: DUMMY_SP, test, cons: Box::new(stop), alt: None });
    Stmt::Block(BlockStmt { span: DUMMY_SP, stmts: vec![guard, body], ..BlockStmt::default() })
}

fn take(expression: &mut Expr) -> Expr {
    std::mem::replace(expression, number(0.0))
}

fn take_body(body: &mut Stmt) -> Stmt {
    std::mem::replace(body, Stmt::Empty(ast::EmptyStmt { span: DUMMY_SP }))
}

impl VisitMut for Loops {
    fn visit_mut_for_stmt(&mut self, node: &mut ForStmt) {
        node.visit_mut_children_with(self);
        let test = node.test.take();
        node.test = Some(Box::new(test.map_or_else(another_turn, |test| and_another_turn(*test))));
    }

    fn visit_mut_while_stmt(&mut self, node: &mut WhileStmt) {
        node.visit_mut_children_with(self);
        *node.test = and_another_turn(take(&mut node.test));
    }

    fn visit_mut_do_while_stmt(&mut self, node: &mut ast::DoWhileStmt) {
        node.visit_mut_children_with(self);
        *node.test = and_another_turn(take(&mut node.test));
    }

    fn visit_mut_for_in_stmt(&mut self, node: &mut ForInStmt) {
        node.visit_mut_children_with(self);
        *node.body = guarded(take_body(&mut node.body));
    }

    fn visit_mut_for_of_stmt(&mut self, node: &mut ForOfStmt) {
        node.visit_mut_children_with(self);
        *node.body = guarded(take_body(&mut node.body));
    }
}
