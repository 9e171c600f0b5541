//! PRACTICE-24: a value at an edge.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults, look};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-24",
    class: Class::Spin,
    depth: Depth::EdgeValue,
    found_by: FoundBy::Fuzzing,
    tries: 1,
    condition: "a value at an edge: the $position of a $push is beyond 32 bits",
    title: "update never ends for a $position beyond 32 bits",
    program: "db.c.drop(); db.c.insert({_id: 1, a: [1]}); db.c.update({_id: 1}, {$push: {a: {$each: [2], $position: 2147483648}}});",
    hook: Hook::Before(check),
};

/// The place is looked for element by element with a counter that wraps before it gets there.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let far = |key: &str, value: &Bson| key == "$position" && look::beyond_int(value);
    if let Some(collection) = look::collection(call).filter(|_| look::anywhere(call.command, &far)) {
        let state = collection.state.lock();
        faults::endless_loop(state.len());
    }
    Ok(())
}
