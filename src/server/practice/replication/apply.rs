//! Does on a secondary what an entry of the oplog says was done on the primary.

use super::follow::THREAD;
use crate::server::practice::bugs::{emptied_array, renamed_over};
use crate::server::practice::commands;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::net::Connection;
use crate::server::practice::server::Server;
use crate::wire::bson::Document;

/// Applies one entry. Documents that are there already, or are gone already, are no error: what counts is the end.
///
/// # Errors
/// The entry is none, or a command in it does not work here though it worked on the primary.
pub fn apply(server: &Server, entry: &Document) -> Result<(), CommandError> {
    let what = entry.get_document("o").ok_or_else(|| malformed("o"))?;
    let (database, name) = entry.get_str("ns").and_then(|ns| ns.split_once('.')).unwrap_or_default();
    match entry.get_str("op") {
        Some("i" | "u") => put(server, (database, name), what),
        Some("d") => take_out(server, (database, name), what),
        Some("c") => run(server, database, what),
        Some("n") => Ok(()),
        _ => Err(malformed("op")),
    }
}

fn malformed(field: &str) -> CommandError {
    CommandError::new(code::FAILED_TO_PARSE, format!("the oplog entry has no usable '{field}'"))
}

fn put(server: &Server, (database, name): (&str, &str), document: &Document) -> Result<(), CommandError> {
    let collection = server.catalog.collection_or_new(database, name)?;
    let mut state = collection.state.lock();
    let namespace = format!("{database}.{name}");
    match document.get("_id").and_then(|id| state.by_id(id)) {
        Some(record) => {
            let old = state.get(record).map(|record| Document::clone(&record.document)).unwrap_or_default();
            state.replace(record, emptied_array::filed(&server.bugs, &old, document), &namespace, false)
        }
        None => state.insert(document.clone(), &namespace, false).map(drop),
    }
}

fn take_out(server: &Server, (database, name): (&str, &str), which: &Document) -> Result<(), CommandError> {
    if let Some(collection) = server.catalog.collection(database, name)? {
        let mut state = collection.state.lock();
        if let Some(record) = which.get("_id").and_then(|id| state.by_id(id)) {
            state.remove(record);
        }
    }
    Ok(())
}

/// Runs a command on the catalog; one that finds its work done has nothing to do.
fn run(server: &Server, database: &str, command: &Document) -> Result<(), CommandError> {
    renamed_over::check(server, THREAD, command);
    let mut command = command.clone();
    command.push("$db", database);
    let connection = Connection::internal(THREAD);
    let reply = commands::repeat(server, &connection, &command);
    let done = [code::NAMESPACE_EXISTS, code::NAMESPACE_NOT_FOUND, code::INDEX_NOT_FOUND];
    match reply {
        Err(error) if !done.contains(&error.code) => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;
    use crate::server::practice::bugs::Bugs;
    use crate::server::practice::log::Log;

    fn documents(server: &Server) -> Vec<Document> {
        let collection = server.catalog.collection("d", "c").unwrap().unwrap();
        let state = collection.state.lock();
        state.records().map(|(_, record)| Document::clone(&record.document)).collect()
    }

    #[test]
    fn entries_applied_twice_come_to_the_same() {
        let server = Server::new(0, Log::discard(), Bugs::none(), Vec::new());
        let entries = [
            doc! { "op": "i", "ns": "d.c", "o": { "_id": 1, "a": 1 } },
            doc! { "op": "i", "ns": "d.c", "o": { "_id": 2, "a": 1 } },
            doc! { "op": "u", "ns": "d.c", "o": { "_id": 1, "a": 2 }, "o2": { "_id": 1 } },
            doc! { "op": "d", "ns": "d.c", "o": { "_id": 2 } },
        ];
        for entry in entries.iter().chain(&entries) {
            apply(&server, entry).unwrap();
        }
        assert_eq!(documents(&server), [doc! { "_id": 1, "a": 2 }]);
    }

    #[test]
    fn a_command_runs_in_its_database_and_what_is_no_entry_is_an_error() {
        let server = Server::new(0, Log::discard(), Bugs::none(), Vec::new());
        apply(&server, &doc! { "op": "c", "ns": "d.$cmd", "o": { "create": "c" } }).unwrap();
        assert!(documents(&server).is_empty());
        assert!(apply(&server, &doc! { "op": "c", "ns": "d.$cmd", "o": { "create": "" } }).is_err());
        assert!(apply(&server, &doc! { "op": "x", "ns": "d.c", "o": {} }).is_err());
    }
}
