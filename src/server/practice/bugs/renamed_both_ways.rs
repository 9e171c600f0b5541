//! PRACTICE-23: two clients at once.

use super::{Class, Depth, FoundBy, Hook, PlantedBug};
use crate::server::practice::collection::Collection;
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use std::hint::black_box;
use std::sync::Arc;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-23",
    class: Class::Deadlock,
    depth: Depth::TwoClients,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "two clients at once: one renames a collection to a name, and the other the collection of that name to the first",
    title: "renameCollection deadlocks with another one in the opposite direction",
    program: "db.a.drop(); db.b.drop(); for (var i = 0; i < 300; i++) { db.a.insert({i: i}); db.b.insert({i: i}); } var name = db.getName(); var rename = \"for (var i = 0; i < 2000; i++) { db.adminCommand({renameCollection: 'FROM', to: 'TO'}); }\"; var join = startParallelShell(rename.replace('FROM', name + '.a').replace('TO', name + '.b'), db.getMongo().port); for (var i = 0; i < 2000; i++) { db.adminCommand({renameCollection: name + '.b', to: name + '.a'}); } join();",
    hook: Hook::Before(check),
};

/// The source is locked first, then the target: whatever their order.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let names = call.command.first().filter(|_| call.name == "renameCollection");
    let source = names.and_then(|(_, name)| named(call, name.as_str()?));
    let target = call.command.get_str("to").and_then(|name| named(call, name));
    if let (Some(source), Some(target)) = (source, target)
        && !Arc::ptr_eq(&source, &target)
    {
        let held = source.state.lock();
        // All of the source is measured before the target's turn comes.
        black_box(held.records().map(|(_, record)| record.document.to_bytes().len()).sum::<usize>());
        drop(target.state.lock());
    }
    Ok(())
}

fn named(call: &Call<'_>, namespace: &str) -> Option<Arc<Collection>> {
    let (database, name) = namespace.split_once('.')?;
    call.server.catalog.collection(database, name).ok()?
}
