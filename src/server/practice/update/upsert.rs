//! The document of an update that matched nothing: what the filter says for sure, then the update.

use super::{Circumstances, Update, path};
use crate::server::practice::commands::new_id;
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document};

/// Makes that document; its `_id` stands first.
///
/// # Errors
/// 54 where the filter says two things of one field, and what the update says of the document.
pub fn document(filter: &Document, update: &Update) -> Result<Document, CommandError> {
    let mut certain = Vec::new();
    equalities(filter, &mut certain, 0);
    let mut seed = Document::new();
    for (at, (name, value)) in certain.iter().enumerate() {
        if update.is_replacement() && *name != "_id" {
            continue;
        }
        if let Some((other, _)) = certain[..at].iter().find(|(other, _)| meets(other, name)) {
            let text = format!("cannot infer query fields to set, path '{name}' is matched twice");
            let text = if other == name {
                text
            } else {
                format!("cannot infer query fields to set, both paths '{other}' and '{name}' are matched")
            };
            return Err(CommandError::new(code::NOT_SINGLE_VALUE_FIELD, text));
        }
        let parts: Vec<String> = name.split('.').map(str::to_owned).collect();
        path::set(&mut seed, &parts, (*value).clone())?;
    }
    let new = update.apply(&seed, Circumstances { position: None, inserting: true })?;
    if let (Some(wanted), Some(id)) = (seed.get("_id"), new.get("_id"))
        && wanted != id
    {
        let text = "Performing an update on the path '_id' would modify the immutable field '_id'";
        return Err(CommandError::new(code::IMMUTABLE_FIELD, text));
    }
    let id = Document::from_iter([("_id".to_owned(), new.get("_id").cloned().unwrap_or_else(new_id))]);
    Ok(super::replacement::with_id(&id, new))
}

fn meets(path: &str, other: &str) -> bool {
    path.split('.').zip(other.split('.')).all(|(a, b)| a == b)
}

/// Fields that every match must have with a known value.
fn equalities<'a>(filter: &'a Document, found: &mut Vec<(&'a str, &'a Bson)>, depth: usize) {
    for (key, value) in filter.iter() {
        match (key, value) {
            ("$and", Bson::Array(clauses)) if depth < 10 => {
                clauses.iter().filter_map(Bson::as_document).for_each(|clause| equalities(clause, found, depth + 1));
            }
            ("$or", Bson::Array(clauses)) if depth < 10 && clauses.len() == 1 => {
                clauses.iter().filter_map(Bson::as_document).for_each(|clause| equalities(clause, found, depth + 1));
            }
            _ if key.starts_with('$') => {}
            (_, Bson::Regex { .. }) => {}
            (_, Bson::Document(operators)) if operators.keys().next().is_some_and(|key| key.starts_with('$')) => {
                found.extend(single(operators).map(|value| (key, value)));
            }
            _ => found.push((key, value)),
        }
    }
}

/// The only value that `{$eq: x}`, `{$in: [x]}` or `{$all: [x]}` allow.
fn single(operators: &Document) -> Option<&Bson> {
    let listed = || match operators.get("$in").or_else(|| operators.get("$all")).and_then(Bson::as_array) {
        Some([value]) if !matches!(value, Bson::Regex { .. }) => Some(value),
        _ => None,
    };
    operators.get("$eq").or_else(listed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    fn made(filter: Document, update: Document) -> Result<Document, i32> {
        let update = Update::parse(&Bson::Document(update), &[], None).unwrap();
        document(&filter, &update).map_err(|error| error.code)
    }

    #[test]
    fn equalities_of_the_filter_are_kept() {
        let filter = doc! { "_id": 1, "a.b": 2, "$and": [{ "c": { "$eq": 3 } }], "d": { "$gt": 4 } };
        let wanted = doc! { "_id": 1, "a": { "b": 2 }, "c": 3, "x": 9 };
        assert_eq!(made(filter, doc! { "$set": { "x": 9 } }), Ok(wanted));
    }

    #[test]
    fn a_replacement_takes_the_id_only() {
        assert_eq!(made(doc! { "_id": 1, "a": 2 }, doc! { "b": 3 }), Ok(doc! { "_id": 1, "b": 3 }));
    }

    #[test]
    fn contradictions_are_refused() {
        let filter = doc! { "$and": [{ "a": 1 }, { "a": 2 }] };
        assert_eq!(made(filter, doc! { "$set": { "x": 9 } }), Err(54));
        assert_eq!(made(doc! { "_id": 1 }, doc! { "$set": { "_id": 2 } }), Err(66));
        assert_eq!(made(doc! { "_id": 1 }, doc! { "_id": 2 }), Err(66));
    }
}
