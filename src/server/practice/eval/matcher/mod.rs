//! Filters: a tree of tests that a document passes or does not.

mod leaf;
mod parse;
mod special;
mod types;

use super::expression::{Expression, Scope, is_true};
use super::path::Path;
use super::text::{Search, TextQuery};
use crate::server::practice::errors::CommandError;
use crate::wire::bson::{Bson, Document};
use leaf::Leaf;
pub use parse::compile;

/// A parsed filter.
#[derive(Clone, Debug)]
pub struct Matcher(Node);

#[derive(Clone, Debug)]
enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Nor(Vec<Node>),
    Not(Box<Node>),
    Constant(bool),
    At(Path, Leaf),
    /// A search, and the same over an index once there is one; before that it finds nothing.
    Text(Search, Option<Box<TextQuery>>),
    Expression(Box<Expression>),
}

impl Matcher {
    /// Reads a filter.
    ///
    /// # Errors
    /// 2 for unknown operators and wrong arguments, as a mongod has it.
    pub fn parse(filter: &Document) -> Result<Self, CommandError> {
        Self::parse_with(filter, &[])
    }

    /// The same where `$expr` may use variables of these names.
    ///
    /// # Errors
    /// As [`Matcher::parse`].
    pub fn parse_with(filter: &Document, known: &[String]) -> Result<Self, CommandError> {
        let matcher = parse::Parser { known }.filter(filter, 0).map(Self)?;
        matcher.check_plain()?;
        Ok(matcher)
    }

    /// The same for the filter of a query, which may have a `$text` or a `$near`.
    ///
    /// # Errors
    /// As [`Matcher::parse`], and 2 where either has no place.
    pub fn parse_query(filter: &Document) -> Result<Self, CommandError> {
        let matcher = parse::Parser { known: &[] }.filter(filter, 0).map(Self)?;
        matcher.check_query()?;
        Ok(matcher)
    }

    /// True if the document passes.
    pub fn matches(&self, document: &Document) -> bool {
        self.matches_with(document, None)
    }

    /// The same with values for the variables.
    pub fn matches_with(&self, document: &Document, variables: Option<&Document>) -> bool {
        self.0.matches(document, variables)
    }

    /// What the positional `$` stands for: the place, in the array on the way, of the first element that passed.
    pub fn position(&self, document: &Document) -> Option<usize> {
        self.0.position(document)
    }
}

impl Node {
    fn matches(&self, document: &Document, variables: Option<&Document>) -> bool {
        let passes = |node: &Self| node.matches(document, variables);
        match self {
            Self::And(nodes) => nodes.iter().all(passes),
            Self::Or(nodes) => nodes.iter().any(passes),
            Self::Nor(nodes) => !nodes.iter().any(passes),
            Self::Not(node) => !passes(node),
            Self::Constant(value) => *value,
            Self::At(path, leaf) => leaf.matches_any(&path.values(document)),
            Self::Text(_, query) => query.as_ref().is_some_and(|query| query.score(document).is_some()),
            // An expression that fails passes nothing: a filter has no way to say so here.
            Self::Expression(expression) => {
                let steps = std::cell::Cell::new(0);
                expression.evaluate(&Scope::new(document, variables, &steps)).is_ok_and(|value| is_true(&value))
            }
        }
    }

    fn position(&self, document: &Document) -> Option<usize> {
        match self {
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().find_map(|node| node.position(document)),
            Self::At(path, Leaf::ElementMatches(element)) => {
                path.position(document, |value| value.is_some_and(|value| element.matches(value)))
            }
            Self::At(path, leaf) => path.position(document, |value| leaf.matches_any(&[value])),
            Self::Nor(_) | Self::Not(_) | Self::Constant(_) | Self::Expression(_) | Self::Text(..) => None,
        }
    }
}

/// A filter over one value instead of a document, as `$elemMatch` and `$pull` have it.
#[derive(Clone, Debug)]
enum Element {
    /// `{a: 1}`: elements are documents.
    Document(Node),
    /// `{$gt: 1}`: elements are values.
    Value(Vec<(bool, Leaf)>),
}

impl Element {
    fn matches(&self, value: &Bson) -> bool {
        match (self, value) {
            (Self::Document(node), Bson::Document(document)) => node.matches(document, None),
            // An array in an array is seen as a document of its positions.
            (Self::Document(node), Bson::Array(items)) => node.matches(&positions(items), None),
            (Self::Document(_), _) => false,
            (Self::Value(leaves), value) => {
                leaves.iter().all(|(wanted, leaf)| leaf.matches_any(&[Some(value)]) == *wanted)
            }
        }
    }
}

fn positions(items: &[Bson]) -> Document {
    items.iter().enumerate().map(|(at, item)| (at.to_string(), item.clone())).collect()
}

#[cfg(test)]
mod tests;
