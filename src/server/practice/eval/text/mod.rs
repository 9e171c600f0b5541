//! Words: what `$text` asks, and how well a document answers.
//!
//! A [`Search`] is a parsed `$text`; together with a text index's [`Indexed`] fields it becomes a [`TextQuery`] that gives
//! each document a score or none. Nothing is kept in the index: every search reads all documents.
//!
//! What is approximate: words end at whatever is neither letter, digit nor apostrophe; English alone has stop words and a
//! stemmer, which takes off the commonest suffixes ([`words`]), and the other languages compare whole words. Diacritics go
//! from Latin letters only. A phrase must stand word for word, where a mongod looks for its characters. Scores follow the
//! public description: frequency, share of the field's words, and the field's weight. Pipelines inside pipelines have no
//! `$text`, and neither have views with stages.

mod fields;
mod language;
mod search;
mod words;

pub use fields::Indexed;
pub use search::{Search, TextQuery};
