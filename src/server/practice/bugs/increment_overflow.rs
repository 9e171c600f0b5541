//! PRACTICE-20: a value at an edge.

use super::faults::Place;
use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults, look};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-20",
    class: Class::UndefinedBehavior,
    depth: Depth::EdgeValue,
    found_by: FoundBy::Fuzzing,
    tries: 1,
    condition: "a value at an edge: the number of an $inc or $mul is beyond 64 bits or at their end",
    title: "UndefinedBehaviorSanitizer: signed integer overflow in $inc and $mul",
    program: "db.c.drop(); db.c.insert({_id: 1, a: 1}); db.c.update({_id: 1}, {$inc: {a: NumberLong('9223372036854775807')}});",
    hook: Hook::Before(check),
};

/// The sum is computed first and checked afterwards.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let overflows = |key: &str, value: &Bson| {
        let fields = value.as_document().filter(|_| key == "$inc" || key == "$mul");
        fields.is_some_and(|fields| fields.iter().any(|(_, number)| at_the_end(number)))
    };
    if look::anywhere(call.command, &overflows) {
        let what = "signed integer overflow: 9223372036854775807 + 1 cannot be represented in type 'long'";
        faults::undefined_behavior(what, Place { file: "src/practice/update/increment.cpp", line: 77 });
    }
    Ok(())
}

fn at_the_end(number: &Bson) -> bool {
    number.as_f64().is_some_and(|number| number.abs() >= i64::MAX as f64)
}
