//! Stages at the head of a pipeline that make documents out of the server's own state.

use super::handshake::now;
use super::{Call, geo_near};
use crate::doc;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::query::Item;
use crate::wire::bson::{Bson, Document};

/// The name of no collection: `{aggregate: 1}`.
pub const COLLECTIONLESS: &str = "$cmd.aggregate";

/// Stages that need no collection.
const WITHOUT: [&str; 6] =
    ["$currentOp", "$listLocalSessions", "$listSessions", "$documents", "$changeStream", "$listCatalog"];

/// Makes a stage's documents; `name` is the collection it reads.
type Make = fn(&Call<'_>, &str, &Document) -> Result<Vec<Item>, CommandError>;

/// Stages that read the server's state.
const STAGES: &[(&str, Make)] = &[
    ("$collStats", |call, name, options| coll_stats(call, name, options).map(items)),
    ("$currentOp", |call, _, _| Ok(items(current_op(call)))),
    ("$geoNear", geo_near::documents),
    ("$indexStats", |call, name, options| index_stats(call, name, options).map(items)),
    ("$listLocalSessions", |_, _, _| Ok(Vec::new())),
    ("$listSessions", |_, _, _| Ok(Vec::new())),
    ("$planCacheStats", |_, _, _| Ok(Vec::new())),
    ("$changeStream", refuse_change_stream),
];

/// Refuses pipelines on no collection that need one.
///
/// # Errors
/// 73
pub fn check(name: &str, stages: &[Bson]) -> Result<(), CommandError> {
    let first = stages.first().and_then(Bson::as_document).and_then(|stage| stage.keys().next());
    if name == COLLECTIONLESS && !first.is_some_and(|first| WITHOUT.contains(&first)) {
        let text = format!(
            "{{aggregate: 1}} is not valid for '{}'; a collection is required.",
            first.unwrap_or("an empty pipeline")
        );
        return Err(CommandError::new(code::INVALID_NAMESPACE, text));
    }
    for stage in stages.iter().skip(1).filter_map(Bson::as_document) {
        if let Some(name) = stage.keys().next().filter(|name| STAGES.iter().any(|(stage, _)| stage == name)) {
            return Err(not_first(name));
        }
    }
    Ok(())
}

/// The error that a stage of this table stands behind another one.
pub fn not_first(stage: &str) -> CommandError {
    CommandError::new(40602, format!("{stage} is only valid as the first stage in a pipeline."))
}

fn items(documents: Vec<Document>) -> Vec<Item> {
    documents.into_iter().map(Item::from).collect()
}

/// The documents of a first stage from this table; `None` where it is another one.
///
/// # Errors
/// What is wrong with its argument.
pub fn first_stage(call: &Call<'_>, name: &str, stages: &[Bson]) -> Result<Option<Vec<Item>>, CommandError> {
    let Some((stage, argument)) = stages.first().and_then(Bson::as_document).and_then(Document::first) else {
        return Ok(None);
    };
    let Some((_, make)) = STAGES.iter().find(|(known, _)| *known == stage) else { return Ok(None) };
    match argument {
        Bson::Document(options) => make(call, name, options).map(Some),
        other => {
            let text = format!("{stage} must take a nested object but found: {}", super::super::render::value(other));
            Err(CommandError::new(code::FAILED_TO_PARSE, text))
        }
    }
}

/// The stages behind a first one from this table.
pub fn without_first(stages: &[Bson]) -> &[Bson] {
    let first = stages.first().and_then(Bson::as_document).and_then(|stage| stage.keys().next());
    let ours = first.is_some_and(|first| STAGES.iter().any(|(stage, _)| *stage == first));
    if ours { &stages[1..] } else { stages }
}

fn coll_stats(call: &Call<'_>, name: &str, options: &Document) -> Result<Vec<Document>, CommandError> {
    let known = ["latencyStats", "storageStats", "count", "queryExecStats"];
    if let Some(unknown) = options.keys().find(|key| !known.contains(key)) {
        let text = format!("BSON field '$collStats.{unknown}' is an unknown field.");
        return Err(CommandError::new(40415, text));
    }
    let collection = call.server.catalog.collection(call.database, name)?.ok_or_else(|| call.not_found(name))?;
    let state = collection.state.lock();
    let mut stats = doc! { "ns": (call.namespace(name)), "host": "localhost", "localTime": (now()) };
    if options.contains("count") {
        stats.push("count", state.len() as i64);
    }
    if options.contains("storageStats") {
        stats.push(
            "storageStats",
            doc! {
                "size": (state.bytes() as i64), "count": (state.len() as i64), "nindexes": (state.indexes.len() as i32),
                "capped": (state.capped.is_some()),
            },
        );
    }
    if options.contains("latencyStats") {
        let nothing = doc! { "latency": (Bson::Int64(0)), "ops": (Bson::Int64(0)) };
        stats.push(
            "latencyStats",
            doc! { "reads": (nothing.clone()), "writes": (nothing.clone()), "commands": nothing },
        );
    }
    Ok(vec![stats])
}

fn index_stats(call: &Call<'_>, name: &str, options: &Document) -> Result<Vec<Document>, CommandError> {
    if !options.is_empty() {
        return Err(CommandError::new(28803, "The $indexStats stage specification must be an empty object"));
    }
    let Some(collection) = call.server.catalog.collection(call.database, name)? else { return Ok(Vec::new()) };
    let state = collection.state.lock();
    let stats = state.indexes.iter().map(|index| {
        doc! {
            "name": (index.spec.name.as_str()),
            "key": (index.spec.pattern.clone()),
            "host": "localhost",
            "accesses": { "ops": (Bson::Int64(0)), "since": (now()) },
            "spec": (index.spec.shown.clone()),
        }
    });
    Ok(stats.collect())
}

fn current_op(call: &Call<'_>) -> Vec<Document> {
    let operations = call.server.operations.list();
    let shown = operations.into_iter().map(|operation| {
        doc! {
            "type": "op",
            "opid": (operation.id),
            "ns": (operation.namespace.as_str()),
            "active": true,
            "command": (operation.command.clone()),
            "microsecs_running": (operation.started.elapsed().as_micros() as i64),
        }
    });
    shown.collect()
}

fn refuse_change_stream(_: &Call<'_>, _: &str, _: &Document) -> Result<Vec<Item>, CommandError> {
    Err(CommandError::new(40573, "The $changeStream stage is only supported on replica sets"))
}

#[cfg(test)]
mod tests {
    use crate::doc;
    use crate::server::practice::trial::Trial;

    #[test]
    fn index_statistics_name_every_index() {
        let mut trial = Trial::new();
        trial.ok(doc! { "createIndexes": "c", "indexes": [{ "key": { "a": 1 }, "name": "a_1" }] });
        let reply = trial.ok(doc! { "aggregate": "c", "pipeline": [{ "$indexStats": {} }], "cursor": {} });
        assert_eq!(reply.get_document("cursor").unwrap().get_array("firstBatch").unwrap().len(), 2);
        assert_eq!(trial.code(doc! { "aggregate": 1, "pipeline": [{ "$match": {} }], "cursor": {} }), 73);
        trial.ok(doc! { "aggregate": 1, "pipeline": [{ "$currentOp": {} }], "cursor": {} });
    }
}
