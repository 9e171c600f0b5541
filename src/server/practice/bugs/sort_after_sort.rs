//! PRACTICE-17: one command.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults, look};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-17",
    class: Class::Tripwire,
    depth: Depth::OneCommand,
    found_by: FoundBy::Fuzzing,
    tries: 1,
    condition: "one command: a $sort that follows a $sort in a pipeline",
    title: "Tripwire assertion 5591200 for two $sort stages in a row; the server aborts at its end then",
    program: "db.c.insert({a: 1}); db.c.aggregate([{$sort: {a: 1}}, {$sort: {a: -1}}]);",
    hook: Hook::Before(check),
};

/// Two sorts should have been made one before.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let stages = look::stages(call);
    if stages.windows(2).any(|pair| pair.iter().all(|(name, _)| *name == "$sort")) {
        let message = "Tripwire assertion: two $sort stages in a row after optimization";
        faults::tripwire(call.server, &call.connection.name, NUMBER, message);
        return Err(CommandError::new(NUMBER as i32, message));
    }
    Ok(())
}

/// The assertion's number, which is the reply's code as well.
const NUMBER: u32 = 5_591_200;
