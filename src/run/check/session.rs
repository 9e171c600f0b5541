//! A connection of the checks' own, with one deadline for all that it asks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::doc;
use crate::wire::bson::{Bson, Document};
use crate::wire::link::{Link, LinkError, Servers};
use crate::wire::uri::Settings;

/// See the module.
pub(super) struct Session {
    link: Link,
    deadline: Instant,
    /// It speaks to one member, which may be a secondary.
    node: bool,
}

impl Session {
    /// Connects; everything must be over within `budget`.
    pub(super) fn open(settings: &Settings, budget: Duration) -> Result<Self, String> {
        let deadline = Instant::now() + budget;
        let servers = Arc::new(Servers::new(Settings { connect_timeout: Some(budget), ..settings.clone() }));
        let link = Link::open(&servers, Some(budget)).map_err(|error| format!("cannot connect: {error}"))?;
        Ok(Self { link, deadline, node: false })
    }

    /// The same with one member of a set, whichever it is.
    pub(super) fn open_node(settings: &Settings, budget: Duration) -> Result<Self, String> {
        Ok(Self { node: true, ..Self::open(settings, budget)? })
    }

    /// The names of all databases.
    pub(super) fn databases(&mut self) -> Result<Vec<String>, String> {
        let reply = self.ask("admin", doc! { "listDatabases": 1, "nameOnly": true })?;
        Ok(names(documents(reply.get_array("databases"))))
    }

    /// The names of a database's collections that hold documents of their own: no views, no buckets.
    pub(super) fn collections(&mut self, database: &str) -> Result<Vec<String>, String> {
        let reply = self.ask(database, doc! { "listCollections": 1, "cursor": { "batchSize": 10_000 } })?;
        Ok(names(first_batch(&reply).iter().filter(|entry| is_plain(entry))))
    }

    /// One command; a reply with `ok: 0` is a reply.
    pub(super) fn ask(&mut self, database: &str, mut command: Document) -> Result<Document, String> {
        let name = command.first().map_or("", |(name, _)| name).to_owned();
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err("no time left".into());
        }
        if self.node {
            command.push("$readPreference", doc! { "mode": "secondaryPreferred" });
        }
        self.link.set_read_timeout(Some(left)).map_err(|error| error.to_string())?;
        self.link.command(database, &command).map_err(|error| match error {
            LinkError::Message(error) if error.timed_out() => format!("{name} on {database} was not answered in time"),
            error => format!("{name} on {database}: {error}"),
        })
    }
}

/// The documents that a cursor's first reply brings.
pub(super) fn first_batch(reply: &Document) -> Vec<Document> {
    let batch = reply.get_document("cursor").and_then(|cursor| cursor.get_array("firstBatch"));
    documents(batch).cloned().collect()
}

fn documents(items: Option<&[Bson]>) -> impl Iterator<Item = &Document> {
    items.unwrap_or_default().iter().filter_map(Bson::as_document)
}

/// Views and time-series buckets hold no documents of their own.
fn is_plain(entry: &Document) -> bool {
    entry.get_str("type").is_none_or(|kind| kind == "collection")
}

fn names<'a>(entries: impl Iterator<Item = &'a Document>) -> Vec<String> {
    entries.filter_map(|entry| entry.get_str("name").map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_left_out() {
        assert!(is_plain(&crate::doc! { "name": "c", "type": "collection" }));
        assert!(!is_plain(&crate::doc! { "name": "v", "type": "view" }));
    }
}
