//! insert.

use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::bugs::mixed_array;
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document, Timestamp};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

pub const COMMANDS: &[Command] = &[Command {
    name: "insert",
    aliases: &[],
    fields: Fields::Only(&["documents", "ordered", "bypassDocumentValidation", "stmtId", "stmtIds"]),
    admin_only: false,
    run: insert,
}];

/// Statements of one write command.
pub const MAX_BATCH: usize = 100_000;

/// Refuses a batch without statements or with too many.
///
/// # Errors
/// 16
pub fn check_batch(length: usize) -> Result<(), CommandError> {
    if (1..=MAX_BATCH).contains(&length) {
        return Ok(());
    }
    let text = format!("Write batch sizes must be between 1 and {MAX_BATCH}. Got {length} operations.");
    Err(CommandError::new(code::INVALID_LENGTH, text))
}

/// An element of `writeErrors`.
pub fn write_error(index: usize, error: &CommandError) -> Document {
    let mut entry = doc! { "index": (index as i32), "code": (error.code) };
    for (key, value) in error.extra.iter().flat_map(|extra| extra.iter()) {
        entry.push(key, value.clone());
    }
    entry.push("errmsg", error.message.as_str());
    entry
}

fn insert(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let name = call.collection_name()?;
    let documents = arguments.required("documents", arguments.array("documents")?)?;
    check_batch(documents.len())?;
    let ordered = arguments.get("ordered").is_none() || arguments.flag("ordered")?;
    let validate = !arguments.flag("bypassDocumentValidation")?;
    if let Some(wrong) = documents.iter().find(|document| document.as_document().is_none()) {
        return Err(arguments.wrong_type("documents.0", wrong, "'object'"));
    }
    let collection = call.server.catalog.collection_or_new(call.database, name)?;
    let namespace = call.namespace(name);
    let mut inserted = 0;
    let mut errors = Vec::new();
    for (at, document) in documents.iter().filter_map(Bson::as_document).enumerate() {
        call.operation.check_now()?;
        let outcome = prepare(document.clone()).and_then(|document| {
            let mut state = collection.state.lock();
            mixed_array::check(&call.server.bugs, &state, &document);
            state.insert(document, &namespace, validate)
        });
        match outcome {
            Ok(_) => inserted += 1,
            Err(error) => {
                errors.push(write_error(at, &error));
                if ordered {
                    break;
                }
            }
        }
    }
    let mut reply = doc! { "n": inserted };
    if !errors.is_empty() {
        reply.push("writeErrors", errors);
    }
    Ok(reply)
}

/// The document as it is stored: `_id` first and made up if missing, empty timestamps filled in.
///
/// # Errors
/// 53 for an `_id` that cannot be.
pub fn prepare(mut document: Document) -> Result<Document, CommandError> {
    let id = document.remove("_id").unwrap_or_else(new_id);
    check_id(&id)?;
    let mut stored = doc! { "_id": id };
    for (key, value) in document {
        match value {
            Bson::Timestamp(Timestamp { seconds: 0, increment: 0 }) => stored.push(key, now()),
            value => stored.push(key, value),
        }
    }
    Ok(stored)
}

/// Refuses what cannot be an `_id`.
///
/// # Errors
/// 53, and 52 for a document with operator names.
pub fn check_id(id: &Bson) -> Result<(), CommandError> {
    match id {
        Bson::Array(_) | Bson::Regex { .. } | Bson::Undefined => {
            let text = format!("The '_id' value cannot be of type {}", id.type_name());
            Err(CommandError::new(code::INVALID_ID_FIELD, text))
        }
        Bson::Document(inner) => {
            match inner.keys().find(|key| key.starts_with('$') && !["$id", "$ref", "$db"].contains(key)) {
                Some(key) => {
                    let text =
                        format!("_id fields may not contain '$'-prefixed fields: {key} is not valid for storage.");
                    Err(CommandError::new(code::DOLLAR_PREFIXED_FIELD_NAME, text))
                }
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// A new ObjectId: seconds, a number of this process, a counter.
pub fn new_id() -> Bson {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let mut id = [0; 12];
    id[..4].copy_from_slice(&seconds().to_be_bytes());
    id[4..8].copy_from_slice(&std::process::id().to_be_bytes());
    id[8..].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    Bson::ObjectId(id)
}

/// The time now as the oplog has it, never the same twice.
pub fn now() -> Bson {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    Bson::Timestamp(Timestamp { seconds: seconds(), increment: NEXT.fetch_add(1, Ordering::Relaxed) })
}

fn seconds() -> u32 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() as u32
}

#[cfg(test)]
mod tests {
    use crate::doc;
    use crate::server::practice::trial::Trial;
    use crate::wire::bson::Bson;

    #[test]
    fn inserted_documents_are_found() {
        let mut trial = Trial::new();
        trial.insert("c", vec![doc! { "_id": 1, "a": "x" }, doc! { "_id": 2, "a": "y" }]);
        assert_eq!(trial.find("c", doc! { "filter": { "a": "y" } }), [doc! { "_id": 2, "a": "y" }]);
        assert!(matches!(trial.find("c", doc! {})[0].get("_id"), Some(Bson::Int32(1))));
    }

    #[test]
    fn an_ordered_batch_stops_at_its_first_error_and_an_unordered_one_goes_on() {
        let mut trial = Trial::new();
        let batch = vec![doc! { "_id": 1 }, doc! { "_id": 1 }, doc! { "_id": 2 }];
        let reply = trial.run(doc! { "insert": "a", "documents": (batch.clone()) });
        assert_eq!(reply.get("n"), Some(&Bson::Int32(1)));
        let reply = trial.run(doc! { "insert": "b", "documents": batch, "ordered": false });
        assert_eq!(reply.get("n"), Some(&Bson::Int32(2)));
        let Some([Bson::Document(error)]) = reply.get_array("writeErrors") else { panic!("{reply:?}") };
        assert_eq!(error.get("index"), Some(&Bson::Int32(1)));
        let text = "E11000 duplicate key error collection: test.b index: _id_ dup key: { _id: 1 }";
        assert_eq!(error.get_str("errmsg"), Some(text));
    }

    #[test]
    fn ids_that_cannot_be_are_refused() {
        let mut trial = Trial::new();
        assert_eq!(trial.code(doc! { "insert": "c", "documents": [{ "_id": [1] }] }), 53);
        assert_eq!(trial.code(doc! { "insert": "c", "documents": [] }), 16);
        assert_eq!(trial.code(doc! { "insert": "c" }), 40414);
        assert_eq!(trial.code(doc! { "insert": "c", "documents": [{}], "colour": 1 }), 40415);
    }
}
