//! PRACTICE-4: three statements that share a collection.

use super::{Bugs, Class, PlantedBug};
use crate::server::practice::collection::State;
use crate::server::practice::index::{Key, Kind};
use crate::wire::bson::{Bson, Document, canonical_type};

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-4",
    class: Class::Inconsistency,
    condition: "three statements that share a collection: an index, a document with a number in the indexed field, an update that puts a value of another type there",
    title: "Index keeps the old entry when an update changes a number to a value of another type",
    program: "db.c.drop(); db.c.createIndex({a: 1}); db.c.insert({_id: 1, a: 1}); db.c.update({_id: 1}, {$set: {a: 'x'}}); db.c.validate();",
};

/// Entries that the update is going to forget, by position of their index.
pub fn forgotten(bugs: &Bugs, state: &State, old: &Document, new: &Document) -> Vec<(usize, Key)> {
    if !bugs.on(&BUG) {
        return Vec::new();
    }
    let number = |value: Option<&Bson>| value.is_some_and(Bson::is_number);
    let changed = |path: &str| {
        number(old.get(path))
            && new.get(path).is_some_and(|value| canonical_type(value) != canonical_type(&Bson::Int32(0)))
    };
    let indexes = state.indexes.iter().enumerate().skip(1);
    let hit = indexes.filter(|(_, index)| {
        index.spec.kind == Kind::Ordered && index.spec.fields.iter().any(|(path, _)| changed(path))
    });
    hit.flat_map(|(at, index)| index.keys_of(old).unwrap_or_default().into_iter().map(move |key| (at, key))).collect()
}

/// Puts the entries back that a correct server has removed.
pub fn restore(state: &mut State, record: i64, forgotten: Vec<(usize, Key)>) {
    for (at, key) in forgotten {
        if let Some(index) = state.indexes.get_mut(at) {
            index.tamper(key, record, true);
        }
    }
}
