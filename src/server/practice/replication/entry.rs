//! Entries of the oplog: what they look like, and the commands in them.

use crate::doc;
use crate::wire::bson::{Bson, Document};

/// An entry without its time.
pub type Entry = Document;

/// Fields of a command that say nothing of what it does to the data.
const AROUND: [&str; 12] = [
    "$db",
    "$clusterTime",
    "$readPreference",
    "lsid",
    "txnNumber",
    "writeConcern",
    "readConcern",
    "maxTimeMS",
    "comment",
    "apiVersion",
    "apiStrict",
    "apiDeprecationErrors",
];

/// `i`, `u` (the whole new document) or `d` of one document.
pub fn document_entry(
    operation: &str,
    namespace: &str,
    uuid: [u8; 16],
    document: &Document,
    id: Option<&Bson>,
) -> Entry {
    let uuid = Bson::Binary { subtype: 4, bytes: uuid.to_vec() };
    let mut entry = doc! { "op": operation, "ns": namespace, "ui": uuid, "o": (document.clone()) };
    if let Some(id) = id {
        entry.push("o2", doc! { "_id": (id.clone()) });
    }
    entry
}

/// `c`: a command on the catalog of that database.
pub fn command_entry(database: &str, command: &Document) -> Entry {
    let mut bare = command.clone();
    bare.fields_mut().retain(|(key, _)| !AROUND.contains(&key.as_str()));
    doc! { "op": "c", "ns": (format!("{database}.$cmd")), "o": bare }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_logged_without_what_surrounds_it() {
        let sent = doc! { "create": "c", "capped": true, "lsid": {}, "$db": "d", "writeConcern": { "w": 1 } };
        let entry = command_entry("d", &sent);
        assert_eq!(entry.get_str("ns"), Some("d.$cmd"));
        assert_eq!(entry.get_document("o"), Some(&doc! { "create": "c", "capped": true }));
    }
}
