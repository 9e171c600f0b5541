//! PRACTICE-40: a decoy.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, look};
use crate::server::practice::commands::Call;
use crate::wire::bson::Document;
use std::hint::black_box;
use std::time::Duration;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-40",
    class: Class::Decoy,
    depth: Depth::OneCommand,
    found_by: FoundBy::Nobody,
    tries: 1,
    condition: "an aggregate with a $group, or a find with a sort, takes five times as long, at least 3 ms and at most what any command may take",
    title: "Not a bug: grouping and sorting take five times as long as elsewhere",
    program: "for (var i = 0; i < 100; i++) { db.c.aggregate([{$group: {_id: 1}}]).itcount(); }",
    hook: Hook::After(check),
};

/// How many times longer.
const TIMES: u32 = 5;
/// What a slow disk would take.
const LEAST: Duration = Duration::from_millis(3);

/// Works on, to no purpose.
fn check(call: &Call<'_>, _: &mut Document) {
    let groups = look::stages(call).iter().any(|(name, _)| *name == "$group");
    let sorts = call.name == "find" && call.command.get_document("sort").is_some_and(|sort| !sort.is_empty());
    if groups || sorts {
        let took = call.operation.started.elapsed();
        // Not beyond what the server lets any command take.
        let until = (took * TIMES).max(LEAST).min(took + call.operation.time_left());
        let mut work = 0_u64;
        while call.operation.started.elapsed() < until {
            work = black_box(work).wrapping_add(1);
        }
    }
}
