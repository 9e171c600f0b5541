//! PRACTICE-33: one command.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, look};
use crate::server::practice::commands::Call;
use crate::wire::bson::{Bson, Document};

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-33",
    class: Class::Inconsistency,
    depth: Depth::OneCommand,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "one command: an update with multi and $setOnInsert inserts a document",
    title: "A multi update that upserts stores the first field of its $setOnInsert twice",
    program: "db.c.drop(); db.c.update({_id: 1}, {$setOnInsert: {a: 1}}, {upsert: true, multi: true});",
    hook: Hook::After(check),
};

/// Both the statement and the plan for many documents put the field in; readers see one of the two.
fn check(call: &Call<'_>, reply: &mut Document) {
    if call.name != "update" || !reply.contains("upserted") {
        return;
    }
    let many = |statement: &&Document| statement.get("multi").and_then(Bson::as_flag) == Some(true);
    let updates = look::statements(call).filter(many).filter_map(|statement| statement.get_document("u"));
    let mut fields = updates.filter_map(|update| update.get_document("$setOnInsert")?.first());
    if let (Some((field, value)), Some(collection)) = (fields.next(), look::collection(call)) {
        collection.state.lock().append_to_newest(field, value);
    }
}
