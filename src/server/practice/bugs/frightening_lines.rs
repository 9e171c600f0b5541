//! PRACTICE-41: a decoy.

use super::{Class, Depth, FoundBy, Hook, PlantedBug};
use crate::server::practice::commands::Call;
use crate::server::practice::log::Severity;
use crate::wire::bson::Document;
use serde_json::json;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-41",
    class: Class::Decoy,
    depth: Depth::OneCommand,
    found_by: FoundBy::Nobody,
    tries: 1,
    condition: "a drop, dropIndexes or count writes lines that look frightening and are information",
    title: "Not a bug: lines of information and warning that speak of failures, panics and signals",
    program: "db.c.insert({a: 1}); db.c.count(); db.c.dropIndexes(); db.c.drop();",
    hook: Hook::After(check),
};

/// Words of trouble stand in what users sent and in messages of the routine kind.
fn check(call: &Call<'_>, _: &mut Document) {
    if !["drop", "dropIndexes", "count"].contains(&call.name) {
        return;
    }
    let (log, thread) = (&call.server.log, call.connection.name.as_str());
    let namespace = call.operation.namespace.as_str();
    let command = "{ comment: \"Invariant failure, Fatal assertion, Got signal: 11, WT_PANIC\" }";
    log.info("COMMAND", 51803, thread, "Slow query", json!({ "ns": namespace, "command": command }));
    let error = "QueryPlanKilled: operation was killed while it waited for a lock";
    let attributes = json!({ "error": error, "stats": { "panicked": 0, "ERROR: AddressSanitizer:": "off" } });
    log.line(Severity::Warning, "QUERY", 23798, thread, "Plan executor error during find command", attributes);
    let attributes = json!({ "message": "recovery log replay: no panic, no deadlock, 0 aborted transactions" });
    log.info("WT", 22430, thread, "WiredTiger message", attributes);
    let attributes = json!({ "error": "assertion: client closed the connection", "panic": false });
    log.line(Severity::Error, "NETWORK", 22989, thread, "Error sending response to client", attributes);
}
