//! PRACTICE-43: a secondary's.

use super::{Bugs, Class, Depth, FoundBy, Hook, PlantedBug};
use crate::wire::bson::{Bson, Document};

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-43",
    class: Class::Divergence,
    depth: Depth::TwoNodes,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "a secondary applies an update after which a top-level array is empty that was not",
    title: "A secondary drops a field whose array an update has emptied",
    program: "db.c.drop(); db.c.insert({_id: 1, a: [1]}); db.c.update({_id: 1}, {$pop: {a: 1}});",
    hook: Hook::Inside,
};

/// The document that a secondary files instead of `new`.
pub fn filed(bugs: &Bugs, old: &Document, new: &Document) -> Document {
    let mut filed = new.clone();
    if bugs.on(&BUG) {
        let was_full = |key: &str| old.get_array(key).is_some_and(|items| !items.is_empty());
        filed
            .fields_mut()
            .retain(|(key, value)| !(matches!(value, Bson::Array(items) if items.is_empty()) && was_full(key)));
    }
    filed
}
