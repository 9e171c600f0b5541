//! validate, dbHash: do records and indexes agree, and are two servers the same?

use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::catalog::Entry;
use crate::server::practice::collection::State;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::index::{Index, Key};
use crate::server::practice::operation::Interrupt;
use crate::server::practice::render;
use crate::wire::bson::{Bson, Document, compare};
use std::collections::BTreeSet;

pub const COMMANDS: &[Command] = &[
    Command {
        name: "validate",
        aliases: &[],
        fields: Fields::Only(&[
            "full",
            "background",
            "repair",
            "enforceFastCount",
            "checkBSONConformance",
            "metadata",
            "scandata",
        ]),
        admin_only: false,
        run: validate,
    },
    Command {
        name: "dbHash",
        aliases: &["dbhash"],
        fields: Fields::Only(&["collections", "skipTempCollections"]),
        admin_only: false,
        run: db_hash,
    },
];

/// Errors of one index that a reply spells out.
const MAX_ERRORS: usize = 10;

fn validate(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let name = call.collection_name()?;
    let (full, background) = (arguments.flag("full")?, arguments.flag("background")?);
    if full && background {
        let text = "Running the validate command with both { background: true } and { full: true } is not supported.";
        return Err(CommandError::new(code::INVALID_OPTIONS, text));
    }
    arguments.flag("repair")?;
    let collection = match call.server.catalog.get(call.database, name) {
        Some(Entry::Collection(collection)) => collection,
        Some(Entry::View(_)) => {
            return Err(CommandError::new(code::COMMAND_NOT_SUPPORTED_ON_VIEW, "Cannot validate a view"));
        }
        None => {
            let text = format!("Collection '{}' does not exist to validate.", call.namespace(name));
            return Err(CommandError::new(code::NAMESPACE_NOT_FOUND, text));
        }
    };
    let state = collection.state.lock();
    let (mut keys, mut details, mut errors) = (Document::new(), Document::new(), of_records(&state, call.operation)?);
    for index in &state.indexes {
        let wrong = disagreements(&state, index, call.operation)?;
        keys.push(index.spec.name.as_str(), index.len() as i64);
        let mut detail = doc! { "valid": (wrong.is_empty()) };
        if !wrong.is_empty() {
            let texts: Vec<Bson> = wrong.iter().take(MAX_ERRORS).map(Bson::from).collect();
            errors.push(Bson::from(format!(
                "Index '{}' has {} inconsistent entries: {}",
                index.spec.name,
                wrong.len(),
                wrong[0]
            )));
            detail.push("errors", texts);
        }
        details.push(index.spec.name.as_str(), detail);
    }
    Ok(doc! {
        "ns": (call.namespace(name)),
        "uuid": (Bson::Binary { subtype: 4, bytes: collection.uuid.to_vec() }),
        "nInvalidDocuments": (Bson::Int64(0)),
        "nNonCompliantDocuments": (Bson::Int64(0)),
        "nrecords": (state.len() as i64),
        "nIndexes": (state.indexes.len() as i32),
        "keysPerIndex": keys,
        "indexDetails": details,
        "valid": (errors.is_empty()),
        "repaired": false,
        "warnings": [],
        "errors": errors,
        "extraIndexEntries": [],
        "missingIndexEntries": [],
        "corruptRecords": [],
    })
}

/// What is wrong with the records themselves: their number, and documents that changed since they were stored.
fn of_records(state: &State, operation: &dyn Interrupt) -> Result<Vec<Bson>, CommandError> {
    let mut errors = Vec::new();
    if state.kept_count() != state.len() {
        let text = format!("fast count ({}) does not match number of records ({})", state.kept_count(), state.len());
        errors.push(Bson::from(text));
    }
    for (id, record) in state.records() {
        operation.check()?;
        let bytes = record.document.to_bytes().len();
        if bytes != record.bytes {
            let text = format!("document {id} has {bytes} bytes and was stored with {}", record.bytes);
            errors.push(Bson::from(text));
        }
    }
    errors.truncate(MAX_ERRORS);
    Ok(errors)
}

/// What an index holds too much and too little, against the keys computed from the records.
fn disagreements(state: &State, index: &Index, operation: &dyn Interrupt) -> Result<Vec<String>, CommandError> {
    let mut wanted: BTreeSet<(Key, i64)> = BTreeSet::new();
    for (id, record) in state.records() {
        operation.check()?;
        wanted.extend(index.keys_of(&record.document)?.into_iter().map(|key| (key, id)));
    }
    let show = |what: &str, (key, record): &(Key, i64)| {
        let values: Vec<String> = key.iter().map(|part| render::value(&part.value)).collect();
        format!("{what} index entry [{}] for record {record}", values.join(", "))
    };
    let mut wrong = Vec::new();
    for entry in index.entries() {
        if !wanted.remove(entry) {
            wrong.push(show("extra", entry));
        }
    }
    wrong.extend(wanted.iter().map(|entry| show("missing", entry)));
    Ok(wrong)
}

fn db_hash(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let only = arguments.array("collections")?.unwrap_or_default();
    if let Some(wrong) = only.iter().find(|name| name.as_str().is_none()) {
        return Err(arguments.wrong_type("collections.0", wrong, "'string'"));
    }
    let mut all = blake3::Hasher::new();
    let (mut hashes, mut uuids, mut capped) = (Document::new(), Document::new(), Vec::new());
    for (name, entry) in call.server.catalog.entries(call.database) {
        let Entry::Collection(collection) = entry else { continue };
        if name.starts_with("system.")
            || (!only.is_empty() && !only.iter().any(|wanted| wanted.as_str() == Some(&name)))
        {
            continue;
        }
        let state = collection.state.lock();
        let hash = hash_of(&state, call.operation)?;
        all.update(name.as_bytes());
        all.update(hash.as_bytes());
        if state.capped.is_some() {
            capped.push(Bson::from(&name));
        }
        uuids.push(name.as_str(), Bson::Binary { subtype: 4, bytes: collection.uuid.to_vec() });
        hashes.push(name, hash);
    }
    Ok(doc! {
        "host": (format!("localhost:{}", call.server.port)),
        "collections": hashes,
        "capped": capped,
        "uuids": uuids,
        "md5": (render::hex(&all.finalize().as_bytes()[..16])),
        "timeMillis": (call.operation.started.elapsed().as_millis() as i32),
    })
}

/// 32 hexadecimal digits over all documents in the order of their `_id`, as two equal members agree on it.
fn hash_of(state: &State, operation: &dyn Interrupt) -> Result<String, CommandError> {
    let mut documents: Vec<&Document> = state.records().map(|(_, record)| &*record.document).collect();
    let id = |document: &Document| document.get("_id").cloned().unwrap_or(Bson::Null);
    documents.sort_by(|a, b| compare(&id(a), &id(b)));
    let mut hasher = blake3::Hasher::new();
    for document in documents {
        operation.check()?;
        hasher.update(&document.to_bytes());
    }
    Ok(render::hex(&hasher.finalize().as_bytes()[..16]))
}

#[cfg(test)]
mod tests {
    use crate::doc;
    use crate::server::practice::trial::Trial;
    use crate::wire::bson::Bson;

    #[test]
    fn an_untouched_collection_is_valid() {
        let mut trial = Trial::new();
        trial.ok(doc! { "createIndexes": "c", "indexes": [{ "key": { "a": 1 }, "name": "a_1" }] });
        trial.insert("c", (0..10).map(|id| doc! { "_id": id, "a": [id, (id + 1)] }).collect());
        trial.ok(doc! { "delete": "c", "deletes": [{ "q": { "_id": 3 }, "limit": 1 }] });
        let reply = trial.ok(doc! { "validate": "c", "full": true });
        assert_eq!(reply.get("valid"), Some(&Bson::Boolean(true)));
        assert_eq!(reply.get_document("keysPerIndex").unwrap().get("a_1"), Some(&Bson::Int64(18)));
        assert_eq!(trial.code(doc! { "validate": "missing" }), 26);
    }

    #[test]
    fn equal_data_has_an_equal_hash_whatever_the_order() {
        let mut trial = Trial::new();
        let hash = |trial: &mut Trial, name: &str| {
            trial.ok(doc! { "dbHash": 1 }).get_document("collections").unwrap().get(name).cloned().unwrap()
        };
        trial.insert("a", vec![doc! { "_id": 1 }, doc! { "_id": 2 }]);
        trial.insert("b", vec![doc! { "_id": 2 }, doc! { "_id": 1 }]);
        assert_eq!(hash(&mut trial, "a"), hash(&mut trial, "b"));
        trial.insert("b", vec![doc! { "_id": 3 }]);
        assert_ne!(hash(&mut trial, "a"), hash(&mut trial, "b"));
    }
}
