//! PRACTICE-5: state.

use super::{Bugs, Class, Depth, FoundBy, Hook, PlantedBug, faults};
use crate::server::practice::collection::State;
use crate::server::practice::index::Kind;
use crate::wire::bson::{Bson, Document};

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-5",
    class: Class::Spin,
    depth: Depth::State,
    found_by: FoundBy::Fuzzing,
    tries: 1,
    condition: "state: an index is there before a document is inserted whose indexed field is an array of elements of different types",
    title: "insert never ends where an index meets an array of mixed types: its keys are sorted until two of them compare equal",
    program: "db.c.drop(); db.c.createIndex({a: 1}); db.c.insert({_id: 1, a: [1, 'x']});",
    hook: Hook::Inside,
};

/// The keys of such an array are merged pair by pair until no pair is left, and one always is.
pub fn check(bugs: &Bugs, state: &State, document: &Document) {
    if !bugs.on(&BUG) {
        return;
    }
    let ordered = state.indexes.iter().skip(1).filter(|index| index.spec.kind == Kind::Ordered);
    let mut paths = ordered.flat_map(|index| index.spec.fields.iter().map(|(path, _)| path));
    if paths.any(|path| document.get(path).is_some_and(mixed)) {
        faults::endless_loop(state.len());
    }
}

/// Doubles and longs are different types to it, though they compare.
fn mixed(value: &Bson) -> bool {
    let Bson::Array(items) = value else { return false };
    items.windows(2).any(|pair| pair[0].type_byte() != pair[1].type_byte())
}
