//! PRACTICE-26: a value at an edge.

use super::{Class, Depth, FoundBy, Hook, PlantedBug};
use crate::server::practice::commands::Call;
use crate::server::practice::net::Delivery;
use crate::wire::bson::{Bson, Document};

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-26",
    class: Class::LostWakeUp,
    depth: Depth::EdgeValue,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "a value at an edge: a killOp whose op is negative",
    title: "killOp of a negative number is never answered",
    program: "db.adminCommand({killOp: 1, op: -1});",
    hook: Hook::After(check),
};

/// The reply is left to the operation's thread, and there is none.
fn check(call: &Call<'_>, _: &mut Document) {
    let negative = call.command.get("op").and_then(Bson::as_f64).is_some_and(|op| op < 0.0);
    if call.name == "killOp" && negative {
        call.connection.delivery.set(Delivery::Withheld);
    }
}
