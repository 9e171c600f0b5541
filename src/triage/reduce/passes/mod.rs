//! Edits that make a program smaller, one pass a file, registered in [`PASSES`] in the order in which they are tried.
//!
//! A pass lists all its edits of a program and makes any subset of them. It needs not know whether they keep the failure,
//! nor whether the text is a program afterwards: who uses it tests the one and parses for the other. Edits whose text is
//! not smaller ([`super::is_smaller`]) are never tried, so that the passes cannot go in circles.

mod canonical;
mod drop_clause;
mod drop_part;
mod drop_statement;
mod drop_users;
mod drop_value;
mod hoist;
mod inline;
mod literal;
mod merge;
mod rename;
mod subexpression;
pub(super) mod unframe;
mod unwrap;
mod zero;

use super::halving::{Chosen, Cuts};
use super::program::Program;
use super::walk::EachNode;

/// One kind of edit.
pub trait Pass: Sync {
    /// As the table of stages shows it.
    fn name(&self) -> &'static str;

    /// All edits of this kind that the program allows, in the order of the text.
    fn plan<'p>(&'p self, program: &'p Program) -> Box<dyn Plan + 'p>;
}

/// The edits of one pass on one program.
pub trait Plan: Cuts {
    /// The program after these edits; nothing if it is none.
    fn program(&self, chosen: &Chosen) -> Option<Program>;
}

/// The passes in tiers: what takes most away comes first. Form comes before what tries many edits in vain, because every
/// change of the text makes them new ones.
pub static PASSES: &[&dyn Pass] = &[
    // Statements.
    &unframe::Unframe,
    &EachNode(unwrap::Unwrap),
    &EachNode(drop_statement::DropStatement),
    &drop_users::DropUsers,
    &EachNode(drop_clause::DropClause),
    &EachNode(hoist::Hoist),
    // Form.
    &inline::Inline,
    &merge::Merge,
    &EachNode(canonical::Canonical),
    &rename::Rename,
    // Expressions.
    &EachNode(drop_part::DropPart),
    &EachNode(drop_value::DropValue),
    &EachNode(zero::Zero),
    &EachNode(subexpression::Subexpression),
    // Values.
    &EachNode(literal::Literal),
];

#[cfg(test)]
mod tests;
