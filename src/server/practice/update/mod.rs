//! Updates: from what a client sends to the document that stands there afterwards.
//!
//! An update is a replacement, a pipeline, or modifiers: operators by path ([`operators`] is their table, one file a
//! family). Each modifier's path is spread over array elements first ([`path`]); what an operator does to one field is
//! an [`Action`]. [`upsert`] makes the document of an update that matched nothing.

mod arithmetic;
mod array_filters;
mod bits;
pub mod decimal;
mod fields;
mod modifiers;
mod operators;
mod path;
mod pull;
mod push;
mod replacement;
pub mod upsert;

pub use array_filters::ArrayFilters;
pub use modifiers::Modifiers;

use super::errors::{CommandError, code};
use super::query::{Matcher, PipelineUpdate};
use crate::wire::bson::{Bson, Document};
use std::fmt::Debug;

/// What an operator makes of one field.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Nothing.
    Keep,
    /// This value, made with its path if missing.
    Set(Bson),
    /// The field goes; an array element becomes null.
    Remove,
}

/// One operator with its argument, applied to one field.
pub trait Action: Debug + Send + Sync {
    /// What becomes of the field whose value is `current`, nothing if it is not there.
    ///
    /// # Errors
    /// The value does not suit the operator; the whole update fails then.
    fn apply(&self, current: Option<&Bson>, target: &Target<'_>) -> Result<Change, CommandError>;
}

/// Where an action is applied.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The concrete path.
    pub path: &'a str,
    /// The document as it was.
    pub document: &'a Document,
    /// The document is made by an upsert.
    pub inserting: bool,
}

/// A parsed update.
#[derive(Debug)]
pub enum Update {
    /// Operators by path.
    Modifiers(Modifiers),
    /// A whole document but for its `_id`.
    Replacement(Document),
    /// Stages that make the new document.
    Pipeline(PipelineUpdate),
}

/// What an update knows of the document it meets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Circumstances {
    /// The array position that the filter matched, for `$`.
    pub position: Option<usize>,
    /// The document is made by an upsert.
    pub inserting: bool,
}

impl Update {
    /// Reads `u` of an update statement; `constants` are its `c` or the command's `let`.
    ///
    /// # Errors
    /// What is wrong with it, before any document is looked at.
    pub fn parse(sent: &Bson, filters: &[Bson], constants: Option<&Document>) -> Result<Self, CommandError> {
        match sent {
            Bson::Document(document) if document.keys().next().is_some_and(|key| key.starts_with('$')) => {
                let filters = ArrayFilters::parse(filters)?;
                Modifiers::parse(document, filters).map(Self::Modifiers)
            }
            _ if !filters.is_empty() => {
                let text = "arrayFilters may not be specified for replacement-style or pipeline-style updates";
                Err(CommandError::new(code::FAILED_TO_PARSE, text))
            }
            Bson::Document(document) => replacement::check(document).map(|()| Self::Replacement(document.clone())),
            Bson::Array(stages) => PipelineUpdate::parse(stages, constants).map(Self::Pipeline),
            other => {
                let text =
                    format!("Update argument must be either an object or an array, but was {}", other.type_name());
                Err(CommandError::new(code::FAILED_TO_PARSE, text))
            }
        }
    }

    /// True for a replacement, which never meets more than one document.
    pub fn is_replacement(&self) -> bool {
        matches!(self, Self::Replacement(_))
    }

    /// The document after the update.
    ///
    /// # Errors
    /// An operator that does not suit, a path that leads nowhere, 66 for a changed `_id`.
    pub fn apply(&self, old: &Document, circumstances: Circumstances) -> Result<Document, CommandError> {
        let new = match self {
            Self::Modifiers(modifiers) => modifiers.apply(old, circumstances)?,
            Self::Replacement(document) => replacement::apply(old, document, circumstances.inserting),
            Self::Pipeline(pipeline) => replacement::with_id(old, pipeline.apply(old)?),
        };
        if !circumstances.inserting {
            self.check_id(old, &new)?;
        }
        Ok(new)
    }

    fn check_id(&self, old: &Document, new: &Document) -> Result<(), CommandError> {
        if old.get("_id") == new.get("_id") {
            return Ok(());
        }
        let text = match self {
            Self::Modifiers(_) => {
                "Performing an update on the path '_id' would modify the immutable field '_id'".to_owned()
            }
            _ => {
                let id = super::render::value(new.get("_id").unwrap_or(&Bson::Null));
                format!(
                    "After applying the update, the (immutable) field '_id' was found to have been altered to _id: {id}"
                )
            }
        };
        Err(CommandError::new(code::IMMUTABLE_FIELD, text))
    }
}

/// True where not even a number's type differs: an update that changes nothing is counted apart.
pub fn identical(left: &Document, right: &Document) -> bool {
    left == right || left.to_bytes() == right.to_bytes()
}

/// Matches single values instead of documents: `{$gt: 3}`, `"x"`, `/^a/`.
#[derive(Clone, Debug)]
pub struct ValueMatcher(Matcher);

impl ValueMatcher {
    /// A matcher for the condition on a value.
    ///
    /// # Errors
    /// What is wrong with the condition.
    pub fn parse(condition: &Bson) -> Result<Self, CommandError> {
        Matcher::parse(&[("value".to_owned(), condition.clone())].into_iter().collect()).map(Self)
    }

    /// True where `value` meets it.
    pub fn matches(&self, value: &Bson) -> bool {
        self.0.matches(&[("value".to_owned(), value.clone())].into_iter().collect())
    }
}
