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
            // Nothing smaller can be called.
            Node::Expression(_, Place::Callee) => 0,
            Node::Expression(expression, _) => smaller(expression).len(),
            _ => 0,
        }
    }

    /// Fewer rounds are smaller, too.
    fn changes_loop_ends(&self) -> bool {
        true
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

/// 0, the value less a half, less a quarter, and so on to less 1: from any value to the smallest that is needed it takes
/// few steps.
fn numbers(value: f64) -> Vec<Expr> {
    let whole = value.trunc();
    let parts = std::iter::successors(Some((whole / 2.0).trunc()), |part| Some((part / 2.0).trunc()));
    let less = parts.take_while(|part| part.abs() >= 1.0).map(|part| whole - part);
    let ends = [whole - value.signum(), whole];
    let mut smaller: Vec<f64> = std::iter::once(0.0).chain(less).chain(ends).collect();
    smaller.retain(|one| one.abs() < value.abs());
    smaller.dedup();
    smaller.into_iter().map(number).collect()
}

/// The empty one; less a half, a quarter, and so on to one character at its end; the same at its beginning.
fn strings(text: &str) -> Vec<Expr> {
    let characters: Vec<char> = text.chars().collect();
    let count = characters.len();
    let parts = || std::iter::successors(Some(count / 2), |part| Some(part / 2)).take_while(|part| *part > 0);
    let shorter = parts().map(|part| &characters[..count - part]).chain(parts().map(|part| &characters[part..]));
    let all = std::iter::once(&characters[..0]).filter(|_| count > 0).chain(shorter);
    all.map(|part| string(&part.iter().collect::<String>())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::{all, each};
    use crate::triage::reduce::walk::EachNode;

    const PASS: EachNode<Literal> = EachNode(Literal);

    #[test]
    fn numbers_go_down() {
        assert_eq!(
            each(&PASS, "f(1000);"),
            [
                "f(0);", "f(500);", "f(750);", "f(875);", "f(938);", "f(969);", "f(985);", "f(993);", "f(997);",
                "f(999);"
            ]
        );
        assert_eq!(each(&PASS, "f(2.5);"), ["f(0);", "f(1);", "f(2);"]);
        assert_eq!(each(&PASS, "f(1);"), ["f(0);"]);
        assert!(each(&PASS, "f(0);").is_empty());
        assert_eq!(
            each(&PASS, "for (i = 0; i < 2; i += 2) f();"),
            ["for(i = 0; i < 0; i += 2)f();", "for(i = 0; i < 1; i += 2)f();"]
        );
    }

    #[test]
    fn strings_lists_and_objects_get_shorter() {
        assert_eq!(each(&PASS, "f('abcd');"), ["f(\"\");", "f(\"ab\");", "f(\"abc\");", "f(\"cd\");", "f(\"bcd\");"]);
        assert_eq!(each(&PASS, "f([a, b], {c, d});"), ["f([], { c, d });", "f([ a, b ], {});"]);
        assert_eq!(all(&PASS, "f(true, null, `a${b}`, 7);"), "f(0, 0, \"\", 0);");
    }
}
