//! PRACTICE-25: one command.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults};
use crate::server::practice::commands::Call;
use crate::wire::bson::{Bson, Document};

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-25",
    class: Class::LostWakeUp,
    depth: Depth::OneCommand,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "one command: a write whose writeConcern asks for the journal and has a wtimeout of at least 1",
    title: "A write with j: true and a wtimeout waits for a flush that is already over",
    program: "db.runCommand({insert: 'c', documents: [{a: 1}], writeConcern: {w: 1, j: true, wtimeout: 1000}});",
    hook: Hook::After(check),
};

/// The flush says that it is done, and then the write begins to wait for it.
fn check(call: &Call<'_>, _: &mut Document) {
    let Some(concern) = call.command.get_document("writeConcern") else { return };
    let limited = concern.get("wtimeout").and_then(Bson::as_f64).is_some_and(|millis| millis >= 1.0);
    if limited && concern.get("j").and_then(Bson::as_flag) == Some(true) {
        faults::lost_wake_up();
    }
}
