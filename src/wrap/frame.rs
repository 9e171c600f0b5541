//! The frame around each statement: caught, timed, and said to be over. Judges and people look for the print.

use std::collections::VecDeque;

use crate::js::ast::{ArrowExpr, BlockStmt, CatchClause, Decl, Expr, ExprStmt, FnExpr, Lit, Stmt, SwitchCase, TryStmt};
use crate::js::visit::{VisitMut, VisitMutWith};
use crate::js::{DUMMY_SP, declared};

const DIVIDER: &str =
    "// ------------------------------------------------------------------------------------------------";

/// Appends statement `number` in its frame. The shape and the print are MongoDB's, to the letter.
pub fn push(text: &mut String, number: usize, statement: &str) {
    let statement = statement.replace('\n', "\n    ");
    text.push_str(&format!(
        "{DIVIDER}\n\
         var $startTime = Date.now();\n\
         try {{\n    \
             {statement}\n\
         }} catch (e) {{\n\
         }}\n\
         var $endTime = Date.now();\n\
         print('Top-level statement {number} completed in', $endTime - $startTime, 'ms');\n"
    ));
}

/// A piece of a file that may be a fuzzed one.
#[derive(Clone, Debug)]
pub enum Piece {
    /// A statement of no frame.
    Bare(Stmt),
    /// What stands in a frame; mostly one statement.
    Framed(usize, Vec<Stmt>),
}

/// Takes the frames of [`push`] off a script.
pub fn take_off(statements: Vec<Stmt>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = statements.into_iter().peekable();
    let mut ahead: VecDeque<Stmt> = VecDeque::new();
    loop {
        while ahead.len() < 4 && rest.peek().is_some() {
            ahead.extend(rest.next());
        }
        if let Some(framed) = framed(ahead.make_contiguous()) {
            ahead.drain(..4);
            pieces.push(framed);
        } else if let Some(bare) = ahead.pop_front() {
            pieces.push(Piece::Bare(bare));
        } else {
            return pieces;
        }
    }
}

fn framed(statements: &[Stmt]) -> Option<Piece> {
    let [start, Stmt::Try(attempt), end, print, ..] = statements else { return None };
    let caught = attempt.handler.as_ref().is_some_and(|handler| handler.body.stmts.is_empty());
    let timed = binds(start, "$startTime") && binds(end, "$endTime") && caught && attempt.finalizer.is_none();
    let number = completed(print).filter(|_| timed)?;
    Some(Piece::Framed(number, attempt.block.stmts.clone()))
}

fn binds(statement: &Stmt, name: &str) -> bool {
    matches!(statement, Stmt::Decl(Decl::Var(_))) && declared(std::slice::from_ref(statement)).contains(name)
}

/// The number in `print('Top-level statement 7 completed in', ...)`.
fn completed(statement: &Stmt) -> Option<usize> {
    let Stmt::Expr(ExprStmt { expr, .. }) = statement else { return None };
    let Expr::Call(call) = &**expr else { return None };
    let Expr::Lit(Lit::Str(text)) = &*call.args.first()?.expr else { return None };
    let number = text.value.as_str()?.strip_prefix("Top-level statement ")?.strip_suffix(" completed in")?;
    number.parse().ok()
}

/// Catches each statement inside blocks and declared functions too, so that one failure does not end a whole loop.
///
/// Functions that are arguments stay as they are: whoever calls them waits for their exceptions.
pub fn catch_nested(statement: &mut Stmt) {
    statement.visit_mut_with(&mut Catcher);
}

struct Catcher;

impl Catcher {
    fn all(&mut self, statements: &mut [Stmt]) {
        for statement in statements {
            statement.visit_mut_with(self);
            if worth_catching(statement) {
                let inner = std::mem::replace(statement, Stmt::Empty(crate::js::ast::EmptyStmt { span: DUMMY_SP }));
                *statement = caught(inner);
            }
        }
    }
}

/// Jumps cannot throw, declared functions must stay hoisted, and what is a block catches inside.
fn worth_catching(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(_) | Stmt::Throw(_) | Stmt::Return(_))
        || matches!(statement, Stmt::Decl(crate::js::ast::Decl::Var(_)))
}

fn caught(inner: Stmt) -> Stmt {
    let block = BlockStmt { span: DUMMY_SP, stmts: vec![inner], ..BlockStmt::default() };
    let parameter = crate::js::ast::Pat::Ident(crate::js::ast::BindingIdent {
        id: crate::js::ast::Ident::new_no_ctxt("e".into(), DUMMY_SP),
        type_ann: None,
    });
    let handler = CatchClause { span: DUMMY_SP, param: Some(parameter), body: BlockStmt::default() };
    Stmt::Try(Box::new(TryStmt { span: DUMMY_SP, block, handler: Some(handler), finalizer: None }))
}

impl VisitMut for Catcher {
    fn visit_mut_block_stmt(&mut self, node: &mut BlockStmt) {
        self.all(&mut node.stmts);
    }

    fn visit_mut_function_body(&mut self, node: &mut crate::js::ast::FunctionBody) {
        self.all(&mut node.stmts);
    }

    fn visit_mut_switch_case(&mut self, node: &mut SwitchCase) {
        self.all(&mut node.cons);
    }

    fn visit_mut_fn_expr(&mut self, _: &mut FnExpr) {}
    fn visit_mut_arrow_expr(&mut self, _: &mut ArrowExpr) {}
    fn visit_mut_class(&mut self, _: &mut crate::js::ast::Class) {}
    fn visit_mut_object_lit(&mut self, _: &mut crate::js::ast::ObjectLit) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js::{parse_script, print_statements};

    #[test]
    fn frames_come_off_as_they_were_put_on() {
        let mut text = "var $tameSeed = 1;\n".to_owned();
        push(&mut text, 0, "f(1);");
        push(&mut text, 7, "try {\n    g();\n} catch (e) {}");
        text.push_str("try { h(); } catch (e) {}\n");
        let pieces = take_off(parse_script(&text).unwrap());
        let shown = pieces.into_iter().map(|piece| match piece {
            Piece::Bare(statement) => format!("bare {}", print_statements(vec![statement]).join(" ")),
            Piece::Framed(number, inside) => format!("{number} {}", print_statements(inside).join(" ")),
        });
        let shown: Vec<String> = shown.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(
            shown,
            ["bare var $tameSeed = 1;", "0 f(1);", "7 try { g(); } catch (e) {}", "bare try { h(); } catch (e) {}"]
        );
    }
}
