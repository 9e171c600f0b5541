//! PRACTICE-22: state.

use super::{Class, Depth, FoundBy, Hook, PlantedBug, look};
use crate::server::practice::collection::Collection;
use crate::server::practice::commands::Call;
use crate::wire::bson::{Bson, Document};

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-22",
    class: Class::Panic,
    depth: Depth::State,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "state: an index with expireAfterSeconds is there before a document is inserted whose indexed field is a date before 1970",
    title: "The TTL monitor's thread panics on dates before 1970, and nothing expires any more",
    program: "db.c.drop(); db.c.createIndex({t: 1}, {expireAfterSeconds: 3600}); db.c.insert({t: new Date(-1)});",
    hook: Hook::After(check),
};

/// The monitor looks at what was inserted, in a thread of its own.
fn check(call: &Call<'_>, _: &mut Document) {
    let Some(collection) = look::collection(call).filter(|_| call.name == "insert") else { return };
    for field in expiring(&collection) {
        for document in look::statements(call) {
            if let Some(Bson::DateTime(millis)) = document.get(&field) {
                expire(*millis);
            }
        }
    }
}

fn expiring(collection: &Collection) -> Vec<String> {
    let state = collection.state.lock();
    let indexes = state.indexes.iter().filter(|index| index.spec.shown.contains("expireAfterSeconds"));
    indexes.flat_map(|index| index.spec.fields.iter().map(|(path, _)| path.clone())).collect()
}

fn expire(millis: i64) {
    let monitor = std::thread::Builder::new().name("TTLMonitor".to_owned());
    let thread = monitor.spawn(move || u64::try_from(millis).expect("a date is after the epoch"));
    // Its end is waited for, so that the log has it before the reply goes out.
    let _ = thread.map(std::thread::JoinHandle::join);
}
