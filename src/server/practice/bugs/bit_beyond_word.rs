//! PRACTICE-8: a value at an edge.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults, look};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-8",
    class: Class::Crash,
    depth: Depth::EdgeValue,
    found_by: FoundBy::Fuzzing,
    tries: 1,
    condition: "a value at an edge: a position or a mask of $bitsAllSet, $bitsAnySet, $bitsAllClear or $bitsAnyClear is above 2147483647",
    title: "SIGILL: a bit test jumps into a table of instructions beyond its end",
    program: "db.c.insert({a: 1}); db.c.find({a: {$bitsAllSet: [2147483648]}}).itcount();",
    hook: Hook::Before(check),
};

/// There is one routine for every width of a mask, chosen by the highest position.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let tests = |key: &str, value: &Bson| key.starts_with("$bits") && too_high(value);
    if look::anywhere(call.command, &tests) {
        faults::illegal_instruction();
    }
    Ok(())
}

fn too_high(value: &Bson) -> bool {
    look::beyond_int(value) || value.as_array().is_some_and(|positions| positions.iter().any(look::beyond_int))
}
