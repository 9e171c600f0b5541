//! Joins declarations: `var a; var b;` becomes `var a, b;`, and `var a; a = 1;` becomes `var a = 1;`

use super::{Pass, Plan};
use crate::js::ast::{AssignOp, AssignTarget, Decl, Expr, Pat, SimpleAssignTarget, Stmt, VarDecl};
use crate::js::visit::{VisitMut, VisitMutWith};
use crate::triage::reduce::halving::{Chosen, Cuts};
use crate::triage::reduce::program::{Program, Unit};

/// See the module. It works on the list of all units, because the neighbours of a top-level declaration are other units.
pub struct Merge;

impl Pass for Merge {
    fn name(&self) -> &'static str {
        "merge"
    }

    fn plan<'p>(&'p self, program: &'p Program) -> Box<dyn Plan + 'p> {
        let mut pairs = Pairs { at: 0, chosen: &Chosen::new() };
        if !program.has_frames() {
            pairs.visit_mut_stmts(&mut program.statements());
        }
        let count = pairs.at;
        Box::new(Edits { program, count, before: program.text() })
    }
}

struct Edits<'p> {
    program: &'p Program,
    count: usize,
    before: String,
}

impl Cuts for Edits<'_> {
    fn count(&self) -> usize {
        self.count
    }

    fn candidate(&self, chosen: &Chosen) -> Option<String> {
        self.program(chosen)?.smaller_than(&self.before)
    }
}

impl Plan for Edits<'_> {
    fn program(&self, chosen: &Chosen) -> Option<Program> {
        let mut statements = self.program.statements();
        Pairs { at: 0, chosen }.visit_mut_stmts(&mut statements);
        Some(Program { units: Unit::read_back(statements, None)? })
    }
}

/// Numbers the neighbours that can be joined, and joins those chosen.
struct Pairs<'a> {
    at: usize,
    chosen: &'a Chosen,
}

impl VisitMut for Pairs<'_> {
    fn visit_mut_stmts(&mut self, node: &mut Vec<Stmt>) {
        let mut joined: Vec<Stmt> = Vec::with_capacity(node.len());
        // Which pairs there are is asked of the statements as they were: a number means the same whatever is chosen.
        let whole = node.clone();
        for (at, statement) in node.drain(..).enumerate() {
            let fits = at > 0 && join(&whole[at - 1], &statement).is_some();
            let wanted = fits && self.chosen.contains(&self.at);
            self.at += usize::from(fits);
            match joined.last().and_then(|last| join(last, &statement)).filter(|_| wanted) {
                Some(one) => {
                    joined.pop();
                    joined.push(one);
                }
                None => joined.push(statement),
            }
        }
        for statement in &mut joined {
            statement.visit_mut_children_with(self);
        }
        *node = joined;
    }
}

fn join(first: &Stmt, second: &Stmt) -> Option<Stmt> {
    let Stmt::Decl(Decl::Var(first)) = first else { return None };
    let mut whole: VarDecl = (**first).clone();
    match second {
        Stmt::Decl(Decl::Var(second)) if second.kind == first.kind => whole.decls.extend(second.decls.iter().cloned()),
        Stmt::Expr(second) => {
            let Expr::Assign(assign) = &*second.expr else { return None };
            let AssignTarget::Simple(SimpleAssignTarget::Ident(target)) = &assign.left else { return None };
            let last = whole.decls.last_mut().filter(|last| last.init.is_none() && assign.op == AssignOp::Assign)?;
            let same = matches!(&last.name, Pat::Ident(name) if name.id.sym == target.id.sym);
            last.init = same.then(|| assign.right.clone());
            last.init.as_ref()?;
        }
        _ => return None,
    }
    Some(Stmt::Decl(Decl::Var(Box::new(whole))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::{all, each};

    #[test]
    fn declarations_are_joined() {
        assert_eq!(
            each(&Merge, "var a = 1; var b; let c; let d;"),
            ["var a = 1, b; let c; let d;", "var a = 1; var b; let c, d;",]
        );
        assert_eq!(
            all(&Merge, "var a; var b; function f() { var c; c = 1; }"),
            "var a, b; function f() { var c = 1; }"
        );
        assert!(each(&Merge, "var a; b = 1;").is_empty());
    }
}
