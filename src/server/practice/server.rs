//! Everything that the connections of one practice server share.

use super::bugs::{Bugs, Memory};
use super::catalog::Catalog;
use super::cursor::Cursors;
use super::log::Log;
use super::operation::Operations;
use super::parameters::Parameters;
use super::replication::Replication;
use super::router::Router;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

/// One server's state; connections hold it in an `Arc`.
#[derive(Debug)]
pub struct Server {
    /// Databases, collections, views.
    pub catalog: Catalog,
    /// Set where it only passes commands on.
    pub router: Option<Router>,
    /// Its part in a replica set.
    pub replication: Replication,
    /// Open cursors.
    pub cursors: Cursors,
    /// Running commands.
    pub operations: Operations,
    /// Where its lines go.
    pub log: Log,
    /// The planted bugs that are switched on.
    pub bugs: Bugs,
    /// What they remember.
    pub memory: Memory,
    /// What `setParameter` changes.
    pub parameters: Parameters,
    /// What `serverStatus` counts.
    pub counters: Counters,
    /// Arguments that `getCmdLineOpts` shows.
    pub arguments: Vec<String>,
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    /// When it came up.
    pub started: Instant,
    /// Set once it is to end.
    pub stopping: AtomicBool,
    /// Set by a planted bug: the listener goes, the process stays.
    pub deaf: AtomicBool,
}

/// Numbers of `serverStatus`.
#[derive(Debug, Default)]
pub struct Counters {
    /// Connections so far.
    pub accepted: AtomicU32,
    /// Connections now.
    pub open: AtomicI64,
    /// insert
    pub inserts: AtomicU64,
    /// find, aggregate, count, distinct
    pub queries: AtomicU64,
    /// update, findAndModify
    pub updates: AtomicU64,
    /// delete
    pub deletes: AtomicU64,
    /// getMore
    pub get_mores: AtomicU64,
    /// All commands.
    pub commands: AtomicU64,
}

impl Counters {
    /// Counts a command under its kind.
    pub fn count(&self, command: &str) {
        self.commands.fetch_add(1, Ordering::Relaxed);
        let kind = match command {
            "insert" => &self.inserts,
            "find" | "aggregate" | "count" | "distinct" => &self.queries,
            "update" | "findAndModify" => &self.updates,
            "delete" => &self.deletes,
            "getMore" => &self.get_mores,
            _ => return,
        };
        kind.fetch_add(1, Ordering::Relaxed);
    }
}

impl Server {
    /// A server without data.
    pub fn new(port: u16, log: Log, bugs: Bugs, arguments: Vec<String>) -> Self {
        Self {
            catalog: Catalog::default(),
            router: None,
            replication: Replication::default(),
            cursors: Cursors::default(),
            operations: Operations::default(),
            log,
            bugs,
            memory: Memory::default(),
            parameters: Parameters::default(),
            counters: Counters::default(),
            arguments,
            port,
            started: Instant::now(),
            stopping: AtomicBool::new(false),
            deaf: AtomicBool::new(false),
        }
    }
}
