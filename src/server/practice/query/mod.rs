//! From a filter to documents: [`plan`] chooses an index, [`run`](run()) carries the plan out, [`explain`] shows it.

mod bounds;
pub mod explain;
mod plan;
mod run;

pub use super::eval::{CollectionAccess, Matcher, Pipeline, PipelineUpdate, Projection, SortPattern};
pub use bounds::Interval;
pub use plan::{IndexScan, Plan, Wishes, choose, hinted};
pub use run::{Found, run};

use super::collection::State;
use super::errors::CommandError;
use crate::wire::bson::{Bson, Document, compare};

/// A query over one collection.
#[derive(Debug)]
pub struct Request<'a> {
    /// The filter as sent, for the planner.
    pub filter: &'a Document,
    /// The same, parsed.
    pub matcher: Matcher,
    /// Order and hints.
    pub wishes: Wishes<'a>,
    /// Matches to leave out at the start.
    pub skip: usize,
    /// Matches to return, 0 for all.
    pub limit: usize,
}

impl<'a> Request<'a> {
    /// A request for all matches.
    ///
    /// # Errors
    /// What is wrong with the filter or the order.
    pub fn new(filter: &'a Document, wishes: Wishes<'a>) -> Result<Self, CommandError> {
        Ok(Self { filter, matcher: Matcher::parse(filter)?, wishes, skip: 0, limit: 0 })
    }
}

impl Request<'_> {
    /// Gives the filter variables that `$expr` may use.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn bind(&mut self, _variables: Option<&Document>) -> Result<(), CommandError> {
        Ok(())
    }
}

/// Refuses a hint that names no index of the collection.
///
/// # Errors
/// 2
pub fn check_hint(state: &State, hint: &Bson) -> Result<(), CommandError> {
    match hint {
        Bson::Document(order) if order.contains("$natural") || order.is_empty() => Ok(()),
        hint => hinted(state, hint).map(|_| ()),
    }
}

/// True where two documents have equal values at a path of fields.
pub fn same_value_at(left: &Document, right: &Document, path: &str) -> bool {
    match (at(left, path), at(right, path)) {
        (Some(a), Some(b)) => compare(a, b).is_eq(),
        _ => false,
    }
}

fn at<'a>(document: &'a Document, path: &str) -> Option<&'a Bson> {
    match path.split_once('.') {
        None => document.get(path),
        Some((head, rest)) => at(document.get_document(head)?, rest),
    }
}
