//! The only door to swc: parse, print (always through the fixer), scope, sites.
//!
//! Others work on the syntax tree through [`ast`] and [`visit`]; spans and syntax contexts mean nothing outside this
//! room, so trees of many files may be mixed freely.

mod build;
mod names;
mod parse;
mod print;
mod sites;

/// The place of what was made by hand.
pub use swc_common::DUMMY_SP;
pub use swc_ecma_ast as ast;
pub use swc_ecma_visit as visit;

pub use build::{call, ident, number, statement, string, var};
pub use names::{bound, declared, mentioned, occurrences, rename};
pub use parse::{Kind, MAX_NESTING, ParseError, Parsed, is_sloppy_script, mentions_module_syntax, parse, parse_script};
pub use print::{print_expression, print_statements};
pub use sites::{change_nth, count, count_edits, edit_nth};
