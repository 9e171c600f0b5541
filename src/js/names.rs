//! Names: which a file declares for itself, which it mentions, and how to give one another name throughout.

use std::collections::{BTreeMap, BTreeSet};

use swc_common::DUMMY_SP;
use swc_ecma_ast::{
    AssignPatProp, BindingIdent, ClassDecl, ClassExpr, Decl, Expr, FnDecl, FnExpr, Ident, IdentName, KeyValuePatProp,
    KeyValueProp, ObjectPatProp, Pat, Prop, PropName, SimpleAssignTarget, Stmt, VarDecl,
};
use swc_ecma_visit::{Visit, VisitMut, VisitMutWith, VisitWith};

/// Names that top-level statements bind: `var`, functions, classes, and plain assignments to a name.
pub fn declared(statements: &[Stmt]) -> BTreeSet<String> {
    let mut names = Declared(BTreeSet::new());
    for statement in statements {
        statement.visit_with(&mut names);
    }
    names.0
}

struct Declared(BTreeSet<String>);

impl Declared {
    fn add(&mut self, name: &Ident) {
        self.0.insert(name.sym.to_string());
    }

    fn pattern(&mut self, pattern: &Pat) {
        let mut bound = Mentioned(BTreeSet::new());
        pattern.visit_with(&mut bound);
        self.0.append(&mut bound.0);
    }
}

impl Visit for Declared {
    fn visit_var_decl(&mut self, node: &VarDecl) {
        for declarator in &node.decls {
            self.pattern(&declarator.name);
            declarator.init.visit_with(self);
        }
    }

    fn visit_decl(&mut self, node: &Decl) {
        match node {
            Decl::Fn(function) => self.add(&function.ident),
            Decl::Class(class) => self.add(&class.ident),
            _ => node.visit_children_with(self),
        }
    }

    fn visit_simple_assign_target(&mut self, node: &SimpleAssignTarget) {
        match node {
            SimpleAssignTarget::Ident(name) => self.add(&name.id),
            _ => node.visit_children_with(self),
        }
    }

    // What functions declare is their own.
    fn visit_function(&mut self, _: &swc_ecma_ast::Function) {}
    fn visit_arrow_expr(&mut self, _: &swc_ecma_ast::ArrowExpr) {}
    fn visit_class(&mut self, _: &swc_ecma_ast::Class) {}
}

/// Every name that stands in a tree, bound or free; property names are none.
pub fn mentioned(statement: &Stmt) -> BTreeSet<String> {
    let mut names = Mentioned(BTreeSet::new());
    statement.visit_with(&mut names);
    names.0
}

/// Names that statements bind at any depth, parameters and caught errors included; in the order of the text.
pub fn bound(statements: &[Stmt]) -> Vec<String> {
    let mut names = Bound { names: Vec::new(), seen: BTreeSet::new() };
    for statement in statements {
        statement.visit_with(&mut names);
    }
    names.names
}

struct Bound {
    names: Vec<String>,
    seen: BTreeSet<String>,
}

impl Bound {
    fn add(&mut self, name: &Ident) {
        if self.seen.insert(name.sym.to_string()) {
            self.names.push(name.sym.to_string());
        }
    }
}

impl Visit for Bound {
    fn visit_binding_ident(&mut self, node: &BindingIdent) {
        self.add(&node.id);
    }

    fn visit_fn_decl(&mut self, node: &FnDecl) {
        self.add(&node.ident);
        node.function.visit_with(self);
    }

    fn visit_class_decl(&mut self, node: &ClassDecl) {
        self.add(&node.ident);
        node.class.visit_with(self);
    }

    fn visit_fn_expr(&mut self, node: &FnExpr) {
        node.ident.iter().for_each(|name| self.add(name));
        node.function.visit_with(self);
    }

    fn visit_class_expr(&mut self, node: &ClassExpr) {
        node.ident.iter().for_each(|name| self.add(name));
        node.class.visit_with(self);
    }

    // `a = 1` has a binding's shape and binds nothing new.
    fn visit_simple_assign_target(&mut self, node: &SimpleAssignTarget) {
        if !matches!(node, SimpleAssignTarget::Ident(_)) {
            node.visit_children_with(self);
        }
    }
}

/// How often each name stands in a tree, bound or free; property names are none.
pub fn occurrences(statements: &[Stmt]) -> BTreeMap<String, usize> {
    let mut names = Occurrences(BTreeMap::new());
    for statement in statements {
        statement.visit_with(&mut names);
    }
    names.0
}

struct Occurrences(BTreeMap<String, usize>);

impl Visit for Occurrences {
    fn visit_ident(&mut self, node: &Ident) {
        *self.0.entry(node.sym.to_string()).or_default() += 1;
    }
}

struct Mentioned(BTreeSet<String>);

impl Visit for Mentioned {
    fn visit_ident(&mut self, node: &Ident) {
        self.0.insert(node.sym.to_string());
    }
}

/// Gives names another name wherever they stand. As every occurrence changes, inner names that hide outer ones still do.
pub fn rename(statements: &mut [Stmt], names: &BTreeMap<String, String>) {
    let mut renamer = Renamer(names);
    for statement in statements {
        statement.visit_mut_with(&mut renamer);
    }
}

struct Renamer<'a>(&'a BTreeMap<String, String>);

impl VisitMut for Renamer<'_> {
    fn visit_mut_ident(&mut self, node: &mut Ident) {
        if let Some(name) = self.0.get(&*node.sym) {
            node.sym = name.as_str().into();
        }
    }

    /// `{a}` is `{a: a}` as soon as the name differs from the key.
    fn visit_mut_prop(&mut self, node: &mut Prop) {
        if let Prop::Shorthand(name) = node
            && self.0.contains_key(&*name.sym)
        {
            let key = PropName::Ident(IdentName::new(name.sym.clone(), DUMMY_SP));
            *node = Prop::KeyValue(KeyValueProp { key, value: Box::new(Expr::Ident(name.clone())) });
        }
        node.visit_mut_children_with(self);
    }

    fn visit_mut_object_pat_prop(&mut self, node: &mut ObjectPatProp) {
        if let ObjectPatProp::Assign(AssignPatProp { key: name, value, .. }) = node
            && self.0.contains_key(&*name.id.sym)
        {
            let key = PropName::Ident(IdentName::new(name.id.sym.clone(), DUMMY_SP));
            let binding = Pat::Ident(name.clone());
            let value = match value.take() {
                None => binding,
                Some(right) => Pat::Assign(swc_ecma_ast::AssignPat { span: DUMMY_SP, left: Box::new(binding), right }),
            };
            *node = ObjectPatProp::KeyValue(KeyValuePatProp { key, value: Box::new(value) });
        }
        node.visit_mut_children_with(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js::{parse, print_statements};

    fn statements(text: &str) -> Vec<Stmt> {
        parse(text).unwrap().program.expect_script().body
    }

    #[test]
    fn what_functions_declare_is_their_own() {
        let names =
            declared(&statements("var {a, b: [c]} = f(); g = 1; function h(i) { var j; k = 2 } if (x) { var l }"));
        assert_eq!(names.into_iter().collect::<Vec<_>>().join(" "), "a c g h l");
    }

    #[test]
    fn names_of_every_depth_are_bound_in_the_order_of_the_text() {
        let names =
            bound(&statements("var b; function f({p: q}, r) { let a; s = 1; try {} catch (e) {} } [1].map(x => x);"));
        assert_eq!(names.join(" "), "b f q r a e x");
        assert_eq!(occurrences(&statements("var a = a.a; f({a: 1, b: a})"))["a"], 3);
    }

    #[test]
    fn renaming_keeps_keys_and_properties() {
        let mut body = statements("var t = {t, u: t.t}; var {t = 1} = x;");
        rename(&mut body, &BTreeMap::from([("t".to_owned(), "t2".to_owned())]));
        let text = print_statements(body).join(" ").replace('\n', "").replace("    ", "");
        assert_eq!(text, "var t2 = {t: t2,u: t2.t}; var { t: t2 = 1 } = x;");
    }
}
