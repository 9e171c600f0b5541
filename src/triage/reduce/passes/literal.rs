//! Shrinks values: numbers towards 0, strings towards the empty one, lists and objects to empty ones.

use crate::js::ast::{ArrayLit, Expr, Lit, ObjectLit};
use crate::js::{DUMMY_SP, number, string};
use crate::triage::reduce::walk::{Local, Node, Place};

/// See the module.
pub struct Literal;

impl Local for Literal {
    fn name(&self) -> &'static str {
        "literal"
    }

    fn options(&self, node: &Node<'_>) -> usize {
        match node {
            // A string of its own is a directive.
            Node::Expression(_, Place::Effect | Place::Callee) => 0,
            Node::Expression(expression, _) => smaller(expression).len(),
            _ => 0,
        }
    }

    fn apply(&self, node: &mut Node<'_>, chosen: &[usize]) {
        let Node::Expression(expression, _) = node else { return };
        let mut values = smaller(expression);
        if chosen[0] < values.len() {
            **expression = values.swap_remove(chosen[0]);
        }
    }
}

/// Smaller values of the same kind, the smallest first.
fn smaller(value: &Expr) -> Vec<Expr> {
    match value {
        Expr::Lit(Lit::Num(one)) => numbers(one.value),
        Expr::Lit(Lit::Str(text)) => text.value.as_str().map_or_else(|| vec![string("")], strings),
        Expr::Lit(Lit::Bool(_) | Lit::Null(_) | Lit::BigInt(_) | Lit::Regex(_)) => vec![number(0.0)],
        Expr::Ident(name) if &*name.sym == "undefined" => vec![number(0.0)],
        Expr::Tpl(_) => vec![string("")],
        Expr::Array(array) if array.elems.len() > 1 => {
            vec![Expr::Array(ArrayLit { span: DUMMY_SP, elems: Vec::new() })]
        }
        Expr::Object(object) if object.props.len() > 1 => {
            vec![Expr::Object(ObjectLit { span: DUMMY_SP, props: Vec::new() })]
        }
        _ => Vec::new(),
    }
}

fn numbers(value: f64) -> Vec<Expr> {
    if value == 0.0 {
        return Vec::new();
    }
    let half = (value / 2.0).trunc();
    let less = (value - 1.0).trunc();
    let smaller = [0.0, half, less].into_iter().filter(|one| one.abs() < value.abs());
    let mut smaller: Vec<f64> = smaller.collect();
    smaller.dedup();
    smaller.into_iter().map(number).collect()
}

/// The empty one, the halves, and all but one character.
fn strings(text: &str) -> Vec<Expr> {
    let characters: Vec<char> = text.chars().collect();
    let (first, second) = characters.split_at(characters.len() / 2);
    let shorter = characters.split_last().map_or(first, |(_, rest)| rest);
    let mut all: Vec<String> = [&[][..], first, second, shorter].iter().map(|part| part.iter().collect()).collect();
    all.retain(|one| one.len() < text.len());
    all.dedup();
    all.iter().map(|one| string(one)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::{all, each};
    use crate::triage::reduce::walk::EachNode;

    const PASS: EachNode<Literal> = EachNode(Literal);

    #[test]
    fn numbers_go_down() {
        assert_eq!(each(&PASS, "f(1000);"), ["f(0);", "f(500);", "f(999);"]);
        assert_eq!(each(&PASS, "f(1);"), ["f(0);"]);
        assert!(each(&PASS, "f(0);").is_empty());
    }

    #[test]
    fn strings_lists_and_objects_get_shorter() {
        assert_eq!(each(&PASS, "f('abcd');"), ["f(\"\");", "f(\"ab\");", "f(\"cd\");", "f(\"abc\");"]);
        assert_eq!(each(&PASS, "f([a, b], {c, d});"), ["f([], { c, d });", "f([ a, b ], {});"]);
        assert_eq!(all(&PASS, "f(true, null, `a${b}`, 7);"), "f(0, 0, \"\", 0);");
    }
}
