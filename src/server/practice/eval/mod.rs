//! What queries and pipelines mean: matching, projecting, sorting, expressions and stages, over plain documents.
//!
//! Nothing here knows of collections, locks or connections. Everything is parsed first, so that a wrong operator is an
//! error even where no document is looked at; and everything is bounded, because a fuzzer is on the other end.

pub mod expression;
pub mod geo;
pub mod matcher;
pub mod meta;
pub mod path;
pub mod pipeline;
pub mod projection;
pub mod sort;
pub mod text;

pub use matcher::Matcher;
pub use meta::{Meta, MetaField};
pub use pipeline::{CollectionAccess, Item, Pipeline, PipelineUpdate};
pub use projection::Projection;
pub use sort::SortPattern;
