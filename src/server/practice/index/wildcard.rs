//! Wildcard indexes: what their specification may hold.

use super::spec::{cannot, wrong_type};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::query::Projection;
use crate::wire::bson::{Bson, Document};

/// True for a key that stands for every path, or every path below one.
pub fn is_wildcard(path: &str) -> bool {
    path == "$**" || path.ends_with(".$**")
}

/// Wildcard indexes have options of their own and cannot have some of the others.
///
/// # Errors
/// 67 for options of other indexes, 2, 9 and 14 for a `wildcardProjection` that cannot be.
pub fn check_wildcard(spec: &Document, pattern: &Document) -> Result<(), CommandError> {
    let path = pattern.keys().find(|path| is_wildcard(path));
    let text = pattern.iter().any(|(_, value)| value.as_str() == Some("text"));
    let projection = spec.get("wildcardProjection");
    match (path.filter(|_| !text), projection) {
        (None, None) => return Ok(()),
        (None, Some(_)) => {
            let text = "The field 'wildcardProjection' is only allowed in an 'wildcard' index";
            return Err(CommandError::new(code::BAD_VALUE, text));
        }
        (Some(path), Some(_)) if path != "$**" => {
            let text = "The field 'wildcardProjection' is only allowed when the key is exactly '$**'";
            return Err(failed(text));
        }
        (Some(_), Some(Bson::Document(fields))) if fields.is_empty() => {
            return Err(failed("The 'wildcardProjection' field can't be an empty object"));
        }
        (Some(_), Some(Bson::Document(fields))) => drop(Projection::parse(fields)?),
        (Some(_), Some(other)) => return Err(wrong_type("wildcardProjection", other, "object")),
        (Some(_), None) => {}
    }
    if let Some(option) = ["unique", "expireAfterSeconds"]
        .iter()
        .find(|option| spec.get(option).is_some_and(|value| **option != "unique" || value.as_flag() == Some(true)))
    {
        return Err(cannot(format!("Index type 'wildcard' does not support the {option} option")));
    }
    Ok(())
}

fn failed(text: &str) -> CommandError {
    CommandError::new(code::FAILED_TO_PARSE, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;
    use crate::server::practice::index::Spec;

    fn refused(mut spec: Document) -> i32 {
        spec.push("name", "x");
        Spec::parse(&spec).map(|_| ()).unwrap_err().code
    }

    #[test]
    fn a_wildcard_has_no_options_of_other_indexes() {
        assert_eq!(refused(doc! { "key": { "$**": 1 }, "unique": true }), 67);
        assert_eq!(refused(doc! { "key": { "a.$**": 1 }, "expireAfterSeconds": 5 }), 67);
        assert_eq!(refused(doc! { "key": { "a.$**.b": 1 } }), 67);
    }

    #[test]
    fn a_projection_is_for_the_whole_document() {
        assert_eq!(refused(doc! { "key": { "a.$**": 1 }, "wildcardProjection": { "a": 1 } }), 9);
        assert_eq!(refused(doc! { "key": { "a": 1 }, "wildcardProjection": { "a": 1 } }), 2);
        assert_eq!(refused(doc! { "key": { "$**": 1 }, "wildcardProjection": {} }), 9);
        let right = doc! { "key": { "$**": 1 }, "name": "x", "wildcardProjection": { "a": 0 } };
        assert!(Spec::parse(&right).is_ok());
    }

    #[test]
    fn one_field_at_most_is_hashed() {
        assert_eq!(refused(doc! { "key": { "a": "hashed", "b": "hashed" } }), 31303);
    }
}
