//! PRACTICE-44: a secondary's.

use super::faults::{Place, fatal_assertion};
use super::{Class, Depth, FoundBy, Hook, PlantedBug};
use crate::server::practice::server::Server;
use crate::wire::bson::{Bson, Document};

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-44",
    class: Class::FatalAssertion,
    depth: Depth::TwoNodes,
    found_by: FoundBy::SmallestProgram,
    tries: 1,
    condition: "a secondary applies a renameCollection with dropTarget over a collection that is there",
    title: "A secondary does not expect the target of a rename to be there and gives up",
    program: "db.a.drop(); db.b.drop(); db.a.insert({}); db.b.insert({}); db.a.renameCollection('b', true);",
    hook: Hook::Inside,
};

/// Asked before a secondary runs a command of the oplog.
pub fn check(server: &Server, thread: &str, command: &Document) {
    let over = command.get("dropTarget").and_then(Bson::as_flag) == Some(true);
    let target = command.get_str("to").and_then(|to| to.split_once('.'));
    let there = target.is_some_and(|(database, name)| server.catalog.get(database, name).is_some());
    if server.bugs.on(&BUG) && command.contains("renameCollection") && over && there {
        fatal_assertion(&server.log, thread, 34437, Place { file: "src/practice/repl/rename_applier.cpp", line: 96 })
    }
}
