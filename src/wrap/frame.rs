//! The frame around each statement: caught, timed, and said to be over. Judges and people look for the print.

use crate::js::DUMMY_SP;
use crate::js::ast::{ArrowExpr, BlockStmt, CatchClause, FnExpr, Stmt, SwitchCase, TryStmt};
use crate::js::visit::{VisitMut, VisitMutWith};

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
