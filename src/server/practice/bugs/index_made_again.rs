//! PRACTICE-16: three statements that share a collection.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults, look};
use crate::server::practice::collection::Collection;
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::server::practice::render;
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-16",
    class: Class::StorageEngine,
    depth: Depth::ThreeStatements,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "three statements that share a collection: an index is created, dropped by its name, and another one is created with that name and another key",
    title: "WT_PANIC: an index that is dropped and created with another key finds the old one's table",
    program: "db.c.drop(); db.c.createIndex({a: 1}, {name: 'x'}); db.c.dropIndex('x'); db.c.createIndex({b: 1}, {name: 'x'});",
    hook: Hook::Before(check),
};

/// Tables are named after indexes, and a dropped table goes later than its index.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    match (call.name, look::collection(call)) {
        ("dropIndexes", Some(collection)) => remember(call, &collection),
        ("createIndexes", Some(collection)) => meet(call, &collection),
        _ => {}
    }
    Ok(())
}

fn remember(call: &Call<'_>, collection: &Collection) {
    let Some(name) = call.command.get_str("index") else { return };
    let state = collection.state.lock();
    if let Some(index) = state.indexes.iter().skip(1).find(|index| index.spec.name == name) {
        call.server.memory.note(&BUG, about(collection, name), render::document(&index.spec.pattern));
    }
}

fn meet(call: &Call<'_>, collection: &Collection) {
    let specs = call.command.get_array("indexes").unwrap_or_default().iter().filter_map(Bson::as_document);
    for (name, key) in specs.filter_map(|spec| Some((spec.get_str("name")?, spec.get_document("key")?))) {
        let dropped = call.server.memory.noted(&BUG, &about(collection, name));
        if dropped.is_some_and(|pattern| pattern != render::document(key)) {
            let what = format!("index-{name}.wt: handle-open: the table is there already");
            faults::storage_engine_panic(&call.server.log, &call.connection.name, &what);
        }
    }
}

fn about(collection: &Collection, name: &str) -> String {
    format!("{} {name}", render::hex(&collection.uuid))
}
