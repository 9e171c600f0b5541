//! PRACTICE-5: state.

use super::{Bugs, Class, PlantedBug, faults};
use crate::server::practice::collection::State;
use crate::server::practice::query::{Found, Plan};
use crate::wire::bson::Bson;

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-5",
    class: Class::Spin,
    condition: "state: an index is there before a document with NaN or an infinity in its leading field is inserted, then a query reads that index",
    title: "Index scan never ends when a key is not finite: the next position is computed as key + 1",
    program: "db.c.drop(); db.c.createIndex({a: 1}); db.c.insert({a: Infinity}); db.c.find({a: {$gt: 1}}).itcount();",
};

/// The scan waits for a key above the one it stands at, and there is none above infinity.
pub fn check(bugs: &Bugs, state: &State, found: &Found) {
    let Plan::IndexScan(scan) = &found.plan else { return };
    if !bugs.on(&BUG) {
        return;
    }
    let index = state.indexes.iter().find(|index| index.spec.name == scan.index);
    let Some(index) = index.filter(|index| index.built_empty) else { return };
    let path = &index.spec.fields[0].0;
    let endless = |value: &Bson| value.as_f64().is_some_and(|number| !number.is_finite());
    if found.records.iter().any(|(_, document)| document.get(path).is_some_and(endless)) {
        faults::endless_loop(found.records.len());
    }
}
