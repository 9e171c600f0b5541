//! Replica sets as small as a fuzzer's teacher needs them: the member that is initiated is primary for life, the others
//! follow its oplog. There are no elections; who loses its primary needs a new set.
//!
//! The [`journal`] writes the oplog, [`follow`] fetches it on a secondary, [`apply`] does what it says.

mod apply;
mod concern;
mod entry;
mod follow;
mod journal;
mod progress;
#[cfg(test)]
mod tests;

pub use concern::await_concern;
pub use follow::{THREAD, follow};
pub use journal::{Journal, Tape, Turn};
pub use progress::Progress;

use super::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document};
use parking_lot::{Condvar, Mutex};

/// What a command changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// Nothing that is replicated.
    Nothing,
    /// Documents, and collections that come to be by the way.
    Documents,
    /// Collections, views and indexes.
    Catalog,
}

/// A member's place in its set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Not started with `--replSet`.
    Alone,
    /// In no set yet.
    Waiting,
    /// Takes writes.
    Primary,
    /// Follows.
    Secondary,
    /// Followed, and lost the way.
    Recovering,
}

/// One server's part in a set.
#[derive(Debug, Default)]
pub struct Replication {
    /// `--replSet`
    pub set: Option<String>,
    /// How far the secondaries are.
    pub progress: Progress,
    member: Mutex<Member>,
    joined: Condvar,
}

/// What a member knows of its set.
#[derive(Clone, Debug, Default)]
pub struct Member {
    /// As initiated.
    pub config: Document,
    /// `host:port` of all members.
    pub hosts: Vec<String>,
    /// This one.
    pub me: String,
    /// Who takes writes.
    pub primary: String,
    /// A hole in the oplog.
    pub lost: bool,
}

impl Replication {
    /// A server that was started with that `--replSet`, if with any.
    pub fn new(set: Option<String>) -> Self {
        Self { set, ..Self::default() }
    }

    /// Its place now.
    pub fn role(&self) -> Role {
        if self.set.is_none() {
            return Role::Alone;
        }
        let member = self.member.lock();
        match () {
            () if member.hosts.is_empty() => Role::Waiting,
            () if member.me == member.primary => Role::Primary,
            () if member.lost => Role::Recovering,
            () => Role::Secondary,
        }
    }

    /// What it knows of its set; empty lists before it is in one.
    pub fn member(&self) -> Member {
        self.member.lock().clone()
    }

    /// Takes its place in a set.
    ///
    /// # Errors
    /// 23 where it has one already.
    pub fn join(&self, member: Member) -> Result<(), CommandError> {
        let mut place = self.member.lock();
        if !place.hosts.is_empty() {
            return Err(CommandError::new(code::ALREADY_INITIALIZED, "already initialized"));
        }
        *place = member;
        self.joined.notify_all();
        Ok(())
    }

    /// Waits until it is in a set.
    fn wait_joined(&self) -> Member {
        let mut place = self.member.lock();
        while place.hosts.is_empty() {
            self.joined.wait(&mut place);
        }
        place.clone()
    }

    /// It cannot follow any more.
    fn lose(&self) {
        self.member.lock().lost = true;
    }

    /// Refuses what this member may not do: writes where it is no primary, reads that did not say that they may be old.
    ///
    /// # Errors
    /// 10107 and 13435
    pub fn admit(&self, command: &str, sent: &Document) -> Result<(), CommandError> {
        let role = self.role();
        if matches!(role, Role::Alone | Role::Primary) || sent.get_str("$db") == Some("local") {
            return Ok(());
        }
        if writes(command, sent) != Writes::Nothing {
            return Err(CommandError::new(code::NOT_MASTER, "not primary"));
        }
        let old_is_fine = sent.get_document("$readPreference").and_then(|preference| preference.get_str("mode"));
        if READS.contains(&command) && old_is_fine.is_none_or(|mode| mode == "primary") {
            return Err(CommandError::new(code::NOT_MASTER_NO_SLAVE_OK, "not primary and secondaryOk=false"));
        }
        Ok(())
    }
}

/// Reads that a secondary refuses unless asked by who knows what it is.
const READS: [&str; 9] = [
    "find",
    "aggregate",
    "count",
    "distinct",
    "listCollections",
    "listIndexes",
    "listDatabases",
    "collStats",
    "dbStats",
];

/// What a command changes, by its name and stages.
pub fn writes(command: &str, sent: &Document) -> Writes {
    match command {
        "insert" | "update" | "delete" | "findAndModify" => Writes::Documents,
        "aggregate" if writes_out(sent) => Writes::Documents,
        "create" | "drop" | "dropDatabase" | "createIndexes" | "dropIndexes" | "collMod" | "renameCollection"
        | "convertToCapped" => Writes::Catalog,
        _ => Writes::Nothing,
    }
}

fn writes_out(sent: &Document) -> bool {
    let last = sent.get_array("pipeline").and_then(<[Bson]>::last).and_then(Bson::as_document);
    last.is_some_and(|stage| stage.contains("$out") || stage.contains("$merge"))
}
