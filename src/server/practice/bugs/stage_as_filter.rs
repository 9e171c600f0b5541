//! PRACTICE-1: one command.

use super::{Bugs, Class, Depth, FoundBy, Hook, PlantedBug, faults};
use crate::wire::bson::Document;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-1",
    class: Class::Crash,
    depth: Depth::OneCommand,
    found_by: FoundBy::Fuzzing,
    tries: 1,
    condition: "one command: the filter of a find, count or distinct, or of a write, has a top-level key that is the name of an aggregation stage with a document as its value",
    title: "Segmentation fault while suggesting 'aggregate' for a filter such as {$group: ...}",
    program: "db.c.find({$group: {_id: 1}}).itcount();",
    hook: Hook::Inside,
};

/// Stages for which the error text says "did you mean aggregate?".
const STAGES: [&str; 30] = [
    "$addFields",
    "$bucket",
    "$bucketAuto",
    "$changeStream",
    "$collStats",
    "$count",
    "$currentOp",
    "$densify",
    "$documents",
    "$facet",
    "$fill",
    "$geoNear",
    "$graphLookup",
    "$group",
    "$indexStats",
    "$limit",
    "$lookup",
    "$match",
    "$merge",
    "$out",
    "$project",
    "$redact",
    "$replaceRoot",
    "$replaceWith",
    "$sample",
    "$setWindowFields",
    "$skip",
    "$sortByCount",
    "$unionWith",
    "$unwind",
];

/// The suggestion looks up the stage in a table that is not there yet.
pub fn check(bugs: &Bugs, filter: &Document) {
    if bugs.on(&BUG) && filter.iter().any(|(key, value)| STAGES.contains(&key) && value.as_document().is_some()) {
        faults::segmentation_fault();
    }
}
