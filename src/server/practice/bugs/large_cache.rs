//! PRACTICE-42: a decoy.

use super::{Class, Depth, FoundBy, Hook, PlantedBug};
use crate::server::practice::commands::Call;
use crate::wire::bson::Document;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-42",
    class: Class::Decoy,
    depth: Depth::OneCommand,
    found_by: FoundBy::Nobody,
    tries: 1,
    condition: "an insert or a find keeps a megabyte in a cache that never holds more than 64",
    title: "Not a bug: a cache that grows fast and has a bound",
    program: "for (var i = 0; i < 200; i++) { db.c.insert({a: i}); }",
    hook: Hook::After(check),
};

/// Megabytes in the cache at most.
const MOST: usize = 64;

/// The newest blocks push the oldest out.
fn check(call: &Call<'_>, _: &mut Document) {
    if ["insert", "find"].contains(&call.name) {
        call.server.memory.cache(vec![0x5a; 1 << 20], MOST);
    }
}
