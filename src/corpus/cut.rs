//! Cuts a program into the statements that a fuzzer mixes.
//!
//! Whole-file functions called on the spot are unwrapped, or there would be nothing to split; inner `try` is flattened;
//! blocks at the top are opened. What remains is valid wherever a sloppy script takes a statement: no `let`, `const`,
//! import, export, top-level `await`, or `return`.

use crate::js::ast::{
    ArrowExpr, ArrowFunctionBody, AwaitExpr, BlockStmt, CallExpr, Callee, ClassDecl, ClassExpr, Decl, DefaultDecl,
    ExportDefaultDecl, Expr, ForOfStmt, Function, ImportDecl, ImportSpecifier, Lit, ModuleDecl, ModuleExportName,
    ModuleItem, Pat, Program, ReturnStmt, Stmt, UnaryOp, VarDecl, VarDeclKind,
};
use crate::js::visit::{VisitMut, VisitMutWith};
use crate::js::{DUMMY_SP, call, ident, print_expression, statement, string, var};

/// Functions inside functions that are unwrapped.
const MOST_UNWRAPS: usize = 8;

/// The statements of a whole program.
pub fn into_statements(program: Program) -> Vec<Stmt> {
    let top = match program {
        Program::Script(script) => script.body,
        Program::Module(module) => module.body.into_iter().flat_map(module_item).collect(),
    };
    let mut statements = Vec::new();
    flatten(top, 0, &mut statements);
    for statement in &mut statements {
        statement.visit_mut_with(&mut Everywhere);
        statement.visit_mut_with(&mut OutsideFunctions);
    }
    statements.into_iter().filter(|statement| !matches!(statement, Stmt::Empty(_))).collect()
}

fn flatten(statements: Vec<Stmt>, unwrapped: usize, into: &mut Vec<Stmt>) {
    for statement in statements {
        match statement {
            Stmt::Block(block) => flatten(block.stmts, unwrapped, into),
            Stmt::Try(attempt) => {
                flatten(attempt.block.stmts, unwrapped, into);
                flatten(attempt.finalizer.map(|block| block.stmts).unwrap_or_default(), unwrapped, into);
            }
            Stmt::Expr(expression) if is_directive(&expression.expr) => {}
            Stmt::Expr(expression) if unwrapped < MOST_UNWRAPS => match called_on_the_spot(*expression.expr) {
                Ok(body) => flatten(body, unwrapped + 1, into),
                Err(kept) => into.push(self::statement(*kept)),
            },
            Stmt::Decl(Decl::Class(class)) => into.push(class_as_var(class)),
            other => into.push(other),
        }
    }
}

fn is_directive(expression: &Expr) -> bool {
    matches!(expression, Expr::Lit(Lit::Str(text)) if text.value.as_str().is_some_and(|text| text.starts_with("use ")))
}

/// The body of `(function () {...})()` with its parameters as variables, or the expression as it was.
fn called_on_the_spot(expression: Expr) -> Result<Vec<Stmt>, Box<Expr>> {
    match expression {
        Expr::Paren(inner) => called_on_the_spot(*inner.expr),
        Expr::Await(inner) => called_on_the_spot(*inner.arg),
        Expr::Unary(inner) if matches!(inner.op, UnaryOp::Void | UnaryOp::Bang) => called_on_the_spot(*inner.arg),
        Expr::Call(call) => unwrap_call(call),
        other => Err(Box::new(other)),
    }
}

fn unwrap_call(call: CallExpr) -> Result<Vec<Stmt>, Box<Expr>> {
    let Callee::Expr(callee) = &call.callee else { return Err(Box::new(Expr::Call(call))) };
    let mut callee = callee;
    while let Expr::Paren(inner) = &**callee {
        callee = &inner.expr;
    }
    let (parameters, body) = match &**callee {
        Expr::Fn(function) if !function.function.is_generator => match &function.function.body {
            Some(body) => {
                (function.function.params.iter().map(|param| param.pat.clone()).collect(), body.stmts.clone())
            }
            None => return Err(Box::new(Expr::Call(call))),
        },
        Expr::Arrow(ArrowExpr { params, body, .. }) => (params.clone(), arrow_body(body)),
        _ => return Err(Box::new(Expr::Call(call))),
    };
    let simple = |parameter: &Pat| matches!(parameter, Pat::Ident(_));
    if !parameters.iter().all(simple) || call.args.iter().any(|argument| argument.spread.is_some()) {
        return Err(Box::new(Expr::Call(call)));
    }
    let mut arguments = call.args.into_iter();
    let bound = parameters.into_iter().filter_map(|parameter| {
        let name = parameter.expect_ident().id.sym.to_string();
        let argument = arguments.next().map(|argument| argument.expr);
        // `(function (db) {...})(db)` binds a name to itself.
        let itself = argument.as_ref().is_some_and(|argument| argument.is_ident_ref_to(&*name));
        (!itself).then(|| var(&name, argument))
    });
    Ok(bound.chain(body).collect())
}

fn arrow_body(body: &ArrowFunctionBody) -> Vec<Stmt> {
    match body {
        ArrowFunctionBody::FunctionBody(block) => block.stmts.clone(),
        ArrowFunctionBody::Expr(expression) => vec![statement((**expression).clone())],
    }
}

fn class_as_var(class: ClassDecl) -> Stmt {
    let name = class.ident.sym.to_string();
    let expression = ClassExpr { ident: Some(class.ident), class: class.class };
    var(&name, Some(Box::new(Expr::Class(expression))))
}

fn module_item(item: ModuleItem) -> Vec<Stmt> {
    let declaration = match item {
        ModuleItem::Stmt(statement) => return vec![statement],
        ModuleItem::ModuleDecl(declaration) => declaration,
    };
    match declaration {
        ModuleDecl::Import(import) => import_statements(&import),
        ModuleDecl::ExportDecl(export) => vec![Stmt::Decl(export.decl)],
        ModuleDecl::ExportDefaultExpr(export) => vec![statement(*export.expr)],
        ModuleDecl::ExportDefaultDecl(ExportDefaultDecl { decl: DefaultDecl::Fn(function), .. }) => {
            function.ident.map_or_else(Vec::new, |ident| {
                vec![Stmt::Decl(Decl::Fn(crate::js::ast::FnDecl {
                    ident,
                    declare: false,
                    function: function.function,
                }))]
            })
        }
        _ => Vec::new(),
    }
}

/// `import {a as b} from "x"` becomes `var b = __import("x").a`.
fn import_statements(import: &ImportDecl) -> Vec<Stmt> {
    let source = import.src.value.to_string_lossy().into_owned();
    let module = || Box::new(call("__import", vec![string(&source)]));
    let member = |name: &str| {
        let object = module();
        let property = crate::js::ast::IdentName::new(name.into(), DUMMY_SP);
        let prop = crate::js::ast::MemberProp::Ident(property);
        Box::new(Expr::Member(crate::js::ast::MemberExpr { span: DUMMY_SP, obj: object, prop }))
    };
    let bound = import.specifiers.iter().map(|specifier| match specifier {
        ImportSpecifier::Namespace(all) => var(&all.local.sym, Some(module())),
        ImportSpecifier::Default(one) => var(&one.local.sym, Some(member("default"))),
        ImportSpecifier::Named(one) => {
            let name = match &one.imported {
                Some(ModuleExportName::Ident(name)) => name.sym.to_string(),
                _ => one.local.sym.to_string(),
            };
            var(&one.local.sym, Some(member(&name)))
        }
    });
    let statements: Vec<Stmt> = bound.collect();
    if statements.is_empty() { vec![statement(*module())] } else { statements }
}

/// What has to change inside functions too.
struct Everywhere;

impl VisitMut for Everywhere {
    fn visit_mut_var_decl(&mut self, node: &mut VarDecl) {
        node.kind = VarDeclKind::Var;
        node.visit_mut_children_with(self);
    }

    fn visit_mut_block_stmt(&mut self, node: &mut BlockStmt) {
        node.visit_mut_children_with(self);
        node.stmts.retain(|statement| !matches!(statement, Stmt::Expr(one) if is_directive(&one.expr)));
    }

    fn visit_mut_stmt(&mut self, node: &mut Stmt) {
        node.visit_mut_children_with(self);
        if let Stmt::Decl(Decl::Class(class)) = node {
            *node = class_as_var(class.clone());
        }
    }

    fn visit_mut_expr(&mut self, node: &mut Expr) {
        node.visit_mut_children_with(self);
        // `import.meta` and `import()` are for modules; a shell that takes scripts has neither file nor loader.
        if matches!(node, Expr::MetaProp(_)) && print_expression(node).starts_with("import") {
            *node = ident("undefined");
        }
    }
}

/// What is only valid inside functions.
struct OutsideFunctions;

impl VisitMut for OutsideFunctions {
    fn visit_mut_stmt(&mut self, node: &mut Stmt) {
        if let Stmt::Return(ReturnStmt { arg, .. }) = node {
            *node = match arg.take() {
                Some(value) => statement(*value),
                None => Stmt::Empty(crate::js::ast::EmptyStmt { span: DUMMY_SP }),
            };
        }
        node.visit_mut_children_with(self);
    }

    fn visit_mut_expr(&mut self, node: &mut Expr) {
        while let Expr::Await(AwaitExpr { arg, .. }) = node {
            *node = (**arg).clone();
        }
        if matches!(node, Expr::MetaProp(_)) {
            *node = ident("undefined");
        }
        node.visit_mut_children_with(self);
    }

    fn visit_mut_for_of_stmt(&mut self, node: &mut ForOfStmt) {
        node.is_await = false;
        node.visit_mut_children_with(self);
    }

    fn visit_mut_function(&mut self, _: &mut Function) {}
    fn visit_mut_arrow_expr(&mut self, _: &mut ArrowExpr) {}
    fn visit_mut_class(&mut self, _: &mut crate::js::ast::Class) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js::{is_sloppy_script, parse, print_statements};

    fn cut(text: &str) -> String {
        let printed = print_statements(into_statements(parse(text).unwrap().program));
        assert!(printed.iter().all(|text| is_sloppy_script(text)), "{printed:?}");
        printed.join(" | ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_whole_file_function_is_unwrapped() {
        assert_eq!(cut("(function() { 'use strict'; let a = 1; f(a); }());"), "var a = 1; | f(a);");
        assert_eq!(cut("(async () => { await f(); })();"), "f();");
        assert_eq!(cut("(function(x, db) { f(x); })(g(), db);"), "var x = g(); | f(x);");
    }

    #[test]
    fn an_early_return_is_dropped_only_outside_functions() {
        assert_eq!(
            cut("(function() { if (a) { return; } function g() { return 1; } })();"),
            "if (a) { ; } | function g() { return 1; }"
        );
    }

    #[test]
    fn inner_try_is_flattened_and_its_catch_dropped() {
        assert_eq!(cut("try { f(); } catch (e) { g(); } finally { h(); }"), "f(); | h();");
    }

    #[test]
    fn modules_become_scripts() {
        let module = "import {a, b as c} from 'x.js'; import * as d from 'y.js'; export const e = await a();";
        assert_eq!(
            cut(module),
            "var a = __import(\"x.js\").a; | var c = __import(\"x.js\").b; | var d = __import(\"y.js\"); | var e = a();"
        );
    }

    #[test]
    fn functions_as_arguments_stay() {
        assert_eq!(
            cut("assert.throws(function() { const x = 1; return x; });"),
            "assert.throws(function() { var x = 1; return x; });"
        );
    }
}
