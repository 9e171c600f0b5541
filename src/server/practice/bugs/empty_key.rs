//! PRACTICE-34: a value at an edge.

use super::{Class, Depth, FoundBy, Hook, PlantedBug};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::server::practice::net::Delivery;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-34",
    class: Class::DroppedConnection,
    depth: Depth::EdgeValue,
    found_by: FoundBy::Fuzzing,
    tries: 1,
    condition: "a value at an edge: a distinct of the empty key",
    title: "distinct with an empty key is answered with the end of the connection",
    program: "db.runCommand({distinct: 'c', key: ''});",
    hook: Hook::Before(check),
};

/// An assertion on the way to the client closes its session.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    if call.name == "distinct" && call.command.get_str("key") == Some("") {
        call.connection.delivery.set(Delivery::Closed);
    }
    Ok(())
}
