//! PRACTICE-38: one time in ten.

use super::{Class, Depth, FoundBy, Hook, PlantedBug};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-38",
    class: Class::InternalError,
    depth: Depth::NowAndThen,
    found_by: FoundBy::SmallestProgram,
    tries: 20,
    condition: "one time in ten: a count with a skip and a hint",
    title: "count with skip and hint is answered with std::bad_alloc, now and then",
    program: "db.c.drop(); db.c.insert({a: 1}); for (var i = 0; i < 5; i++) { db.runCommand({count: 'c', skip: 1, hint: '_id_'}); }",
    hook: Hook::Before(check),
};

/// The skipped part of the index is copied, and the copy's size is not always set.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let skips = call.command.get("skip").and_then(Bson::as_f64).is_some_and(|skip| skip >= 1.0);
    let hinted = call.command.contains("hint");
    if call.name == "count" && skips && hinted && call.server.memory.draw(&BUG, 10) {
        let text = "std::bad_alloc :: caused by :: CountScan::copyBounds";
        return Err(CommandError::new(code::INTERNAL_ERROR, text));
    }
    Ok(())
}
