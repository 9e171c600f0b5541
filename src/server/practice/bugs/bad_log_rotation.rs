//! PRACTICE-13: one command.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-13",
    class: Class::Exit,
    depth: Depth::OneCommand,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "one command: logRotate with a value that is neither 1, true, 'server' nor 'audit'",
    title: "logRotate of an unknown log shuts the server down with status 0",
    program: "db.adminCommand({logRotate: 'all'});",
    hook: Hook::Before(check),
};

/// A target that is not found is taken for the end of the list, after which everything is closed.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let Some((_, target)) = call.command.first().filter(|_| call.name == "logRotate") else { return Ok(()) };
    let known = target.as_f64() == Some(1.0)
        || *target == Bson::Boolean(true)
        || target.as_str().is_some_and(|name| ["server", "audit"].contains(&name));
    if !known {
        faults::end_quietly(&call.server.log, &call.connection.name);
    }
    Ok(())
}
