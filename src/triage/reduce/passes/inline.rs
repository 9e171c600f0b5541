//! Puts a variable's value in the only place that uses it.

use std::collections::BTreeSet;

use super::{Pass, Plan};
use crate::js::ast::{Expr, Pat, Stmt, VarDecl, VarDeclarator};
use crate::js::occurrences;
use crate::js::visit::{Visit, VisitMut, VisitMutWith, VisitWith};
use crate::triage::reduce::halving::{Chosen, Cuts};
use crate::triage::reduce::program::Program;

/// See the module.
pub struct Inline;

impl Pass for Inline {
    fn name(&self) -> &'static str {
        "inline"
    }

    fn plan<'p>(&'p self, program: &'p Program) -> Box<dyn Plan + 'p> {
        let statements = program.statements();
        let counts = occurrences(&statements);
        let mut found = Found(Vec::new());
        statements.visit_with(&mut found);
        // Once where it is bound, once where it is used.
        found.0.retain(|(name, _)| counts.get(name) == Some(&2));
        Box::new(Variables { program, variables: found.0, before: program.text() })
    }
}

/// Variables with a value, in the order of the text.
struct Found(Vec<(String, Box<Expr>)>);

impl Visit for Found {
    fn visit_var_declarator(&mut self, node: &VarDeclarator) {
        if let (Pat::Ident(name), Some(value)) = (&node.name, &node.init) {
            self.0.push((name.id.sym.to_string(), value.clone()));
        }
        node.visit_children_with(self);
    }
}

struct Variables<'p> {
    program: &'p Program,
    variables: Vec<(String, Box<Expr>)>,
    before: String,
}

impl Cuts for Variables<'_> {
    fn count(&self) -> usize {
        self.variables.len()
    }

    fn candidate(&self, chosen: &Chosen) -> Option<String> {
        self.program(chosen)?.smaller_than(&self.before)
    }
}

impl Plan for Variables<'_> {
    fn program(&self, chosen: &Chosen) -> Option<Program> {
        let gone: BTreeSet<&str> = chosen.iter().map(|at| self.variables[*at].0.as_str()).collect();
        self.program.with(|_, unit| {
            let mut statements = unit.statements.clone();
            // A value may use a variable that stands before it and goes too: those are put in last.
            for at in chosen.iter().rev() {
                let (name, value) = &self.variables[*at];
                statements.visit_mut_with(&mut PutIn { name, value });
            }
            statements.visit_mut_with(&mut Without(&gone));
            (statements != unit.statements).then_some((statements, unit.frame))
        })
    }
}

struct PutIn<'a> {
    name: &'a str,
    value: &'a Expr,
}

impl VisitMut for PutIn<'_> {
    fn visit_mut_expr(&mut self, node: &mut Expr) {
        if matches!(node, Expr::Ident(name) if &*name.sym == self.name) {
            *node = self.value.clone();
        } else {
            node.visit_mut_children_with(self);
        }
    }
}

/// Drops the declarations of these names.
struct Without<'a>(&'a BTreeSet<&'a str>);

impl VisitMut for Without<'_> {
    fn visit_mut_var_decl(&mut self, node: &mut VarDecl) {
        node.visit_mut_children_with(self);
        node.decls.retain(|one| !matches!(&one.name, Pat::Ident(name) if self.0.contains(&*name.id.sym)));
    }

    fn visit_mut_stmt(&mut self, node: &mut Stmt) {
        node.visit_mut_children_with(self);
        if matches!(node, Stmt::Decl(crate::js::ast::Decl::Var(one)) if one.decls.is_empty()) {
            *node = Stmt::Empty(crate::js::ast::EmptyStmt { span: crate::js::DUMMY_SP });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::{all, each};

    #[test]
    fn a_variable_of_one_use_goes() {
        let text = "var t = db.c, u; var d = {a: 1}; t.insert(d); f(u, u);";
        assert_eq!(
            each(&Inline, text),
            ["var u; var d = { a: 1 }; db.c.insert(d); f(u, u);", "var t = db.c, u; t.insert({ a: 1 }); f(u, u);",]
        );
        assert_eq!(all(&Inline, "var a = f(); var b = g(a); h(b);"), "h(g(f()));");
        assert!(each(&Inline, "var a = 1; a = 2; f(a);").is_empty());
    }
}
