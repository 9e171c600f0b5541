//! fsync, shutdown and their like.

use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::bugs::faults;
use crate::server::practice::catalog::Entry;
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document};
use serde_json::json;
use std::sync::atomic::Ordering;

const NONE: fn(&Call<'_>) -> Result<Document, CommandError> = |_| Ok(Document::new());

pub const COMMANDS: &[Command] = &[
    Command { name: "fsync", aliases: &[], fields: Fields::Any, admin_only: true, run: fsync },
    Command { name: "fsyncUnlock", aliases: &[], fields: Fields::Any, admin_only: true, run: fsync_unlock },
    Command { name: "shutdown", aliases: &[], fields: Fields::Any, admin_only: true, run: shutdown },
    Command { name: "logRotate", aliases: &[], fields: Fields::Any, admin_only: true, run: NONE },
    Command { name: "planCacheClear", aliases: &[], fields: Fields::Any, admin_only: false, run: plan_cache_clear },
    Command { name: "compact", aliases: &[], fields: Fields::Any, admin_only: false, run: compact },
    Command { name: "reIndex", aliases: &[], fields: Fields::Any, admin_only: false, run: re_index },
    Command { name: "convertToCapped", aliases: &[], fields: Fields::Any, admin_only: false, run: convert_to_capped },
];

fn fsync(call: &Call<'_>) -> Result<Document, CommandError> {
    if call.arguments().flag("lock")? {
        let text = "the practice server has no fsync lock";
        return Err(CommandError::new(code::COMMAND_NOT_SUPPORTED, text));
    }
    Ok(doc! { "numFiles": 1 })
}

fn fsync_unlock(_: &Call<'_>) -> Result<Document, CommandError> {
    Err(CommandError::new(code::ILLEGAL_OPERATION, "fsyncUnlock called when not locked"))
}

fn shutdown(call: &Call<'_>) -> Result<Document, CommandError> {
    let log = &call.server.log;
    call.server.stopping.store(true, Ordering::Relaxed);
    log.info("COMMAND", 4695400, &call.connection.name, "Terminating via shutdown command", json!({}));
    log.info("CONTROL", 20565, &call.connection.name, "Now exiting", serde_json::Value::Null);
    let status = faults::last_checks(call.server, &call.connection.name);
    log.info("CONTROL", 23138, &call.connection.name, "Shutting down", json!({ "exitCode": status }));
    std::process::exit(status)
}

fn plan_cache_clear(call: &Call<'_>) -> Result<Document, CommandError> {
    call.collection_name()?;
    Ok(Document::new())
}

fn compact(call: &Call<'_>) -> Result<Document, CommandError> {
    let name = call.collection_name()?;
    match call.server.catalog.collection(call.database, name)? {
        Some(_) => Ok(doc! { "bytesFreed": 0 }),
        None => Err(CommandError::new(code::NAMESPACE_NOT_FOUND, "collection does not exist")),
    }
}

fn re_index(call: &Call<'_>) -> Result<Document, CommandError> {
    let name = call.collection_name()?;
    let collection = call.server.catalog.collection(call.database, name)?.ok_or_else(|| call.not_found(name))?;
    let mut state = collection.state.lock();
    let namespace = call.namespace(name);
    let mut shown = Vec::new();
    for _ in 0..state.indexes.len() {
        let old = state.drop_index(0);
        shown.push(Bson::Document(old.spec.shown.clone()));
        state.build(old.spec, &namespace)?;
    }
    let count = shown.len() as i32;
    Ok(doc! { "nIndexesWas": count, "nIndexes": count, "indexes": shown })
}

fn convert_to_capped(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let name = call.collection_name()?;
    let size = arguments.required("size", arguments.integer("size")?)?;
    if !(1..=1 << 50).contains(&size) {
        let text = "Capped collection size must be greater than zero";
        return Err(CommandError::new(code::INVALID_OPTIONS, text));
    }
    let Some(Entry::Collection(collection)) = call.server.catalog.get(call.database, name) else {
        return Err(call.not_found(name));
    };
    let mut state = collection.state.lock();
    state.capped = Some(crate::server::practice::collection::Capped { size: (size as u64).max(4096), max: 0 });
    state.evict();
    // Only the index on _id survives, as in a mongod.
    while state.indexes.len() > 1 {
        state.drop_index(1);
    }
    let mut options = collection.options.write();
    options.set("capped", true);
    options.set("size", size);
    Ok(Document::new())
}
