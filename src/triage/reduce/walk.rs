//! The walk that most passes share: they say what can be done at a node, it numbers that through the whole program.
//!
//! Options are numbered on the way down and made on the way up, so that a number means the same whatever else is chosen:
//! what happens inside a node never changes how many options the node has.

use super::halving::{Chosen, Cuts};
use super::passes::{Pass, Plan};
use super::program::Program;
use crate::js::ast::{
    ArrowExpr, CallExpr, Callee, Class, DoWhileStmt, Expr, ExprStmt, ForStmt, Function, MemberExpr, NewExpr, Stmt,
    TaggedTpl, VarDecl, WhileStmt,
};
use crate::js::visit::{VisitMut, VisitMutWith};

/// What an expression is to the node around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Its value is used; any other expression may stand here.
    Value,
    /// A statement of its own.
    Effect,
    /// It is called.
    Callee,
    /// One of its members is taken.
    Object,
}

/// A place in a program at which a pass may have options.
#[derive(Debug)]
pub enum Node<'a> {
    /// A list of statements: the program's, a block's, a function's, a case's.
    List(&'a mut Vec<Stmt>),
    /// A statement that is no member of a list: the body of a loop or of a branch.
    Lone(&'a mut Stmt),
    /// Any statement, in a list or not.
    Statement(&'a mut Stmt),
    /// An expression.
    Expression(&'a mut Expr, Place),
    /// A function, a method; arrows are expressions.
    Function(&'a mut Function),
    /// An arrow function's own part; it is met as an expression too.
    Arrow(&'a mut ArrowExpr),
    /// A class.
    Class(&'a mut Class),
    /// A declaration of variables, as a statement or in the head of a loop.
    Variables(&'a mut VarDecl),
}

/// A pass that looks at one node at a time.
pub trait Local: Sync {
    /// See [`Pass::name`].
    fn name(&self) -> &'static str;

    /// How many edits the node allows.
    fn options(&self, node: &Node<'_>) -> usize;

    /// Whether it may change what ends a loop. Hardly a pass may: a candidate that never ends costs its whole time limit,
    /// and a result of that kind would run for ever on a server without the bug.
    fn changes_loop_ends(&self) -> bool {
        false
    }

    /// Makes those of the node's edits whose numbers are `chosen`, ascending and not empty. Where two exclude each
    /// other the first is made.
    fn apply(&self, node: &mut Node<'_>, chosen: &[usize]);
}

/// A local pass, made at every node of the program.
pub struct EachNode<L>(pub L);

impl<L: Local> Pass for EachNode<L> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn plan<'p>(&'p self, program: &'p Program) -> Box<dyn Plan + 'p> {
        let mut ends = Vec::with_capacity(program.units.len());
        let mut walk = Walk { local: &self.0, at: 0, chosen: &[] };
        for unit in &program.units {
            walk.visit_mut_stmts(&mut unit.statements.clone());
            ends.push(walk.at);
        }
        Box::new(Edits { local: &self.0, program, ends, before: program.text() })
    }
}

struct Edits<'p> {
    local: &'p dyn Local,
    program: &'p Program,
    /// By unit: the number of the first edit after it.
    ends: Vec<usize>,
    before: String,
}

impl Cuts for Edits<'_> {
    fn count(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    fn candidate(&self, chosen: &Chosen) -> Option<String> {
        self.program(chosen)?.smaller_than(&self.before)
    }
}

impl Plan for Edits<'_> {
    fn program(&self, chosen: &Chosen) -> Option<Program> {
        self.program.with(|at, unit| {
            let first = if at == 0 { 0 } else { self.ends[at - 1] };
            let own: Vec<usize> = chosen.range(first..self.ends[at]).map(|edit| edit - first).collect();
            if own.is_empty() {
                return None;
            }
            let mut statements = unit.statements.clone();
            Walk { local: self.local, at: 0, chosen: &own }.visit_mut_stmts(&mut statements);
            Some((statements, unit.frame))
        })
    }
}

struct Walk<'a> {
    local: &'a dyn Local,
    at: usize,
    /// Ascending.
    chosen: &'a [usize],
}

impl Walk<'_> {
    /// Gives the node its numbers.
    fn enter(&mut self, node: &Node<'_>) -> std::ops::Range<usize> {
        let first = self.at;
        self.at += self.local.options(node);
        first..self.at
    }

    /// Makes what was chosen of a node whose inside is done.
    fn leave(&self, numbers: &std::ops::Range<usize>, mut node: Node<'_>) {
        let from = self.chosen.partition_point(|edit| *edit < numbers.start);
        let to = self.chosen.partition_point(|edit| *edit < numbers.end);
        let own: Vec<usize> = self.chosen[from..to].iter().map(|edit| edit - numbers.start).collect();
        if !own.is_empty() {
            self.local.apply(&mut node, &own);
        }
    }

    fn statement(&mut self, node: &mut Stmt) {
        let numbers = self.enter(&Node::Statement(node));
        node.visit_mut_children_with(self);
        self.leave(&numbers, Node::Statement(node));
    }

    fn loop_end(&mut self, node: &mut Expr) {
        if self.local.changes_loop_ends() {
            node.visit_mut_with(self);
        }
    }

    fn expression(&mut self, node: &mut Expr, place: Place) {
        let numbers = self.enter(&Node::Expression(node, place));
        node.visit_mut_children_with(self);
        self.leave(&numbers, Node::Expression(node, place));
    }
}

impl VisitMut for Walk<'_> {
    fn visit_mut_stmts(&mut self, node: &mut Vec<Stmt>) {
        let numbers = self.enter(&Node::List(node));
        for statement in node.iter_mut() {
            self.statement(statement);
        }
        self.leave(&numbers, Node::List(node));
    }

    fn visit_mut_stmt(&mut self, node: &mut Stmt) {
        let numbers = self.enter(&Node::Lone(node));
        self.statement(node);
        self.leave(&numbers, Node::Lone(node));
    }

    fn visit_mut_expr(&mut self, node: &mut Expr) {
        self.expression(node, Place::Value);
    }

    fn visit_mut_expr_stmt(&mut self, node: &mut ExprStmt) {
        self.expression(&mut node.expr, Place::Effect);
    }

    fn visit_mut_for_stmt(&mut self, node: &mut ForStmt) {
        node.init.visit_mut_with(self);
        if let Some(test) = &mut node.test {
            self.loop_end(test);
        }
        node.body.visit_mut_with(self);
    }

    fn visit_mut_while_stmt(&mut self, node: &mut WhileStmt) {
        self.loop_end(&mut node.test);
        node.body.visit_mut_with(self);
    }

    fn visit_mut_do_while_stmt(&mut self, node: &mut DoWhileStmt) {
        node.body.visit_mut_with(self);
        self.loop_end(&mut node.test);
    }

    fn visit_mut_call_expr(&mut self, node: &mut CallExpr) {
        if let Callee::Expr(callee) = &mut node.callee {
            self.expression(callee, Place::Callee);
        }
        node.args.visit_mut_with(self);
    }

    fn visit_mut_new_expr(&mut self, node: &mut NewExpr) {
        self.expression(&mut node.callee, Place::Callee);
        node.args.visit_mut_with(self);
    }

    fn visit_mut_tagged_tpl(&mut self, node: &mut TaggedTpl) {
        self.expression(&mut node.tag, Place::Callee);
        node.tpl.visit_mut_with(self);
    }

    fn visit_mut_member_expr(&mut self, node: &mut MemberExpr) {
        self.expression(&mut node.obj, Place::Object);
        node.prop.visit_mut_with(self);
    }

    fn visit_mut_function(&mut self, node: &mut Function) {
        let numbers = self.enter(&Node::Function(node));
        node.visit_mut_children_with(self);
        self.leave(&numbers, Node::Function(node));
    }

    fn visit_mut_arrow_expr(&mut self, node: &mut ArrowExpr) {
        let numbers = self.enter(&Node::Arrow(node));
        node.visit_mut_children_with(self);
        self.leave(&numbers, Node::Arrow(node));
    }

    fn visit_mut_class(&mut self, node: &mut Class) {
        let numbers = self.enter(&Node::Class(node));
        node.visit_mut_children_with(self);
        self.leave(&numbers, Node::Class(node));
    }

    fn visit_mut_var_decl(&mut self, node: &mut VarDecl) {
        let numbers = self.enter(&Node::Variables(node));
        node.visit_mut_children_with(self);
        self.leave(&numbers, Node::Variables(node));
    }
}
