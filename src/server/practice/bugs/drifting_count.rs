//! PRACTICE-31: two statements in order.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, look};
use crate::server::practice::commands::Call;
use crate::wire::bson::{Bson, Document};

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-31",
    class: Class::Inconsistency,
    depth: Depth::TwoStatements,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "two statements in order: documents are inserted, then one delete has several statements of which one finds nothing",
    title: "The number of documents is one too low after a delete statement that found nothing",
    program: "db.c.drop(); db.c.insert([{_id: 1}, {_id: 2}]); db.runCommand({delete: 'c', deletes: [{q: {_id: 1}, limit: 1}, {q: {_id: 9}, limit: 1}]});",
    hook: Hook::After(check),
};

/// Each statement of one takes one off the number that `count` answers with, whether it found something or not.
fn check(call: &Call<'_>, reply: &mut Document) {
    let Some(collection) = look::collection(call).filter(|_| call.name == "delete") else { return };
    let single = |statement: &&Document| statement.get("limit").and_then(Bson::as_i64) == Some(1);
    let statements = look::statements(call).filter(single).count() as i64;
    let removed = reply.get("n").and_then(Bson::as_i64).unwrap_or(0);
    let mut state = collection.state.lock();
    if statements > 1 && removed > 0 && removed < statements && !state.is_empty() {
        state.miscount(-1);
    }
}
