//! PRACTICE-29: one command.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-29",
    class: Class::DescriptorLeak,
    depth: Depth::OneCommand,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "one command, often: each dataSize with estimate loses a descriptor",
    title: "dataSize with estimate: true leaves a file open",
    program: "for (var i = 0; i < 2500; i++) { db.runCommand({dataSize: db.getName() + '.c', estimate: true}); }",
    hook: Hook::Before(check),
};

/// The file is looked at for its size, and closed only where that fails.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let estimates = call.name == "dataSize" && call.command.get("estimate").and_then(Bson::as_flag) == Some(true);
    if estimates && call.server.memory.count(&BUG) <= faults::MOST_DESCRIPTORS {
        faults::leak_descriptor();
    }
    Ok(())
}
