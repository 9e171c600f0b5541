//! PRACTICE-9: a value at an edge.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults, look};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-9",
    class: Class::Crash,
    depth: Depth::EdgeValue,
    found_by: FoundBy::Fuzzing,
    tries: 1,
    condition: "a value at an edge: a document with binary data of a user's own subtype (128 and above) is inserted",
    title: "SIGBUS: binary data of subtype 128 and above is read word by word from wherever it stands",
    program: "db.c.insert({a: BinData(255, 'AA==')});",
    hook: Hook::Before(check),
};

/// Checksums of users' own types are computed over whole words.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let own = |_: &str, value: &Bson| matches!(value, Bson::Binary { subtype: 128.., .. });
    if call.name == "insert" && look::statements(call).any(|document| look::anywhere(document, &own)) {
        faults::bus_error();
    }
    Ok(())
}
