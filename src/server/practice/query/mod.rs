//! From a filter to documents: [`plan`] chooses an index, [`run`](run()) carries the plan out, [`explain`] shows it.

mod bounds;
pub mod explain;
mod interim;
mod plan;
mod run;

pub use bounds::Interval;
pub use interim::{Matcher, PipelineUpdate, Projection, SortPattern};
pub use plan::{IndexScan, Plan, Wishes, hinted};
pub use run::{Found, run};

use super::errors::CommandError;
use crate::wire::bson::Document;

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
