//! Tree to text. A changed tree lacks the brackets that its new shape needs; swc's fixer puts them back first.

use swc_common::{DUMMY_SP, SourceMap, sync::Lrc};
use swc_ecma_ast::{EsVersion, Expr, ExprStmt, Script, Stmt};
use swc_ecma_codegen::{Config, Emitter, Node, text_writer::JsWriter};
use swc_ecma_transforms_base::fixer::fixer;
use swc_ecma_visit::VisitMutWith;

/// The text of each statement, in order.
pub fn print_statements(statements: Vec<Stmt>) -> Vec<String> {
    let mut script = Script { span: DUMMY_SP, body: statements, shebang: None };
    script.visit_mut_with(&mut fixer(None));
    let map: Lrc<SourceMap> = Lrc::default();
    script.body.iter().map(|statement| emit(&map, statement)).collect()
}

/// The text of one expression, as it would stand alone.
pub fn print_expression(expression: &Expr) -> String {
    let statement = Stmt::Expr(ExprStmt { span: DUMMY_SP, expr: Box::new(expression.clone()) });
    let text = print_statements(vec![statement]).pop().unwrap_or_default();
    text.trim_end_matches(';').to_owned()
}

fn emit(map: &Lrc<SourceMap>, statement: &Stmt) -> String {
    let mut bytes = Vec::new();
    let writer = JsWriter::new(map.clone(), "\n", &mut bytes, None);
    let config = Config::default().with_target(EsVersion::latest());
    let mut emitter = Emitter { cfg: config, cm: map.clone(), comments: None, wr: writer };
    // Writing to memory does not fail.
    let _ = statement.emit_with(&mut emitter);
    drop(emitter);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js::build::number;
    use crate::js::parse;

    fn statements(text: &str) -> Vec<Stmt> {
        parse(text).unwrap().program.expect_script().body
    }

    #[test]
    fn what_was_parsed_is_printed() {
        let printed = print_statements(statements("var a=1,b={c:[1,,2]}; f(a)(b);"));
        assert_eq!(printed.len(), 2);
        assert_eq!(printed[1], "f(a)(b);");
    }

    #[test]
    fn brackets_that_a_changed_tree_needs_are_put_back() {
        let mut body = statements("x = a * 3;");
        let sum = statements("1 + 9;").remove(0).expect_expr().expr;
        let Stmt::Expr(ExprStmt { expr, .. }) = &mut body[0] else { unreachable!() };
        let Expr::Assign(assign) = &mut **expr else { unreachable!() };
        let Expr::Bin(product) = &mut *assign.right else { unreachable!() };
        product.left = sum;
        assert_eq!(print_statements(body), ["x = (1 + 9) * 3;"]);
        assert_eq!(print_expression(&number(-1.0)), "-1");
    }
}
