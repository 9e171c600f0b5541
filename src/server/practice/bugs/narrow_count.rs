//! PRACTICE-2: a value at an edge.

use super::faults::{Place, invariant_failure};
use super::{Bugs, Class, Depth, FoundBy, Hook, PlantedBug};
use crate::server::practice::log::Log;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-2",
    class: Class::Invariant,
    depth: Depth::EdgeValue,
    found_by: FoundBy::Fuzzing,
    tries: 1,
    condition: "a value at an edge: skip + limit or batchSize of a find, count or aggregate is above 2147483647",
    title: "Invariant failure: skip + limit is kept in 32 bits",
    program: "db.c.find().limit(2147483648).itcount();",
    hook: Hook::Inside,
};

/// A plan keeps how many documents it may need in 32 bits.
pub fn check(bugs: &Bugs, log: &Log, thread: &str, skip: usize, limit: usize) {
    if bugs.on(&BUG) && i32::try_from(skip.saturating_add(limit)).is_err() {
        let expression = "needed >= 0 && needed <= std::numeric_limits<int>::max()";
        let place = Place { file: "src/practice/query/plan_limits.cpp", line: 212 };
        invariant_failure(log, thread, expression, place);
    }
}
