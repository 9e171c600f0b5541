//! PRACTICE-35: a value at an edge.

use super::{Class, Depth, FoundBy, Hook, PlantedBug};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::server::practice::net::Delivery;
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-35",
    class: Class::BrokenReply,
    depth: Depth::EdgeValue,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "a value at an edge: the scale of collStats or dbStats is no whole number",
    title: "The header of a reply to collStats and dbStats with a scale of 0.1 has a length of 12 bytes",
    program: "db.runCommand({dbStats: 1, scale: 0.1});",
    hook: Hook::Before(check),
};

/// Header and body are written with different ideas of the scale's type.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let scale = call.command.get("scale").and_then(Bson::as_f64);
    if ["collStats", "dbStats"].contains(&call.name) && scale.is_some_and(|scale| scale.fract() != 0.0) {
        call.connection.delivery.set(Delivery::WrongLength);
    }
    Ok(())
}
