//! PRACTICE-30: three statements that share a collection.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, look};
use crate::server::practice::commands::Call;
use crate::wire::bson::Document;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-30",
    class: Class::Inconsistency,
    depth: Depth::ThreeStatements,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "three statements that share a collection: an index is created, hidden by collMod, and a document is inserted",
    title: "A hidden index is not kept up to date: documents inserted meanwhile are missing from it",
    program: "db.c.drop(); db.c.createIndex({a: 1}); db.runCommand({collMod: 'c', index: {keyPattern: {a: 1}, hidden: true}}); db.c.insert({_id: 1, a: 1});",
    hook: Hook::After(check),
};

/// What is not offered to queries is taken for what is not there.
fn check(call: &Call<'_>, _: &mut Document) {
    let Some(collection) = look::collection(call).filter(|_| call.name == "insert") else { return };
    let mut state = collection.state.lock();
    let Some((record, document)) = state.records().next_back().map(|(id, record)| (id, record.document.clone())) else {
        return;
    };
    for index in state.indexes.iter_mut().filter(|index| index.hidden) {
        for key in index.keys_of(&document).unwrap_or_default() {
            index.tamper(key, record, false);
        }
    }
}
