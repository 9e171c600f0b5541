//! PRACTICE-28: one command.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-28",
    class: Class::MemoryLeak,
    depth: Depth::OneCommand,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "one command, often: each command whose comment is a document or an array loses four megabytes",
    title: "Memory grows with every command that has a structured comment",
    program: "for (var i = 0; i < 300; i++) { db.runCommand({count: 'c', comment: {by: 'me'}}); }",
    hook: Hook::Before(check),
};

/// The comment is kept for a profile that nobody asked for, together with the command's whole buffer.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let structured = matches!(call.command.get("comment"), Some(Bson::Document(_) | Bson::Array(_)));
    if structured && call.server.memory.count(&BUG) <= faults::MOST_LEAKS {
        faults::leak_memory();
    }
    Ok(())
}
