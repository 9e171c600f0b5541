//! `validate` on every collection, as MongoDB's own runner does after each test.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::doc;
use crate::run::execution::{Check, CheckFinding};
use crate::wire::bson::{Bson, Document};
use crate::wire::link::{Link, LinkError, Servers};
use crate::wire::uri::Settings;

/// Collections looked at in one check; a script that makes thousands is checked in part.
const MOST_COLLECTIONS: usize = 500;
const MESSAGE_BYTES: usize = 2_000;

/// Validates every collection of every database of users.
///
/// What cannot be looked at in `budget` is said in [`Check::not_done`]; servers without the command give that too.
pub fn validate_all(settings: &Settings, budget: Duration) -> Check {
    let mut check = Check { name: "validate".into(), looked_at: 0, not_done: None, findings: Vec::new() };
    let done = Session::open(settings, budget).and_then(|mut session| session.run(&mut check));
    check.not_done = done.err();
    check
}

struct Session {
    link: Link,
    deadline: Instant,
}

impl Session {
    fn open(settings: &Settings, budget: Duration) -> Result<Self, String> {
        let deadline = Instant::now() + budget;
        let servers = Arc::new(Servers::new(Settings { connect_timeout: Some(budget), ..settings.clone() }));
        let link = Link::open(&servers, Some(budget)).map_err(|error| format!("cannot connect: {error}"))?;
        Ok(Self { link, deadline })
    }

    fn run(&mut self, check: &mut Check) -> Result<(), String> {
        for (database, collection) in self.collections()? {
            if check.looked_at as usize == MOST_COLLECTIONS {
                return Err(format!("more than {MOST_COLLECTIONS} collections"));
            }
            let reply = self.ask(&database, doc! { "validate": (collection.as_str()), "full": true })?;
            check.looked_at += 1;
            let object = format!("{database}.{collection}");
            check.findings.extend(finding(&reply).map(|message| CheckFinding { object, message }));
        }
        Ok(())
    }

    fn collections(&mut self) -> Result<Vec<(String, String)>, String> {
        let databases = self.ask("admin", doc! { "listDatabases": 1, "nameOnly": true })?;
        let mut found = Vec::new();
        for database in names(databases.get_array("databases")) {
            let reply = self.ask(&database, doc! { "listCollections": 1, "cursor": { "batchSize": 10_000 } })?;
            let batch = reply.get_document("cursor").and_then(|cursor| cursor.get_array("firstBatch"));
            let plain = batch.unwrap_or_default().iter().filter(|entry| is_plain(entry)).cloned().collect::<Vec<_>>();
            found.extend(names(Some(&plain)).map(|collection| (database.clone(), collection)));
        }
        Ok(found)
    }

    fn ask(&mut self, database: &str, command: Document) -> Result<Document, String> {
        let name = command.first().map_or("", |(name, _)| name).to_owned();
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err("no time left".into());
        }
        self.link.set_read_timeout(Some(left)).map_err(|error| error.to_string())?;
        self.link.command(database, &command).map_err(|error| match error {
            LinkError::Message(error) if error.timed_out() => format!("{name} on {database} was not answered in time"),
            error => format!("{name} on {database}: {error}"),
        })
    }
}

/// The server's complaint, if the reply holds one. `ok: 0` (a dropped collection, an unknown command) is none.
fn finding(reply: &Document) -> Option<String> {
    if reply.get("valid") != Some(&Bson::Boolean(false)) {
        return None;
    }
    let errors = reply.get_array("errors").unwrap_or_default();
    let texts: Vec<&str> = errors.iter().filter_map(Bson::as_str).collect();
    let mut message = if texts.is_empty() { "valid: false".to_owned() } else { texts.join("; ") };
    message.truncate(message.floor_char_boundary(MESSAGE_BYTES));
    Some(message)
}

/// Views and time-series buckets cannot be validated.
fn is_plain(entry: &Bson) -> bool {
    let kind = entry.as_document().and_then(|entry| entry.get_str("type"));
    kind.is_none_or(|kind| kind == "collection")
}

fn names(entries: Option<&[Bson]>) -> impl Iterator<Item = String> {
    let named = |entry: &Bson| entry.as_document()?.get_str("name").map(str::to_owned);
    entries.unwrap_or_default().iter().filter_map(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_valid_false_is_a_finding() {
        assert_eq!(finding(&doc! { "ok": 0.0, "errmsg": "no such command" }), None);
        assert_eq!(finding(&doc! { "ok": 1.0, "valid": true }), None);
        let broken = doc! { "ok": 1.0, "valid": false, "errors": ["index a_1 lacks an entry"] };
        assert_eq!(finding(&broken).as_deref(), Some("index a_1 lacks an entry"));
    }

    #[test]
    fn views_are_not_validated() {
        assert!(is_plain(&crate::bson!({ "name": "c", "type": "collection" })));
        assert!(!is_plain(&crate::bson!({ "name": "v", "type": "view" })));
    }

    #[test]
    fn a_server_that_is_not_there_is_a_check_not_done() {
        let check = validate_all(&Settings::of_addresses(["127.0.0.1:1"]), Duration::from_millis(500));
        assert!(check.not_done.is_some() && check.findings.is_empty());
    }
}
