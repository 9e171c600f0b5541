//! PRACTICE-39: a value at an edge.

use super::{Class, Depth, FoundBy, Hook, PlantedBug};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::server::practice::net;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-39",
    class: Class::Unreachable,
    depth: Depth::EdgeValue,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "a value at an edge: a refreshSessions of an empty list",
    title: "refreshSessions of an empty list ends the listener: the server takes no connection any more",
    program: "db.adminCommand({refreshSessions: []});",
    hook: Hook::Before(check),
};

/// The list's end is taken for the end of all work.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let list = call.command.get_array("refreshSessions");
    if call.name == "refreshSessions" && list.is_some_and(<[_]>::is_empty) {
        net::close_listener(call.server);
    }
    Ok(())
}
