//! Small trees made by hand.

use swc_common::DUMMY_SP;
use swc_ecma_ast::{
    BindingIdent, CallExpr, Callee, Decl, Expr, ExprOrSpread, ExprStmt, Ident, Lit, Number, Pat, Stmt, Str, UnaryExpr,
    UnaryOp, VarDecl, VarDeclKind, VarDeclarator,
};

/// A name as an expression.
pub fn ident(name: &str) -> Expr {
    Expr::Ident(Ident::new_no_ctxt(name.into(), DUMMY_SP))
}

/// A number; negative ones and -0 as a unary minus, NaN and Infinity by their names.
pub fn number(value: f64) -> Expr {
    if value.is_nan() {
        ident("NaN")
    } else if value.is_sign_negative() {
        let arg = Box::new(number(-value));
        Expr::Unary(UnaryExpr { span: DUMMY_SP, op: UnaryOp::Minus, arg })
    } else if value.is_infinite() {
        ident("Infinity")
    } else {
        Expr::Lit(Lit::Num(Number { span: DUMMY_SP, value, raw: None }))
    }
}

/// A string literal.
pub fn string(value: &str) -> Expr {
    Expr::Lit(Lit::Str(Str { span: DUMMY_SP, value: value.into(), raw: None }))
}

/// `name(arguments)`
pub fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    let args = arguments.into_iter().map(|expr| ExprOrSpread { spread: None, expr: Box::new(expr) }).collect();
    let callee = Callee::Expr(Box::new(ident(name)));
    Expr::Call(CallExpr { span: DUMMY_SP, callee, args, ..CallExpr::default() })
}

/// `expression;`
pub fn statement(expression: Expr) -> Stmt {
    Stmt::Expr(ExprStmt { span: DUMMY_SP, expr: Box::new(expression) })
}

/// `var name = value;`
pub fn var(name: &str, value: Option<Box<Expr>>) -> Stmt {
    let binding = BindingIdent { id: Ident::new_no_ctxt(name.into(), DUMMY_SP), type_ann: None };
    let declarator = VarDeclarator { span: DUMMY_SP, name: Pat::Ident(binding), init: value, definite: false };
    let declaration = VarDecl { span: DUMMY_SP, kind: VarDeclKind::Var, decls: vec![declarator], ..VarDecl::default() };
    Stmt::Decl(Decl::Var(Box::new(declaration)))
}
