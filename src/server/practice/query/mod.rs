//! From a filter to documents: [`plan`] chooses an index, [`run`](run()) carries the plan out, [`explain`] shows it.

mod bounds;
pub mod explain;
mod plan;
mod run;
mod special;

pub use super::eval::meta::unavailable;
pub use super::eval::{
    CollectionAccess, Item, Matcher, Meta, MetaField, Pipeline, PipelineUpdate, Projection, SortPattern,
};
pub use bounds::Interval;
pub use plan::{IndexScan, Plan, Wishes, hinted};
pub use run::{Found, run};
pub use special::{plan, without_collection};

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
        Ok(Self { filter, matcher: Matcher::parse_query(filter)?, wishes, skip: 0, limit: 0 })
    }
}

impl Request<'_> {
    /// Refuses a `$near`, where the order of documents is not the query's.
    ///
    /// # Errors
    /// 5626500
    pub fn without_near(&self) -> Result<(), CommandError> {
        if self.matcher.near().is_none() {
            return Ok(());
        }
        let text = "$geoNear, $near, and $nearSphere are not allowed in this context";
        Err(CommandError::new(5_626_500, text))
    }

    /// Refuses figures that the filter does not give.
    ///
    /// # Errors
    /// 40218
    pub fn check_figures(&self, projection: Option<&Projection>) -> Result<(), CommandError> {
        let shown = |field| projection.is_some_and(|projection| projection.needs(field));
        if shown(MetaField::TextScore) && self.matcher.text().is_none() {
            return Err(unavailable("text score"));
        }
        if (shown(MetaField::Distance) || shown(MetaField::Place)) && self.matcher.near().is_none() {
            return Err(unavailable("geoNear distance"));
        }
        Ok(())
    }

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
