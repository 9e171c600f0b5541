//! PRACTICE-3: two statements in order.

use super::{Bugs, Class, PlantedBug, faults};
use crate::server::practice::collection::Collection;
use crate::wire::bson::Document;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-3",
    class: Class::Deadlock,
    condition: "two statements in order: a document with a top-level field whose name begins with '$' is inserted, then updated",
    title: "update deadlocks on its own collection when the stored document has a $-prefixed field",
    program: "db.c.drop(); db.c.insert({_id: 1, $x: 1}); db.c.update({_id: 1}, {$set: {a: 1}});",
};

/// Checking such a field reads the stored document again, under the lock that the update holds.
pub fn check(bugs: &Bugs, collection: &Collection, old: &Document) {
    if bugs.on(&BUG) && old.keys().any(|key| key.starts_with('$')) {
        faults::deadlock(&collection.state);
    }
}
