//! Words and values that servers care about: edges of number types, names of operators and commands.
//!
//! Sources: the MongoDB manual's lists of commands, query, update and aggregation operators.

use std::sync::LazyLock;

use crate::js::ast::{Expr, Stmt};
use crate::js::parse;

/// Values at edges.
pub static PRIMITIVES: LazyLock<Vec<Expr>> =
    LazyLock::new(|| include_str!("dictionary/primitives.txt").lines().filter_map(expression).collect());

/// Query, update and aggregation operators, with their dollar signs.
pub static OPERATORS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("dictionary/operators.txt").split_whitespace().collect());

/// Commands, internal ones too, and the options of the frequent ones.
pub static COMMANDS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("dictionary/commands.txt").split_whitespace().collect());

fn expression(text: &str) -> Option<Expr> {
    let mut statements = parse(&format!("({text});")).ok()?.program.script()?.body;
    match statements.pop()? {
        Stmt::Expr(statement) => match *statement.expr {
            Expr::Paren(inner) => Some(*inner.expr),
            other => Some(other),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js::{is_sloppy_script, print_expression};

    #[test]
    fn every_line_is_an_expression_that_prints_as_a_program() {
        assert_eq!(PRIMITIVES.len(), include_str!("dictionary/primitives.txt").lines().count());
        for primitive in PRIMITIVES.iter() {
            let text = print_expression(primitive);
            assert!(is_sloppy_script(&format!("f({text});")), "{text}");
        }
    }

    #[test]
    fn operators_have_their_dollar_and_nothing_stands_twice_among_commands() {
        assert!(OPERATORS.iter().all(|operator| operator.starts_with('$')));
        let mut sorted = COMMANDS.clone();
        sorted.sort_unstable();
        let all = sorted.len();
        sorted.dedup();
        assert_eq!(sorted.len(), all);
    }
}
