//! PRACTICE-4: three statements that share a collection.

use super::{Bugs, Class, Depth, FoundBy, Hook, PlantedBug};
use crate::server::practice::collection::State;
use crate::server::practice::index::Key;
use crate::wire::bson::Document;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-4",
    class: Class::Inconsistency,
    depth: Depth::ThreeStatements,
    found_by: FoundBy::Fuzzing,
    tries: 1,
    condition: "three statements that share a collection: a document with a top-level field whose name begins with '$' is inserted, and updated twice",
    title: "The second update of a document with a $-prefixed field takes it out of the index on _id",
    program: "db.c.drop(); db.c.insert({_id: 1, $x: 1}); db.c.update({_id: 1}, {$set: {a: 1}}); db.c.update({_id: 1}, {$set: {a: 2}});",
    hook: Hook::Inside,
};

/// Entries that the update is going to lose.
pub fn lost(bugs: &Bugs, state: &State, record: i64, old: &Document) -> Vec<Key> {
    let again = state.get(record).is_some_and(|record| record.updates > 0);
    if !bugs.on(&BUG) || !again || !old.keys().any(|key| key.starts_with('$')) {
        return Vec::new();
    }
    state.indexes.first().and_then(|index| index.keys_of(old).ok()).unwrap_or_default()
}

/// Loses them.
pub fn lose(state: &mut State, record: i64, lost: Vec<Key>) {
    if let Some(index) = state.indexes.first_mut() {
        lost.into_iter().for_each(|key| index.tamper(key, record, false));
    }
}
