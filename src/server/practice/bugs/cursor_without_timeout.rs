//! PRACTICE-21: one command.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults};
use crate::server::practice::commands::Call;
use crate::wire::bson::{Bson, Document};

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-21",
    class: Class::LeakSanitizer,
    depth: Depth::OneCommand,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "one command: a find with noCursorTimeout",
    title: "LeakSanitizer: the pin of a cursor without a timeout is never given back",
    program: "db.c.insert({a: 1}); db.c.find().noCursorTimeout().itcount();",
    hook: Hook::After(check),
};

/// Only cursors that time out give their pin back.
fn check(call: &Call<'_>, _: &mut Document) {
    if call.name == "find" && call.command.get("noCursorTimeout").and_then(Bson::as_flag) == Some(true) {
        faults::lose_block(call.server);
    }
}
