//! Puts the inside of a block, a branch, a loop or a function in its place: what it does, once.

use crate::js::ast::{
    ArrowFunctionBody, BreakStmt, Class, ContinueStmt, Decl, EmptyStmt, Expr, ForHead, Function, Stmt, VarDecl,
    VarDeclOrExpr,
};
use crate::js::visit::{Visit, VisitMut, VisitMutWith, VisitWith};
use crate::js::{DUMMY_SP, ast, number, statement};
use crate::triage::reduce::walk::{Local, Node};

/// See the module.
pub struct Unwrap;

impl Local for Unwrap {
    fn name(&self) -> &'static str {
        "unwrap"
    }

    fn options(&self, node: &Node<'_>) -> usize {
        match node {
            Node::List(list) => list.iter().map(|one| insides(one).len()).sum(),
            _ => 0,
        }
    }

    fn apply(&self, node: &mut Node<'_>, chosen: &[usize]) {
        let Node::List(list) = node else { return };
        let mut first = 0;
        for old in std::mem::take(*list) {
            let mut options = insides(&old);
            let own = chosen.iter().find(|option| (first..first + options.len()).contains(option));
            let next = first + options.len();
            match own {
                Some(option) => list.append(&mut options.swap_remove(option - first)),
                None => list.push(old),
            }
            first = next;
        }
    }
}

/// The ways to put something from inside a statement in its place. How many there are hangs on the statement's own kind
/// only, not on what is left inside, because they are numbered before and made after the inside is changed.
fn insides(outer: &Stmt) -> Vec<Vec<Stmt>> {
    match outer {
        Stmt::Block(block) => vec![block.stmts.clone()],
        Stmt::Labeled(labeled) => vec![once(&labeled.body)],
        Stmt::With(with) => vec![once(&with.body)],
        Stmt::If(branch) => {
            let sides = [Some(once(&branch.cons)), branch.alt.as_deref().map(once), Some(vec![effect(&branch.test)])];
            sides.into_iter().flatten().collect()
        }
        Stmt::Switch(switch) => {
            let mut all: Vec<Stmt> = switch.cases.iter().flat_map(|case| case.cons.clone()).collect();
            all.visit_mut_with(&mut WithoutJumps);
            vec![all, vec![effect(&switch.discriminant)]]
        }
        Stmt::Try(attempt) => {
            let last = attempt.finalizer.as_ref().map_or_else(Vec::new, |block| block.stmts.clone());
            let whole = [attempt.block.stmts.clone(), last].concat();
            let handler = attempt.handler.as_ref().map(|handler| handler.body.stmts.clone());
            std::iter::once(whole).chain(handler).collect()
        }
        Stmt::While(one) => vec![once(&one.body), vec![effect(&one.test)]],
        Stmt::DoWhile(one) => vec![once(&one.body), vec![effect(&one.test)]],
        Stmt::For(one) => with_head(one.init.as_ref().map(head), &one.body),
        Stmt::ForIn(one) => with_head(first_of(&one.left, &one.right, false), &one.body),
        Stmt::ForOf(one) => with_head(first_of(&one.left, &one.right, true), &one.body),
        Stmt::Decl(Decl::Fn(function)) => body(&function.function).into_iter().collect(),
        Stmt::Decl(Decl::Class(class)) => members(&class.class),
        Stmt::Expr(_) | Stmt::Decl(_) | Stmt::Return(_) | Stmt::Throw(_) => functions_in(outer),
        _ => Vec::new(),
    }
}

/// A loop's body, with what its head binds and without.
fn with_head(head: Option<Stmt>, body: &Stmt) -> Vec<Vec<Stmt>> {
    let body = once(body);
    let with = head.map(|head| std::iter::once(head).chain(body.clone()).collect());
    with.into_iter().chain([body]).collect()
}

fn head(init: &VarDeclOrExpr) -> Stmt {
    match init {
        VarDeclOrExpr::VarDecl(variables) => Stmt::Decl(Decl::Var(variables.clone())),
        VarDeclOrExpr::Expr(expression) => statement((**expression).clone()),
    }
}

/// `var x = list[0];` for the head of a loop over a list; the keys of an object start with its own.
fn first_of(left: &ForHead, right: &Expr, of: bool) -> Option<Stmt> {
    let ForHead::VarDecl(variables) = left else { return None };
    let [only] = variables.decls.as_slice() else { return None };
    let value = match right {
        Expr::Array(array) if of => array.elems.first()?.as_ref()?.expr.clone(),
        _ if of => Box::new(Expr::Member(ast::MemberExpr {
            span: DUMMY_SP,
            obj: Box::new(right.clone()),
            prop: ast::MemberProp::Computed(ast::ComputedPropName { span: DUMMY_SP, expr: Box::new(number(0.0)) }),
        })),
        _ => return Some(Stmt::Decl(Decl::Var(variables.clone()))),
    };
    let decls = vec![ast::VarDeclarator { init: Some(value), ..only.clone() }];
    Some(Stmt::Decl(Decl::Var(Box::new(VarDecl { decls, ..(**variables).clone() }))))
}

/// A loop's or branch's body, without the jumps that belong to it.
fn once(body: &Stmt) -> Vec<Stmt> {
    let mut inside = match body {
        Stmt::Block(block) => block.stmts.clone(),
        other => vec![other.clone()],
    };
    inside.visit_mut_with(&mut WithoutJumps);
    inside
}

fn effect(expression: &Expr) -> Stmt {
    statement(expression.clone())
}

/// A function's body as statements: what it returns is only worked out.
fn body(function: &Function) -> Option<Vec<Stmt>> {
    let mut inside = function.body.as_ref()?.stmts.clone();
    inside.visit_mut_with(&mut WithoutReturns);
    Some(inside)
}

fn members(class: &Class) -> Vec<Vec<Stmt>> {
    let bodies = class.body.iter().filter_map(|member| match member {
        ast::ClassMember::Method(method) => body(&method.function),
        _ => None,
    });
    bodies.collect()
}

/// The bodies of the outermost functions in a statement's expressions.
fn functions_in(outer: &Stmt) -> Vec<Vec<Stmt>> {
    let mut functions = Functions(Vec::new());
    outer.visit_with(&mut functions);
    functions.0
}

struct Functions(Vec<Vec<Stmt>>);

impl Visit for Functions {
    fn visit_function(&mut self, node: &Function) {
        self.0.extend(body(node));
    }

    fn visit_arrow_expr(&mut self, node: &ast::ArrowExpr) {
        let mut inside = match &*node.body {
            ArrowFunctionBody::Expr(value) => vec![effect(value)],
            ArrowFunctionBody::FunctionBody(inside) => inside.stmts.clone(),
        };
        inside.visit_mut_with(&mut WithoutReturns);
        self.0.push(inside);
    }
}

fn nothing() -> Stmt {
    Stmt::Empty(EmptyStmt { span: DUMMY_SP })
}

/// Drops the jumps out of the loop or switch that is taken away; those of inner ones stay.
struct WithoutJumps;

impl VisitMut for WithoutJumps {
    fn visit_mut_stmt(&mut self, node: &mut Stmt) {
        match node {
            Stmt::Break(BreakStmt { label: None, .. }) | Stmt::Continue(ContinueStmt { label: None, .. }) => {
                *node = nothing();
            }
            Stmt::For(_) | Stmt::ForIn(_) | Stmt::ForOf(_) | Stmt::While(_) | Stmt::DoWhile(_) | Stmt::Switch(_) => {}
            _ => node.visit_mut_children_with(self),
        }
    }

    fn visit_mut_function(&mut self, _: &mut Function) {}
    fn visit_mut_arrow_expr(&mut self, _: &mut ast::ArrowExpr) {}
    fn visit_mut_class(&mut self, _: &mut Class) {}
}

/// `return x;` becomes `x;`
struct WithoutReturns;

impl VisitMut for WithoutReturns {
    fn visit_mut_stmt(&mut self, node: &mut Stmt) {
        if let Stmt::Return(one) = node {
            *node = one.arg.take().map_or_else(nothing, |value| statement(*value));
        }
        node.visit_mut_children_with(self);
    }

    fn visit_mut_function(&mut self, _: &mut Function) {}
    fn visit_mut_arrow_expr(&mut self, _: &mut ast::ArrowExpr) {}
    fn visit_mut_class(&mut self, _: &mut Class) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::{all, each};
    use crate::triage::reduce::walk::EachNode;

    const PASS: EachNode<Unwrap> = EachNode(Unwrap);

    #[test]
    fn loops_run_once_without_their_jumps() {
        assert_eq!(
            each(&PASS, "for (var i = 0; i < 9; i++) { if (i) break; f(i); }")[..2],
            ["var i = 0; if (i) ; f(i);", "if (i) ; f(i);",]
        );
        assert_eq!(each(&PASS, "for (var x of [1, 2]) f(x);"), ["var x = 1; f(x);", "f(x);"]);
        assert_eq!(each(&PASS, "while (a) { f(); }"), ["f();", "a;"]);
    }

    #[test]
    fn branches_and_attempts_are_unwrapped() {
        assert_eq!(each(&PASS, "if (a) { f(); } else g();"), ["f();", "g();", "a;"]);
        assert_eq!(each(&PASS, "try { f(); } catch (e) { g(); } finally { h(); }"), ["f(); h();", "g();"]);
        assert_eq!(each(&PASS, "switch (a) { case 1: f(); break; default: g(); }"), ["f(); g();", "a;"]);
    }

    #[test]
    fn bodies_of_functions_stand_for_them() {
        assert_eq!(each(&PASS, "function f(a) { g(a); return h(); }"), ["g(a); h();"]);
        assert_eq!(each(&PASS, "x.forEach(function (a) { g(a); }, () => h());"), ["g(a);", "h();"]);
        assert_eq!(all(&PASS, "(function () { try { f(function () { g(); }); } finally {} })();"), "g();");
    }
}
