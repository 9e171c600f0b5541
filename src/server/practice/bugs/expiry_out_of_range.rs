//! PRACTICE-15: two statements in order.

use super::faults::Place;
use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults, look};
use crate::server::practice::collection::Collection;
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-15",
    class: Class::FatalAssertion,
    depth: Depth::TwoStatements,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "two statements in order: an index with expireAfterSeconds is created, then collMod gives it an expireAfterSeconds that is NaN or infinite",
    title: "Fatal assertion 6852200 when collMod gives a TTL index an impossible expiry",
    program: "db.c.drop(); db.c.createIndex({t: 1}, {expireAfterSeconds: 60}); db.runCommand({collMod: 'c', index: {keyPattern: {t: 1}, expireAfterSeconds: NaN}});",
    hook: Hook::Before(check),
};

/// The catalog checks what it wrote, and what it wrote was not checked.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let index = call.command.get_document("index").filter(|_| call.name == "collMod");
    let Some(seconds) = index.and_then(|index| index.get("expireAfterSeconds")) else { return Ok(()) };
    let endless = seconds.as_f64().is_some_and(|seconds| !seconds.is_finite());
    if endless && look::collection(call).is_some_and(|collection| expires(&collection)) {
        let place = Place { file: "src/practice/catalog/coll_mod.cpp", line: 401 };
        faults::fatal_assertion(&call.server.log, &call.connection.name, 6852200, place);
    }
    Ok(())
}

fn expires(collection: &Collection) -> bool {
    collection.state.lock().indexes.iter().any(|index| index.spec.shown.contains("expireAfterSeconds"))
}
