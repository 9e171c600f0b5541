//! serverStatus, collStats, dbStats, top: numbers.

use super::handshake::now;
use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::catalog::Entry;
use crate::server::practice::collection::State;
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document};
use std::sync::atomic::{AtomicU64, Ordering};

pub const COMMANDS: &[Command] = &[
    Command { name: "serverStatus", aliases: &[], fields: Fields::Any, admin_only: false, run: server_status },
    Command {
        name: "collStats",
        aliases: &["collstats"],
        fields: Fields::Only(&["scale", "verbose"]),
        admin_only: false,
        run: coll_stats,
    },
    Command {
        name: "dbStats",
        aliases: &["dbstats"],
        fields: Fields::Only(&["scale", "freeStorage"]),
        admin_only: false,
        run: db_stats,
    },
    Command { name: "dataSize", aliases: &["datasize"], fields: Fields::Any, admin_only: false, run: data_size },
    Command { name: "top", aliases: &[], fields: Fields::Any, admin_only: true, run: top },
];

fn server_status(call: &Call<'_>) -> Result<Document, CommandError> {
    let server = call.server;
    let uptime = server.started.elapsed();
    let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as i64;
    let counters = &server.counters;
    let open = counters.open.load(Ordering::Relaxed);
    Ok(doc! {
        "host": (format!("localhost:{}", server.port)),
        "version": (call.server.log.dialect.version_text()),
        "process": "practice-server",
        "pid": (i64::from(std::process::id())),
        "uptime": (uptime.as_secs_f64().floor()),
        "uptimeMillis": (uptime.as_millis() as i64),
        "localTime": (now()),
        "asserts": { "regular": 0, "warning": 0, "msg": 0, "user": 0, "rollovers": 0 },
        "connections": {
            "current": (open as i32),
            "available": ((500 - open).max(0) as i32),
            "totalCreated": (counters.accepted.load(Ordering::Relaxed) as i32),
        },
        "metrics": { "cursor": { "open": { "total": (server.cursors.len() as i64) } } },
        "network": { "numRequests": (number(&counters.commands)) },
        "opcounters": {
            "insert": (number(&counters.inserts)),
            "query": (number(&counters.queries)),
            "update": (number(&counters.updates)),
            "delete": (number(&counters.deletes)),
            "getmore": (number(&counters.get_mores)),
            "command": (number(&counters.commands)),
        },
        "storageEngine": {
            "name": "inMemory", "supportsCommittedReads": false, "persistent": false, "readOnly": false,
        },
        "mem": { "bits": 64, "stored": (server.catalog.stored() as i64), "supported": true },
    })
}

/// What sizes are divided by.
fn scale(call: &Call<'_>) -> Result<i64, CommandError> {
    match call.arguments().integer("scale")? {
        None => Ok(1),
        Some(scale) if scale >= 1 => Ok(scale),
        Some(scale) => {
            let text = format!("BSON field 'scale' value must be >= 1, actual value '{scale}'");
            Err(CommandError::new(51024, text))
        }
    }
}

fn coll_stats(call: &Call<'_>) -> Result<Document, CommandError> {
    let name = call.collection_name()?;
    let scale = scale(call)?;
    let namespace = call.namespace(name);
    let collection = call.server.catalog.collection(call.database, name)?;
    let Some(collection) = collection else {
        return Ok(doc! {
            "ns": namespace, "size": 0, "count": 0, "numOrphanDocs": 0, "storageSize": 0, "totalSize": 0, "nindexes": 0,
            "totalIndexSize": 0, "indexDetails": {}, "indexSizes": {}, "scaleFactor": (number(scale)),
        });
    };
    let state = collection.state.lock();
    let sizes = Sizes::of(&state);
    let indexes: Document = state
        .indexes
        .iter()
        .map(|index| (index.spec.name.clone(), number((index.len() as i64 * 32 + 4096) / scale)))
        .collect();
    let mut reply = doc! {
        "ns": namespace,
        "size": (number(sizes.data / scale)),
        "count": (number(sizes.count)),
    };
    if sizes.count > 0 {
        reply.push("avgObjSize", number(sizes.data / sizes.count));
    }
    reply.push("storageSize", number(sizes.storage / scale));
    reply.push("capped", state.capped.is_some());
    if let Some(capped) = state.capped {
        reply.push("max", number(capped.max as i64));
        reply.push("maxSize", number(capped.size as i64 / scale));
    }
    reply.push("nindexes", state.indexes.len() as i32);
    reply.push("indexBuilds", Vec::<Bson>::new());
    reply.push("totalIndexSize", number(sizes.indexes / scale));
    reply.push("totalSize", number((sizes.storage + sizes.indexes) / scale));
    reply.push("indexSizes", indexes);
    reply.push("scaleFactor", number(scale));
    Ok(reply)
}

/// Bytes and documents of one collection.
#[derive(Clone, Copy, Default)]
struct Sizes {
    count: i64,
    data: i64,
    storage: i64,
    indexes: i64,
    index_count: i64,
}

impl Sizes {
    fn of(state: &State) -> Self {
        let entries: usize = state.indexes.iter().map(|index| index.len()).sum();
        Self {
            count: state.len() as i64,
            data: state.bytes() as i64,
            storage: state.bytes() as i64 / 4096 * 4096 + 4096,
            indexes: entries as i64 * 32 + state.indexes.len() as i64 * 4096,
            index_count: state.indexes.len() as i64,
        }
    }
}

/// As int where it fits, as a mongod shows its numbers.
fn number(value: i64) -> Bson {
    i32::try_from(value).map_or(Bson::Int64(value), Bson::Int32)
}

fn db_stats(call: &Call<'_>) -> Result<Document, CommandError> {
    let scale = scale(call)?;
    let (mut total, mut collections, mut views) = (Sizes::default(), 0, 0);
    for (_, entry) in call.server.catalog.entries(call.database) {
        let Entry::Collection(collection) = entry else {
            views += 1;
            continue;
        };
        let sizes = Sizes::of(&collection.state.lock());
        collections += 1;
        total.count += sizes.count;
        total.data += sizes.data;
        total.storage += sizes.storage;
        total.indexes += sizes.indexes;
        total.index_count += sizes.index_count;
    }
    let scaled = |bytes: i64| bytes as f64 / scale as f64;
    Ok(doc! {
        "db": (call.database),
        "collections": (Bson::Int64(collections)),
        "views": (Bson::Int64(views)),
        "objects": (Bson::Int64(total.count)),
        "avgObjSize": (if total.count > 0 { total.data as f64 / total.count as f64 } else { 0.0 }),
        "dataSize": (scaled(total.data)),
        "storageSize": (scaled(total.storage)),
        "indexes": (Bson::Int64(total.index_count)),
        "indexSize": (scaled(total.indexes)),
        "totalSize": (scaled(total.storage + total.indexes)),
        "scaleFactor": (Bson::Int64(scale)),
    })
}

fn data_size(call: &Call<'_>) -> Result<Document, CommandError> {
    let name = call.collection_name()?;
    let Some((database, collection)) = name.split_once('.') else {
        return Err(CommandError::new(code::INVALID_NAMESPACE, format!("Invalid namespace specified '{name}'")));
    };
    let found = call.server.catalog.collection(database, collection)?;
    let sizes = found.map(|collection| Sizes::of(&collection.state.lock())).unwrap_or_default();
    Ok(doc! { "estimate": false, "size": (number(sizes.data)), "numObjects": (number(sizes.count)), "millis": 0 })
}

fn top(call: &Call<'_>) -> Result<Document, CommandError> {
    let mut totals = doc! { "note": "all times in microseconds" };
    for database in call.server.catalog.databases() {
        for (name, _) in call.server.catalog.entries(&database) {
            let nothing = doc! { "time": (Bson::Int64(0)), "count": (Bson::Int64(0)) };
            let kinds =
                ["total", "readLock", "writeLock", "queries", "getmore", "insert", "update", "remove", "commands"];
            let entry: Document = kinds.iter().map(|kind| ((*kind).to_owned(), Bson::from(nothing.clone()))).collect();
            totals.push(format!("{database}.{name}"), entry);
        }
    }
    Ok(doc! { "totals": totals })
}

#[cfg(test)]
mod tests {
    use crate::doc;
    use crate::server::practice::trial::Trial;
    use crate::wire::bson::Bson;

    #[test]
    fn counts_follow_the_data() {
        let mut trial = Trial::new();
        trial.insert("c", (0..7).map(|id| doc! { "_id": id }).collect());
        assert_eq!(trial.ok(doc! { "collStats": "c" }).get("count"), Some(&Bson::Int32(7)));
        assert_eq!(trial.ok(doc! { "dbStats": 1 }).get("objects"), Some(&Bson::Int64(7)));
        assert_eq!(trial.code(doc! { "collStats": "c", "scale": 0 }), 51024);
        let status = trial.ok(doc! { "serverStatus": 1 });
        assert_eq!(status.get_document("opcounters").unwrap().get("insert"), Some(&Bson::Int64(1)));
    }
}
