//! The members of one replica set, asked side by side.

use std::time::{Duration, Instant};

use super::session::Session;
use crate::doc;
use crate::process::pause;
use crate::run::execution::Check;
use crate::server::Set;
use crate::wire::bson::{Bson, Document, Timestamp};
use crate::wire::uri::{Host, Settings};

/// Between two looks at a secondary that is behind.
const TICK: Duration = Duration::from_millis(5);

/// What a difference may show of itself.
pub(super) const DETAIL_BYTES: usize = 600;

/// Compares the members of each set that has several; what could not be compared is said in [`Check::not_done`].
pub(super) fn compare_sets(
    name: &str,
    settings: &Settings,
    sets: &[Set],
    budget: Duration,
    compare: impl Fn(&Set, Nodes, &mut Check) -> Result<(), String>,
) -> Check {
    let mut check = Check { name: name.into(), looked_at: 0, not_done: None, findings: Vec::new() };
    let mut several = sets.iter().filter(|set| set.members.len() > 1).peekable();
    if several.peek().is_none() {
        check.not_done = Some("nothing to compare: no replica set has two nodes".into());
    }
    for set in several {
        if let Err(error) = Nodes::open(settings, set, budget).and_then(|nodes| compare(set, nodes, &mut check)) {
            check.not_done = Some(error);
        }
    }
    check
}

/// The first so many bytes of a text.
pub(super) fn cut(mut text: String, bytes: usize) -> String {
    text.truncate(text.floor_char_boundary(bytes));
    text
}

/// A connection to each member, all at the same point of the oplog at least.
pub(super) struct Nodes {
    /// `host:port` and its connection, in the order of the set.
    pub(super) members: Vec<(String, Session)>,
    deadline: Instant,
}

impl Nodes {
    /// Connects to all members of `set` as a client of `settings` would, and waits until none is behind.
    ///
    /// # Errors
    /// One is not there, or does not follow in time: in one sentence.
    pub(super) fn open(settings: &Settings, set: &Set, budget: Duration) -> Result<Self, String> {
        let deadline = Instant::now() + budget;
        let mut members = Vec::new();
        for address in &set.members {
            let session = Session::open_node(&node(settings, address)?, budget);
            members.push((address.clone(), session.map_err(|error| format!("{address}: {error}"))?));
        }
        let mut nodes = Self { members, deadline };
        nodes.catch_up()?;
        Ok(nodes)
    }

    /// Waits until every member has applied what any of them has now.
    ///
    /// # Errors
    /// One has not by the deadline.
    pub(super) fn catch_up(&mut self) -> Result<(), String> {
        let mut newest = None;
        for (address, session) in &mut self.members {
            newest = newest.max(applied(session).map_err(|error| format!("{address}: {error}"))?);
        }
        for (address, session) in &mut self.members {
            while applied(session).map_err(|error| format!("{address}: {error}"))? < newest {
                if Instant::now() > self.deadline {
                    return Err(format!("{address} is behind the others"));
                }
                pause(TICK);
            }
        }
        Ok(())
    }

    /// One command on every member; gives their replies in the order of the set.
    ///
    /// # Errors
    /// A member does not answer, or refuses.
    pub(super) fn ask(&mut self, database: &str, command: &Document) -> Result<Vec<Document>, String> {
        let one = |(address, session): &mut (String, Session)| {
            let reply = session.ask(database, command.clone())?;
            match reply.get("ok").and_then(Bson::as_flag) {
                Some(true) => Ok(reply),
                _ => Err(format!("{address} refuses: {}", reply.get_str("errmsg").unwrap_or("no reason given"))),
            }
        };
        self.members.iter_mut().map(one).collect()
    }

    /// `host:port` of the member in that place.
    pub(super) fn name(&self, at: usize) -> &str {
        self.members.get(at).map_or("", |(address, _)| address)
    }
}

/// How to speak to one member only.
///
/// # Errors
/// It is no address.
pub fn node(settings: &Settings, address: &str) -> Result<Settings, String> {
    let host = Host::parse(address).map_err(|error| error.to_string())?;
    Ok(Settings { hosts: vec![host], replica_set: None, direct: Some(true), ..settings.clone() })
}

/// The time of the last entry of the oplog that is applied.
fn applied(session: &mut Session) -> Result<Option<(u32, u32)>, String> {
    let status = session.ask("admin", doc! { "replSetGetStatus": 1 })?;
    let time = status.get_document("optimes").and_then(|optimes| optimes.get_document("appliedOpTime")?.get("ts"));
    match time {
        Some(Bson::Timestamp(Timestamp { seconds, increment })) => Ok(Some((*seconds, *increment))),
        _ => Err(format!("it does not say how far it is: {}", status.get_str("errmsg").unwrap_or("no appliedOpTime"))),
    }
}
