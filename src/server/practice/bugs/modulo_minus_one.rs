//! PRACTICE-7: a value at an edge.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults, look};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-7",
    class: Class::Crash,
    depth: Depth::EdgeValue,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "a value at an edge: the divisor of a $mod, in a filter or an expression, is -1",
    title: "SIGFPE: the remainder of a division by -1 overflows for the smallest long",
    program: "db.c.insert({a: 4}); db.c.find({a: {$mod: [-1, 0]}}).itcount();",
    hook: Hook::Before(check),
};

/// The processor divides the smallest long by -1 while the remainder's bounds are worked out.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    if look::anywhere(call.command, &|key, value| key == "$mod" && by_minus_one(value)) {
        faults::floating_point_exception();
    }
    Ok(())
}

/// The divisor comes first in a filter and second in an expression.
fn by_minus_one(value: &Bson) -> bool {
    value.as_array().is_some_and(|pair| pair.len() == 2 && pair.iter().any(|item| item.as_f64() == Some(-1.0)))
}
