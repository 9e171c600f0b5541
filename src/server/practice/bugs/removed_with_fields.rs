//! PRACTICE-12: one time in ten.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, faults};
use crate::server::practice::commands::Call;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::{Bson, Document};

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-12",
    class: Class::Crash,
    depth: Depth::NowAndThen,
    found_by: FoundBy::SmallestProgram,
    tries: 20,
    condition: "one time in ten: a findAndModify with an empty query removes a document and has fields and a sort",
    title: "Segmentation fault, now and then, when findAndModify projects a document that it removed",
    program: "for (var i = 0; i < 5; i++) { db.c.insert({a: i}); db.c.findAndModify({query: {}, sort: {a: 1}, fields: {a: 1}, remove: true}); }",
    hook: Hook::Before(check),
};

/// The removed document's buffer is given to somebody else about one time in ten.
fn check(call: &Call<'_>) -> Result<(), CommandError> {
    let removes = call.name == "findAndModify" && call.command.get("remove").and_then(Bson::as_flag) == Some(true);
    let any = call.command.get_document("query").is_some_and(Document::is_empty);
    let projects = ["fields", "sort"].iter().all(|field| call.command.get_document(field).is_some());
    if removes && any && projects && call.server.memory.draw(&BUG, 10) {
        faults::segmentation_fault();
    }
    Ok(())
}
