//! What the corpus has to offer to a mutation: literals, objects, keys, the methods and commands that it uses.

use std::collections::BTreeMap;

use super::SourceFile;
use crate::js::ast::{CallExpr, Callee, Expr, Lit, MemberProp, ObjectLit, PropName, Stmt};
use crate::js::print_expression;
use crate::js::visit::{Visit, VisitWith};

/// Entries kept of one sort; a corpus of thousands of files repeats itself long before.
const MOST: usize = 20_000;
/// Larger objects are data and would drown a statement.
const LARGEST_OBJECT: usize = 400;

/// Material by sort, in the order of its text: the same corpus gives the same index.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Strings, numbers, regular expressions, booleans, null.
    pub literals: Vec<Expr>,
    /// Objects and arrays that name no variable.
    pub objects: Vec<Expr>,
    /// Property keys of object literals.
    pub keys: Vec<String>,
    /// Names of methods that are called.
    pub methods: Vec<String>,
}

impl Index {
    /// Gathers from all statements of the files.
    pub fn of(files: &[SourceFile]) -> Self {
        let mut gatherer = Gatherer::default();
        for statement in files.iter().flat_map(|file| &file.statements) {
            gatherer.statement(statement);
        }
        Self {
            literals: gatherer.literals.into_values().collect(),
            objects: gatherer.objects.into_values().collect(),
            keys: gatherer.keys.into_keys().collect(),
            methods: gatherer.methods.into_keys().collect(),
        }
    }
}

/// Keyed by text, so that nothing stands twice and the order is that of the text.
#[derive(Default)]
struct Gatherer {
    literals: BTreeMap<String, Expr>,
    objects: BTreeMap<String, Expr>,
    keys: BTreeMap<String, ()>,
    methods: BTreeMap<String, ()>,
}

fn keep<T>(map: &mut BTreeMap<String, T>, key: String, value: T) {
    if map.len() < MOST {
        map.entry(key).or_insert(value);
    }
}

impl Gatherer {
    fn statement(&mut self, statement: &Stmt) {
        statement.visit_with(self);
    }

    fn object(&mut self, expression: Expr) {
        let mut free = Free(false);
        expression.visit_with(&mut free);
        if !free.0 {
            let text = print_expression(&expression);
            if text.len() <= LARGEST_OBJECT {
                keep(&mut self.objects, text, expression);
            }
        }
    }
}

impl Visit for Gatherer {
    fn visit_lit(&mut self, node: &Lit) {
        let expression = Expr::Lit(node.clone());
        let text = print_expression(&expression);
        if text.len() <= LARGEST_OBJECT {
            keep(&mut self.literals, text, expression);
        }
    }

    fn visit_object_lit(&mut self, node: &ObjectLit) {
        self.object(Expr::Object(node.clone()));
        node.visit_children_with(self);
    }

    fn visit_array_lit(&mut self, node: &crate::js::ast::ArrayLit) {
        self.object(Expr::Array(node.clone()));
        node.visit_children_with(self);
    }

    fn visit_prop_name(&mut self, node: &PropName) {
        match node {
            PropName::Ident(name) => keep(&mut self.keys, name.sym.to_string(), ()),
            PropName::Str(name) => keep(&mut self.keys, name.value.to_string_lossy().into_owned(), ()),
            _ => node.visit_children_with(self),
        }
    }

    fn visit_call_expr(&mut self, node: &CallExpr) {
        if let Callee::Expr(callee) = &node.callee
            && let Expr::Member(member) = &**callee
            && let MemberProp::Ident(name) = &member.prop
        {
            keep(&mut self.methods, name.sym.to_string(), ());
        }
        node.visit_children_with(self);
    }
}

/// Set if anything is named that need not be bound elsewhere: variables, functions, `this`.
struct Free(bool);

impl Visit for Free {
    fn visit_ident(&mut self, node: &crate::js::ast::Ident) {
        // The types of the shell are bound everywhere.
        const TYPES: [&str; 14] = [
            "NumberLong",
            "NumberInt",
            "NumberDecimal",
            "ObjectId",
            "ISODate",
            "Timestamp",
            "BinData",
            "UUID",
            "MinKey",
            "MaxKey",
            "Date",
            "NaN",
            "Infinity",
            "undefined",
        ];
        self.0 |= !TYPES.contains(&&*node.sym);
    }
    fn visit_this_expr(&mut self, _: &crate::js::ast::ThisExpr) {
        self.0 = true;
    }
    fn visit_function(&mut self, _: &crate::js::ast::Function) {
        self.0 = true;
    }
    fn visit_arrow_expr(&mut self, _: &crate::js::ast::ArrowExpr) {
        self.0 = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js::parse;

    #[test]
    fn objects_that_name_variables_are_not_offered() {
        let statements = parse("t.find({a: 1, b: /x/}, {c: d, e: NumberLong(5)}, [1, {f: NumberInt(2)}]);").unwrap();
        let mut gatherer = Gatherer::default();
        for statement in statements.program.expect_script().body {
            gatherer.statement(&statement);
        }
        let objects: Vec<String> =
            gatherer.objects.keys().map(|text| text.split_whitespace().collect::<Vec<_>>().join("")).collect();
        assert_eq!(objects, ["({a:1,b:/x/})", "({f:NumberInt(2)})", "[1,{f:NumberInt(2)}]"]);
        assert_eq!(gatherer.keys.keys().map(String::as_str).collect::<Vec<_>>(), ["a", "b", "c", "e", "f"]);
        assert_eq!(gatherer.methods.keys().collect::<Vec<_>>(), ["find"]);
    }
}
