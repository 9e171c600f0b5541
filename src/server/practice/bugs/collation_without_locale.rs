//! PRACTICE-14: one command.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-14",
    class: Class::UncaughtException,
    depth: Depth::OneCommand,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "one command: a collation that says something and not its locale",
    title: "The process exits with status 100 (uncaught exception) on a collation without a locale",
    program: "db.runCommand({find: 'c', collation: {strength: 2}});",
    hook: Hook::Before(check),
};

/// The parser throws where nobody catches any more.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let collation = call.command.get_document("collation");
    if collation.is_some_and(|collation| !collation.is_empty() && !collation.contains("locale")) {
        let what = "Location40414: BSON field 'collation.locale' is missing but a required field";
        faults::uncaught_exception(&call.server.log, &call.connection.name, what);
    }
    Ok(())
}
