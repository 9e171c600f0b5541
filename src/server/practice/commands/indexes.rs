//! createIndexes, dropIndexes, listIndexes.

use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::bugs::index_name_conflict;
use crate::server::practice::collection::{Collection, State};
use crate::server::practice::cursor::Cursor;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::index::{Index, Spec, same_pattern};
use crate::server::practice::render;
use crate::wire::bson::{Bson, Document};
use std::sync::Arc;

pub const COMMANDS: &[Command] = &[
    Command {
        name: "createIndexes",
        aliases: &[],
        fields: Fields::Only(&["indexes", "ignoreUnknownIndexOptions", "commitQuorum", "v"]),
        admin_only: false,
        run: create_indexes,
    },
    Command {
        name: "dropIndexes",
        aliases: &["deleteIndexes"],
        fields: Fields::Only(&["index", "isTimeseriesNamespace"]),
        admin_only: false,
        run: drop_indexes,
    },
    Command {
        name: "listIndexes",
        aliases: &[],
        fields: Fields::Only(&["cursor", "includeBuildUUIDs", "includeIndexBuildInfo"]),
        admin_only: false,
        run: list_indexes,
    },
];

/// Indexes of one collection, `_id` included.
const MAX_INDEXES: usize = 64;

fn create_indexes(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let name = call.collection_name()?;
    let sent = arguments.required("indexes", arguments.array("indexes")?)?;
    if sent.is_empty() {
        return Err(CommandError::new(code::BAD_VALUE, "Must specify at least one index to create"));
    }
    let specs = sent.iter().map(|spec| match spec {
        Bson::Document(spec) => Spec::parse(spec).map_err(|error| in_spec(spec, error)),
        other => Err(arguments.wrong_type("indexes.0", other, "'object'")),
    });
    let specs = specs.collect::<Result<Vec<_>, _>>()?;
    let made = call.server.catalog.get(call.database, name).is_none();
    let collection = call.server.catalog.collection_or_new(call.database, name)?;
    let mut state = collection.state.lock();
    let before = state.indexes.len();
    for spec in specs {
        call.operation.check_now()?;
        if let Err(error) = add(call, &collection, &mut state, spec) {
            // All or nothing: what this command has built goes again.
            while state.indexes.len() > before {
                state.drop_index(before);
            }
            return Err(error);
        }
    }
    let after = state.indexes.len();
    let mut reply = doc! {
        "numIndexesBefore": (before as i32),
        "numIndexesAfter": (after as i32),
        "createdCollectionAutomatically": made,
    };
    if before == after {
        reply.push("note", "all indexes already exist");
    }
    Ok(reply)
}

fn in_spec(spec: &Document, error: CommandError) -> CommandError {
    let text = format!("Error in specification {} :: caused by :: {}", render::document(spec), error.message);
    CommandError { message: text, ..error }
}

fn add(call: &Call<'_>, collection: &Collection, state: &mut State, spec: Spec) -> Result<(), CommandError> {
    let namespace = &call.namespace(call.collection_name()?);
    // The collection has its index on _id; asking for it again under any name changes nothing.
    if spec.pattern.len() == 1 && spec.pattern.get("_id").is_some_and(|direction| direction.as_f64() == Some(1.0)) {
        return Ok(());
    }
    for index in &state.indexes {
        match (index.spec.name == spec.name, index.spec.same_pattern(&spec)) {
            (true, true) if index.spec.same_options(&spec) => return Ok(()),
            (true, same) => {
                if !same {
                    index_name_conflict::check(&call.server.bugs, collection);
                }
                let text = format!(
                    "An existing index has the same name as the requested index. Requested index: {}, existing index: {}",
                    render::document(&spec.shown),
                    render::document(&index.spec.shown)
                );
                return Err(CommandError::new(code::INDEX_KEY_SPECS_CONFLICT, text));
            }
            (false, true) => {
                let text = format!("Index already exists with a different name: {}", index.spec.name);
                return Err(CommandError::new(code::INDEX_OPTIONS_CONFLICT, text));
            }
            _ => {}
        }
    }
    if state.indexes.len() >= MAX_INDEXES {
        let text = format!("add index fails, too many indexes for {namespace} key:{}", render::document(&spec.pattern));
        return Err(CommandError::new(code::CANNOT_CREATE_INDEX, text));
    }
    let text = |index: &Index| index.spec.special.text.is_some();
    if spec.special.text.is_some() && state.indexes.iter().any(text) {
        let text = "only one text index per collection allowed, found existing text index";
        return Err(CommandError::new(code::INDEX_OPTIONS_CONFLICT, text));
    }
    state.build(spec, namespace)
}

fn drop_indexes(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let name = call.collection_name()?;
    let wanted = arguments.required("index", arguments.get("index"))?;
    let collection = call.server.catalog.collection(call.database, name)?.ok_or_else(|| call.not_found(name))?;
    let mut state = collection.state.lock();
    let before = state.indexes.len();
    let chosen = match wanted {
        Bson::String(all) if all == "*" => (1..before).collect(),
        Bson::Array(names) => {
            let mut chosen = Vec::new();
            for name in names {
                match name {
                    Bson::String(_) => chosen.push(position(&state, name)?),
                    other => return Err(arguments.wrong_type("index", other, "'[string, object]'")),
                }
            }
            chosen
        }
        one => vec![position(&state, one)?],
    };
    let mut chosen: Vec<usize> = chosen;
    chosen.sort_unstable();
    chosen.dedup();
    for at in chosen.into_iter().rev() {
        state.drop_index(at);
    }
    let mut reply = doc! { "nIndexesWas": (before as i32) };
    if matches!(wanted, Bson::String(all) if all == "*") {
        reply.push("msg", "non-_id indexes dropped for collection");
    }
    Ok(reply)
}

fn position(state: &State, wanted: &Bson) -> Result<usize, CommandError> {
    let found: Vec<usize> = match wanted {
        Bson::String(name) => matching(state, |index| index.spec.name == *name),
        Bson::Document(pattern) => matching(state, |index| same_pattern(&index.spec.pattern, pattern)),
        other => {
            let text = format!(
                "BSON field 'dropIndexes.index' is the wrong type '{}', expected types '[string, object]'",
                other.type_name()
            );
            return Err(CommandError::new(code::TYPE_MISMATCH, text));
        }
    };
    match (found.first(), wanted) {
        (Some(0), _) => Err(CommandError::new(code::INVALID_OPTIONS, "cannot drop _id index")),
        (Some(at), _) => Ok(*at),
        (None, Bson::String(name)) => {
            Err(CommandError::new(code::INDEX_NOT_FOUND, format!("index not found with name [{name}]")))
        }
        (None, other) => {
            let text = format!("can't find index with key: {}", render::value(other));
            Err(CommandError::new(code::INDEX_NOT_FOUND, text))
        }
    }
}

fn matching(state: &State, test: impl Fn(&Index) -> bool) -> Vec<usize> {
    (0..state.indexes.len()).filter(|at| test(&state.indexes[*at])).collect()
}

fn list_indexes(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let name = call.collection_name()?;
    let batch_size = super::cursors::batch_size_of(&arguments)?;
    let collection = call.server.catalog.collection(call.database, name)?.ok_or_else(|| {
        let text = format!("ns does not exist: {}", call.namespace(name));
        CommandError::new(code::NAMESPACE_NOT_FOUND, text)
    })?;
    let shown = collection.state.lock().indexes.iter().map(|index| Arc::new(index.spec.shown.clone())).collect();
    let cursor = Cursor::new(call.namespace(name), None, shown);
    Ok(doc! { "cursor": (call.server.cursors.first_reply(cursor, batch_size, false)) })
}
