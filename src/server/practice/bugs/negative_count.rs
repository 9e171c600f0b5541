//! PRACTICE-36: a value at an edge.

use super::{Class, Depth, FoundBy, Hook, PlantedBug};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::server::practice::net::Delivery;
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-36",
    class: Class::BrokenReply,
    depth: Depth::EdgeValue,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "a value at an edge: the limit of a count is below -1",
    title: "The reply to a count with a negative limit is torn BSON",
    program: "db.runCommand({count: 'c', limit: -20});",
    hook: Hook::Before(check),
};

/// The number is written as a string of that many bytes.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let limit = call.command.get("limit").and_then(Bson::as_f64);
    if call.name == "count" && limit.is_some_and(|limit| limit < -1.0) {
        call.connection.delivery.set(Delivery::Torn);
    }
    Ok(())
}
