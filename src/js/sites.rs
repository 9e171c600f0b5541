//! Places at which an expression may be put in another's stead, in the order of the text.
//!
//! A site is an expression that only its value matters of: not the target of an assignment, not what is called, not a
//! statement of its own, and nothing inside classes. Whatever stands there may be any other expression. Edits that keep
//! the kind of an expression (its arguments, keys, operator) are allowed at every expression instead.

use swc_ecma_ast::{
    CallExpr, Callee, Class, Expr, ExprStmt, MemberProp, NewExpr, OptCall, TaggedTpl, UnaryExpr, UnaryOp, UpdateExpr,
};
use swc_ecma_visit::{VisitMut, VisitMutWith};

/// How many sites a statement has that `fits` takes.
///
/// The tree is walked mutably only because one walk serves both purposes; it comes back as it was.
pub fn count(statement: &mut swc_ecma_ast::Stmt, fits: impl Fn(&Expr) -> bool) -> usize {
    walk(statement, false, usize::MAX, fits, |_| {})
}

/// Changes the site of that number among those that `fits` takes; false if there is none.
pub fn change_nth(
    statement: &mut swc_ecma_ast::Stmt,
    wanted: usize,
    fits: impl Fn(&Expr) -> bool,
    change: impl FnMut(&mut Expr),
) -> bool {
    walk(statement, false, wanted, fits, change) > wanted
}

/// How many expressions of any place a statement has that `fits` takes.
pub fn count_edits(statement: &mut swc_ecma_ast::Stmt, fits: impl Fn(&Expr) -> bool) -> usize {
    walk(statement, true, usize::MAX, fits, |_| {})
}

/// Edits the expression of that number; the edit must leave it of its kind.
pub fn edit_nth(
    statement: &mut swc_ecma_ast::Stmt,
    wanted: usize,
    fits: impl Fn(&Expr) -> bool,
    edit: impl FnMut(&mut Expr),
) -> bool {
    walk(statement, true, wanted, fits, edit) > wanted
}

fn walk(
    statement: &mut swc_ecma_ast::Stmt,
    everywhere: bool,
    wanted: usize,
    fits: impl Fn(&Expr) -> bool,
    change: impl FnMut(&mut Expr),
) -> usize {
    let mut walk = Walk { everywhere, fits, at: 0, wanted, change };
    statement.visit_mut_with(&mut walk);
    walk.at
}

struct Walk<F, C> {
    everywhere: bool,
    fits: F,
    at: usize,
    wanted: usize,
    change: C,
}

impl<F: Fn(&Expr) -> bool, C: FnMut(&mut Expr)> VisitMut for Walk<F, C> {
    fn visit_mut_expr(&mut self, node: &mut Expr) {
        if self.at > self.wanted {
            return;
        }
        if (self.fits)(node) {
            self.at += 1;
            if self.at > self.wanted {
                (self.change)(node);
                return;
            }
        }
        node.visit_mut_children_with(self);
    }

    fn visit_mut_expr_stmt(&mut self, node: &mut ExprStmt) {
        // A string of its own might become a directive.
        if self.everywhere {
            node.expr.visit_mut_with(self);
        } else if !node.expr.is_lit() {
            node.expr.visit_mut_children_with(self);
        }
    }

    fn visit_mut_call_expr(&mut self, node: &mut CallExpr) {
        if self.everywhere {
            return node.visit_mut_children_with(self);
        }
        if let Callee::Expr(callee) = &mut node.callee {
            callee.visit_mut_children_with(self);
        }
        node.args.visit_mut_with(self);
    }

    fn visit_mut_new_expr(&mut self, node: &mut NewExpr) {
        if self.everywhere {
            return node.visit_mut_children_with(self);
        }
        node.callee.visit_mut_children_with(self);
        node.args.visit_mut_with(self);
    }

    fn visit_mut_opt_call(&mut self, node: &mut OptCall) {
        if self.everywhere {
            return node.visit_mut_children_with(self);
        }
        node.callee.visit_mut_children_with(self);
        node.args.visit_mut_with(self);
    }

    fn visit_mut_tagged_tpl(&mut self, node: &mut TaggedTpl) {
        if self.everywhere {
            return node.visit_mut_children_with(self);
        }
        node.tpl.visit_mut_with(self);
    }

    fn visit_mut_update_expr(&mut self, node: &mut UpdateExpr) {
        if self.everywhere {
            return node.visit_mut_children_with(self);
        }
        node.arg.visit_mut_children_with(self);
    }

    fn visit_mut_unary_expr(&mut self, node: &mut UnaryExpr) {
        if node.op == UnaryOp::Delete && !self.everywhere {
            node.arg.visit_mut_children_with(self);
        } else {
            node.visit_mut_children_with(self);
        }
    }

    fn visit_mut_member_prop(&mut self, node: &mut MemberProp) {
        if let MemberProp::Computed(key) = node {
            key.visit_mut_with(self);
        }
    }

    fn visit_mut_class(&mut self, _: &mut Class) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js::{ident, parse, print_statements};

    fn every_site_replaced(text: &str) -> String {
        let mut statement = parse(text).unwrap().program.expect_script().body.remove(0);
        let fits =
            |expression: &Expr| matches!(expression, Expr::Ident(name) if &*name.sym != "X") || expression.is_lit();
        while change_nth(&mut statement, 0, fits, |site| *site = ident("X")) {}
        print_statements(vec![statement]).remove(0).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn targets_callees_and_statements_of_their_own_are_no_sites() {
        assert_eq!(every_site_replaced("a = b;"), "a = X;");
        assert_eq!(every_site_replaced("f(a, 1).g(b);"), "f(X, X).g(X);");
        assert_eq!(every_site_replaced("a.b[c] = d++;"), "X.b[X] = d++;");
        assert_eq!(every_site_replaced("delete a.b;"), "delete X.b;");
        assert_eq!(every_site_replaced("new A(b);"), "new A(X);");
        assert_eq!(every_site_replaced("for (var i = 0; i < n; i++) h(i);"), "for(var i = X; X < X; i++)h(X);");
    }
}
