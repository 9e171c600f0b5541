//! A mongos, as small as that: it keeps the list of shards in the config server, gives each database to one shard and
//! passes every command on to that shard's primary. Collections are never split.

use super::commands;
use super::errors::{CommandError, code};
use super::net::Connection;
use super::server::Server;
use crate::doc;
use crate::wire::bson::{Bson, Document};
use crate::wire::link::{Link, Servers};
use crate::wire::uri::Settings;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Above what any command takes here.
const REPLY_WITHIN: Duration = Duration::from_secs(30);

/// One shard.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shard {
    name: String,
    /// `set/host:port,host:port`, or `host:port`
    hosts: String,
}

/// Who passes commands on.
#[derive(Debug)]
pub struct Router {
    /// `--configdb`
    config: String,
    shards: Mutex<Vec<Shard>>,
}

/// A client's ways to the servers behind the router, by their hosts.
pub type Ways = BTreeMap<String, Link>;

impl Router {
    /// A router whose config server is `set/host:port,...`.
    pub fn new(config: String) -> Self {
        Self { config, shards: Mutex::default() }
    }

    /// Answers a command, or has it answered.
    ///
    /// # Errors
    /// Of its own, or that a server behind it cannot be reached.
    pub fn answer(&self, server: &Server, connection: &Connection, sent: &Document) -> Result<Document, CommandError> {
        let ways = &mut *connection.ways.borrow_mut();
        let name = sent.first().map_or("", |(name, _)| name);
        match name {
            "hello" | "isMaster" | "ismaster" => {
                let mut reply = commands::repeat(server, connection, sent)?;
                reply.push("msg", "isdbgrid");
                Ok(reply)
            }
            "ping" | "buildInfo" | "buildinfo" | "whatsmyuri" | "getLog" | "serverStatus" | "getCmdLineOpts"
            | "getParameter" | "shutdown" => commands::repeat(server, connection, sent),
            "addShard" | "addshard" => self.add_shard(ways, sent),
            "listShards" => Ok(doc! { "shards": (self.listed(ways)?) }),
            "enableSharding" | "shardCollection" => self.note_sharded(ways, name, sent),
            "balancerStart" | "balancerStop" => Ok(Document::new()),
            "balancerStatus" => Ok(doc! { "mode": "off", "inBalancerRound": false, "numBalancerRounds": 0 }),
            "listDatabases" => self.list_databases(ways, sent),
            _ => self.pass_on(ways, sent),
        }
    }

    fn add_shard(&self, ways: &mut Ways, sent: &Document) -> Result<Document, CommandError> {
        let hosts = sent.first().and_then(|(_, value)| value.as_str()).unwrap_or_default();
        if hosts.is_empty() {
            return Err(CommandError::new(code::TYPE_MISMATCH, "addShard takes 'set/host:port'"));
        }
        let known = self.shards(ways)?;
        let set = hosts.split_once('/').map(|(set, _)| set.to_owned());
        let name = sent.get_str("name").map(str::to_owned).or(set);
        let name = name.unwrap_or_else(|| format!("shard{:04}", known.len()));
        if known.iter().all(|shard| shard.hosts != hosts) {
            let entry = doc! { "_id": (name.as_str()), "host": hosts, "state": 1 };
            self.ask_config(ways, doc! { "insert": "shards", "documents": [entry] })?;
            self.shards.lock().clear();
        }
        Ok(doc! { "shardAdded": name })
    }

    fn listed(&self, ways: &mut Ways) -> Result<Vec<Document>, CommandError> {
        let shown = |shard: Shard| doc! { "_id": (shard.name), "host": (shard.hosts), "state": 1 };
        Ok(self.shards(ways)?.into_iter().map(shown).collect())
    }

    /// Collections stay where they are; that they were to be sharded is written down.
    fn note_sharded(&self, ways: &mut Ways, name: &str, sent: &Document) -> Result<Document, CommandError> {
        let what = sent.first().and_then(|(_, value)| value.as_str()).unwrap_or_default().to_owned();
        let collection = if name == "shardCollection" { "collections" } else { "databases" };
        let key = sent.get_document("key").cloned().unwrap_or_default();
        let set = doc! { "q": { "_id": (what.as_str()) }, "u": { "$set": { "key": key } }, "upsert": true };
        self.ask_config(ways, doc! { "update": collection, "updates": [set] })?;
        Ok(if name == "shardCollection" {
            doc! { "collectionsharded": what }
        } else {
            Document::new()
        })
    }

    fn list_databases(&self, ways: &mut Ways, sent: &Document) -> Result<Document, CommandError> {
        let (mut all, mut total) = (Vec::new(), 0);
        for shard in self.shards(ways)? {
            let reply = ask(ways, &shard.hosts, sent)?;
            total += reply.get("totalSize").and_then(Bson::as_i64).unwrap_or(0);
            let own = |entry: &&Bson| entry.as_document().and_then(|entry| entry.get_str("name")) != Some("local");
            all.extend(reply.get_array("databases").unwrap_or_default().iter().filter(own).cloned());
        }
        let mut reply = doc! { "databases": all };
        if total > 0 {
            reply.push("totalSize", total);
        }
        Ok(reply)
    }

    fn pass_on(&self, ways: &mut Ways, sent: &Document) -> Result<Document, CommandError> {
        let database = database_of(sent);
        if database == "config" {
            return ask(ways, &self.config, sent);
        }
        let shards = self.shards(ways)?;
        let Some(shard) = shards.get(place(database, shards.len())) else {
            return Err(CommandError::new(code::SHARD_NOT_FOUND, "No shards found"));
        };
        ask(ways, &shard.hosts, sent)
    }

    fn shards(&self, ways: &mut Ways) -> Result<Vec<Shard>, CommandError> {
        let known = self.shards.lock().clone();
        if !known.is_empty() {
            return Ok(known);
        }
        let reply = self.ask_config(ways, doc! { "find": "shards", "sort": { "_id": 1 } })?;
        let batch = reply.get_document("cursor").and_then(|cursor| cursor.get_array("firstBatch"));
        let shard = |entry: &Bson| {
            let entry = entry.as_document()?;
            Some(Shard { name: entry.get_str("_id")?.to_owned(), hosts: entry.get_str("host")?.to_owned() })
        };
        let found: Vec<Shard> = batch.unwrap_or_default().iter().filter_map(shard).collect();
        self.shards.lock().clone_from(&found);
        Ok(found)
    }

    fn ask_config(&self, ways: &mut Ways, mut command: Document) -> Result<Document, CommandError> {
        command.push("$db", "config");
        ask(ways, &self.config, &command)
    }
}

/// The database that decides where a command goes.
fn database_of(sent: &Document) -> &str {
    match sent.first() {
        Some(("renameCollection", Bson::String(from))) => from.split('.').next().unwrap_or_default(),
        _ => sent.get_str("$db").unwrap_or_default(),
    }
}

/// Which of the shards a database lies on; what is the whole cluster's lies on the first.
fn place(database: &str, shards: usize) -> usize {
    let sum: usize = database.bytes().map(usize::from).sum();
    if database == "admin" || shards == 0 { 0 } else { sum % shards }
}

/// A reply as it came, also `{ok: 0}`.
fn ask(ways: &mut Ways, hosts: &str, command: &Document) -> Result<Document, CommandError> {
    let unreachable = |error: String| CommandError::new(code::HOST_UNREACHABLE, format!("{hosts}: {error}"));
    if !ways.get(hosts).is_some_and(Link::is_open) {
        let uri = match hosts.split_once('/') {
            Some((set, members)) => format!("mongodb://{members}/?replicaSet={set}"),
            None => format!("mongodb://{hosts}/?directConnection=true"),
        };
        let settings = Settings::parse(&uri).map_err(|error| unreachable(error.to_string()))?;
        let way = Link::open(&Arc::new(Servers::new(settings)), Some(REPLY_WITHIN));
        ways.insert(hosts.to_owned(), way.map_err(|error| unreachable(error.to_string()))?);
    }
    let mut bare = command.clone();
    let database = bare.remove("$db").and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
    let way = ways.get_mut(hosts).ok_or_else(|| unreachable("no way".into()))?;
    way.command(&database, &bare).map_err(|error| unreachable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_lies_on_one_shard_and_a_collection_to_rename_is_where_its_database_is() {
        assert_eq!((place("a", 2), place("b", 2), place("admin", 2)), (1, 0, 0));
        let rename = doc! { "renameCollection": "a.x", "to": "a.y", "$db": "admin" };
        assert_eq!(database_of(&rename), "a");
        assert_eq!(database_of(&doc! { "find": "c", "$db": "b" }), "b");
    }
}
