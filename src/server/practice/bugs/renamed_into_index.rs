//! PRACTICE-32: state.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, look};
use crate::server::practice::collection::State;
use crate::server::practice::commands::Call;
use crate::wire::bson::Document;
use std::sync::Arc;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-32",
    class: Class::Inconsistency,
    depth: Depth::State,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "state: an index is there before an update renames a field to one that it covers",
    title: "$rename to an indexed field leaves the old key in the index: finds by the new value return nothing",
    program: "db.c.drop(); db.c.createIndex({b: 1}); db.c.insert({_id: 1, a: 1}); db.c.update({_id: 1}, {$rename: {a: 'b'}});",
    hook: Hook::After(check),
};

/// The target's key is taken from the document before the renaming.
fn check(call: &Call<'_>, _: &mut Document) {
    let Some(collection) = look::collection(call).filter(|_| call.name == "update") else { return };
    let updates = look::statements(call).filter_map(|statement| statement.get_document("u")?.get_document("$rename"));
    let targets: Vec<&str> = updates.flat_map(Document::iter).filter_map(|(_, target)| target.as_str()).collect();
    for target in targets {
        forget(&mut collection.state.lock(), target);
    }
}

fn forget(state: &mut State, field: &str) {
    let renamed = state.records().filter(|(_, record)| record.updates > 0 && record.document.contains(field));
    let renamed: Vec<_> = renamed.map(|(id, record)| (id, Arc::clone(&record.document))).collect();
    for index in state.indexes.iter_mut().skip(1).filter(|index| index.spec.pattern.contains(field)) {
        for (record, document) in &renamed {
            for key in index.keys_of(document).unwrap_or_default() {
                index.tamper(key, *record, false);
            }
        }
    }
}
