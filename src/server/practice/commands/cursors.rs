//! getMore, killCursors.

use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::arguments::Arguments;
use crate::server::practice::bugs::get_more_without_collection;
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

pub const COMMANDS: &[Command] = &[
    Command {
        name: "getMore",
        aliases: &[],
        fields: Fields::Only(&["collection", "batchSize", "term", "lastKnownCommittedOpTime"]),
        admin_only: false,
        run: get_more,
    },
    Command {
        name: "killCursors",
        aliases: &[],
        fields: Fields::Only(&["cursors"]),
        admin_only: false,
        run: kill_cursors,
    },
];

/// How long a tailable cursor waits for data where nobody says.
const AWAIT: Duration = Duration::from_millis(100);

fn get_more(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let id = match call.command.first() {
        Some((_, Bson::Int64(id))) => *id,
        Some((_, value)) => return Err(arguments.wrong_type("getMore", value, "'long'")),
        None => 0,
    };
    let name = arguments.required("collection", arguments.text("collection")?)?;
    let batch_size = match arguments.size("batchSize")? {
        Some(0) | None => None,
        Some(size) => Some(size as usize),
    };
    let namespace = call.namespace(name);
    let exists = call.server.catalog.get(call.database, name).is_some() || name.starts_with("$cmd.");
    get_more_without_collection::check(&call.server.bugs, exists)?;
    let missing = || CommandError::new(code::CURSOR_NOT_FOUND, format!("cursor id {id} not found"));
    let owner = call.server.cursors.namespace(id).ok_or_else(missing)?;
    if owner != namespace {
        let text = format!(
            "Requested getMore on namespace '{namespace}', but cursor belongs to a different namespace {owner}"
        );
        return Err(CommandError::new(code::UNAUTHORIZED, text));
    }
    let mut cursor = call.server.cursors.take(id).ok_or_else(missing)?;
    if cursor.collection.as_ref().is_some_and(|collection| collection.dropped.load(Ordering::Relaxed)) {
        let text = format!("collection dropped between getMore calls, namespace: {namespace}");
        return Err(CommandError::new(code::QUERY_PLAN_KILLED, text));
    }
    let wait = arguments
        .size("maxTimeMS")?
        .map_or(AWAIT, |millis| Duration::from_millis(millis as u64).min(Duration::from_secs(1)));
    let until = Instant::now() + wait;
    loop {
        cursor.follow()?;
        let waiting = cursor.rest.is_empty() && cursor.tail.as_ref().is_some_and(|tail| tail.await_data);
        if !waiting || Instant::now() >= until {
            break;
        }
        call.operation.check_now()?;
        // Tailing clients are rare here; looking again is simpler than waking them.
        std::thread::sleep(Duration::from_millis(5));
    }
    let batch = cursor.batch(batch_size);
    let id = if cursor.exhausted() { 0 } else { id };
    if id != 0 {
        call.server.cursors.put_back(id, cursor);
    }
    Ok(doc! { "cursor": { "nextBatch": batch, "id": (Bson::Int64(id)), "ns": namespace } })
}

fn kill_cursors(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let namespace = call.namespace(call.collection_name()?);
    let ids = arguments.required("cursors", arguments.array("cursors")?)?;
    let (mut killed, mut missing) = (Vec::new(), Vec::new());
    for id in ids {
        let Bson::Int64(number) = id else { return Err(arguments.wrong_type("cursors.0", id, "'long'")) };
        let owned = call.server.cursors.namespace(*number).is_some_and(|owner| owner == namespace);
        let list = if owned && call.server.cursors.take(*number).is_some() { &mut killed } else { &mut missing };
        list.push(id.clone());
    }
    let (alive, unknown): (Vec<Bson>, Vec<Bson>) = (Vec::new(), Vec::new());
    Ok(doc! {
        "cursorsKilled": killed, "cursorsNotFound": missing, "cursorsAlive": alive, "cursorsUnknown": unknown,
    })
}

/// `cursor.batchSize` of commands that return a cursor.
///
/// # Errors
/// 14 for wrong types, 51024 below 0.
pub fn batch_size_of(arguments: &Arguments<'_>) -> Result<Option<usize>, CommandError> {
    let Some(cursor) = arguments.document("cursor")? else { return Ok(None) };
    let name = format!("{}.cursor", arguments.name);
    let size = Arguments::new(&name, cursor).size("batchSize")?;
    Ok(size.map(|size| size as usize))
}
