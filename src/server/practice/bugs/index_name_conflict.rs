//! PRACTICE-3: two statements in order.

use super::{Bugs, Class, Depth, FoundBy, Hook, PlantedBug, faults};
use crate::server::practice::collection::Collection;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-3",
    class: Class::Deadlock,
    depth: Depth::TwoStatements,
    found_by: FoundBy::Fuzzing,
    tries: 1,
    condition: "two statements in order: an index is created, then another one with the same name and another key",
    title: "createIndexes deadlocks on its own collection while it reports an index of the same name",
    program: "db.c.drop(); db.c.createIndex({a: 1}, {name: 'x'}); db.c.createIndex({b: 1}, {name: 'x'});",
    hook: Hook::Inside,
};

/// The text of the error shows the other index, which is read under the lock that createIndexes holds.
pub fn check(bugs: &Bugs, collection: &Collection) {
    if bugs.on(&BUG) {
        faults::deadlock(&collection.state);
    }
}
