//! PRACTICE-11: two clients at once.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-11",
    class: Class::Crash,
    depth: Depth::TwoClients,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "two clients at once: a collection is dropped while another client's getMore waits for its documents",
    title: "Segmentation fault when a capped collection is dropped under a tailing client",
    program: "db.c.drop(); db.createCollection('c', {capped: true, size: 4096}); db.c.insert({_id: 1}); var name = db.getName(); var join = startParallelShell(\"var one = db.getSiblingDB('\" + name + \"'); for (var i = 0; i < 400; i++) { var r = one.runCommand({find: 'c', tailable: true, awaitData: true}); if (!r.ok) break; one.runCommand({getMore: r.cursor.id, collection: 'c', maxTimeMS: 500}); }\", db.getMongo().port); for (var i = 0; i < 50; i++) { sleep(20); db.c.drop(); db.createCollection('c', {capped: true, size: 4096}); db.c.insert({_id: 1}); } join();",
    hook: Hook::Before(check),
};

/// The waiting cursor is woken with a pointer to the collection that has just been freed.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let Some(name) = call.command.get_str("drop").filter(|_| call.name == "drop") else { return Ok(()) };
    let operations = call.server.operations.list();
    let others = operations.iter().filter(|other| other.connection != call.connection.name);
    let mut waiting = others.filter(|other| other.command.contains("getMore"));
    if waiting.any(|other| other.command.get_str("collection") == Some(name)) {
        faults::segmentation_fault();
    }
    Ok(())
}
