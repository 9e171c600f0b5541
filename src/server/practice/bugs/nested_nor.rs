//! PRACTICE-10: one command.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults, look};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-10",
    class: Class::StackOverflow,
    depth: Depth::OneCommand,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "one command: a clause of a $nor in a filter is a $nor itself",
    title: "Stack overflow while nested $nor clauses are rewritten into each other",
    program: "db.c.find({$nor: [{$nor: [{a: 1}]}]}).itcount();",
    hook: Hook::Before(check),
};

/// Two negations cancel out, which is applied to what came out of it again.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let nested = |key: &str, value: &Bson| key == "$nor" && has_nor(value);
    if look::anywhere(call.command, &nested) {
        faults::endless_recursion(0);
    }
    Ok(())
}

fn has_nor(value: &Bson) -> bool {
    let clauses = value.as_array().unwrap_or_default();
    clauses.iter().filter_map(Bson::as_document).any(|clause| clause.contains("$nor"))
}
