//! PRACTICE-19: one command.

use super::faults::Place;
use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-19",
    class: Class::AddressSanitizer,
    depth: Depth::OneCommand,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "one command: a killCursors that names a cursor twice",
    title: "AddressSanitizer: heap-use-after-free when killCursors names a cursor twice",
    program: "db.runCommand({killCursors: 'c', cursors: [NumberLong(5), NumberLong(5)]});",
    hook: Hook::Before(check),
};

/// The second look at the cursor is one at freed memory.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let ids = call.command.get_array("cursors").filter(|_| call.name == "killCursors").unwrap_or_default();
    if ids.iter().enumerate().any(|(at, id)| ids[..at].contains(id)) {
        let place = Place { file: "src/practice/query/cursor_manager.cpp", line: 310 };
        faults::address_sanitizer("practice::CursorManager::kill(long)", place);
    }
    Ok(())
}
