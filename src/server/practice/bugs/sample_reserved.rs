//! PRACTICE-18: a value at an edge.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults, look};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-18",
    class: Class::OutOfMemory,
    depth: Depth::EdgeValue,
    found_by: FoundBy::Fuzzing,
    tries: 1,
    condition: "a value at an edge: the size of a $sample is above 2147483647",
    title: "Out of memory: $sample reserves room for all that it may return",
    program: "db.c.insert({a: 1}); db.c.aggregate([{$sample: {size: 2147483648}}]);",
    hook: Hook::Before(check),
};

/// A document may have 16 MB, and a sort keeps the largest.
const ROOM: usize = 16 << 20;

/// Room for a whole sample is asked for at once.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let sizes = look::stages(call).into_iter().filter(|(name, _)| *name == "$sample");
    let mut sizes = sizes.filter_map(|(_, sample)| sample.as_document()?.get("size"));
    if let Some(size) = sizes.find(|size| look::beyond_int(size) && size.as_f64() > Some(0.0)) {
        let wanted = (size.as_f64().unwrap_or_default() as usize).saturating_mul(ROOM);
        faults::out_of_memory(&call.server.log, &call.connection.name, wanted);
    }
    Ok(())
}
