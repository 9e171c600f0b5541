//! PRACTICE-37: a value at an edge.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, look};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-37",
    class: Class::InternalError,
    depth: Depth::EdgeValue,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "a value at an edge: the index of an $arrayElemAt is beyond 32 bits",
    title: "$arrayElemAt is answered with the text of a panic for an index beyond 32 bits",
    program: "db.c.drop(); db.c.insert({a: [1]}); db.runCommand({aggregate: 'c', pipeline: [{$project: {x: {$arrayElemAt: ['$a', 2147483648]}}}], cursor: {}});",
    hook: Hook::Before(check),
};

/// The library's own words are given on to the client.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let far = |key: &str, value: &Bson| {
        key == "$arrayElemAt" && value.as_array().and_then(|pair| pair.get(1)).is_some_and(look::beyond_int)
    };
    if call.name == "aggregate" && look::anywhere(call.command, &far) {
        let text = "panicked at src/expression/array.rs: index out of bounds: the len is 1 but the index is 2147483648";
        return Err(CommandError::new(code::BAD_VALUE, text));
    }
    Ok(())
}
