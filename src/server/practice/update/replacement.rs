//! Replacements: a whole new document under the old `_id`.

use crate::server::practice::commands::timestamp_now;
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document, Timestamp};

/// Refuses operators beside plain fields.
///
/// # Errors
/// 52
pub fn check(document: &Document) -> Result<(), CommandError> {
    match document.keys().find(|key| key.starts_with('$')) {
        Some(key) => {
            let text = format!(
                "The dollar ($) prefixed field '{key}' in '{key}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith."
            );
            Err(CommandError::new(code::DOLLAR_PREFIXED_FIELD_NAME, text))
        }
        None => Ok(()),
    }
}

/// The new document; empty timestamps become the time now.
pub fn apply(old: &Document, new: &Document, inserting: bool) -> Document {
    let filled = new.iter().map(|(key, value)| match value {
        Bson::Timestamp(Timestamp { seconds: 0, increment: 0 }) => (key.to_owned(), timestamp_now()),
        value => (key.to_owned(), value.clone()),
    });
    let new: Document = filled.collect();
    if inserting && new.contains("_id") { new } else { with_id(old, new) }
}

/// `new` with its `_id` first, or the old one's if it has none.
pub fn with_id(old: &Document, mut new: Document) -> Document {
    let Some(id) = new.remove("_id").or_else(|| old.get("_id").cloned()) else { return new };
    let mut document = Document::new();
    document.push("_id", id);
    new.into_iter().for_each(|(key, value)| document.push(key, value));
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    #[test]
    fn the_old_id_stays_and_stands_first() {
        let old = doc! { "a": 1, "_id": 7 };
        assert_eq!(apply(&old, &doc! { "b": 2 }, false), doc! { "_id": 7, "b": 2 });
        assert_eq!(check(&doc! { "a": 1, "$set": 2 }).unwrap_err().code, 52);
    }
}
