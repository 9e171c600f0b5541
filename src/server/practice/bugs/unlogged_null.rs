//! PRACTICE-45: a secondary's.

use super::{Bugs, Class, Depth, FoundBy, Hook, PlantedBug};
use crate::wire::bson::{Bson, Document};

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-45",
    class: Class::Divergence,
    depth: Depth::TwoNodes,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "a secondary applies the insert of a document whose _id is null",
    title: "A secondary forgets to write an insert with an _id of null into its own oplog",
    program: "db.c.drop(); db.c.insert({_id: null}); db.c.insert({_id: 1});",
    hook: Hook::Inside,
};

/// True where a secondary does not file an entry that it has applied.
pub fn forgets(bugs: &Bugs, entry: &Document) -> bool {
    let null = || entry.get_document("o").is_some_and(|document| document.get("_id") == Some(&Bson::Null));
    bugs.on(&BUG) && entry.get_str("op") == Some("i") && null()
}
