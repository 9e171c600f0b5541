//! PRACTICE-27: a value at an edge.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults, look};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-27",
    class: Class::GrowingHang,
    depth: Depth::EdgeValue,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "a value at an edge: the end or the step of a $range is 2147483647 or above",
    title: "$range never ends and takes all memory where its last step goes beyond 32 bits",
    program: "db.c.insert({a: 1}); db.c.aggregate([{$project: {r: {$range: [0, 2147483647, 1000000]}}}]);",
    hook: Hook::Before(check),
};

/// The counter wraps before it passes the end.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let wraps = |key: &str, value: &Bson| {
        let bounds = value.as_array().filter(|_| key == "$range").unwrap_or_default();
        bounds.iter().skip(1).any(|bound| bound.as_f64() >= Some(2_147_483_647.0))
    };
    if call.name == "aggregate" && look::anywhere(call.command, &wraps) {
        faults::work_without_end();
    }
    Ok(())
}
