//! What makes processes a set and sets a cluster: `replSetInitiate` and `addShard`, and the wait until they are.

use std::time::{Duration, Instant};

use super::Set;
use crate::doc;
use crate::process::poll;
use crate::server::ServerError;
use crate::wire::bson::{Bson, Document};
use crate::wire::client::Client;

/// The reply to a command that waits for other members.
const REPLY_WITHIN: Duration = Duration::from_secs(60);
/// An election and a secondary's first copy of an empty primary take seconds on a busy machine.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// Connecting, and one look at a member.
const LOOK: Duration = Duration::from_secs(2);
/// No member gives its primary up: who is suspended for a look at its stacks shall be primary afterwards.
const ELECTION_TIMEOUT: i32 = 24 * 60 * 60 * 1000;
/// `AlreadyInitialized`
const INITIALIZED: i32 = 23;

/// What a set is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Data of users.
    Data,
    /// The list of shards.
    Config,
}

/// Tells the first member of a set who is in it, and waits until it is primary and all others are secondaries.
///
/// # Errors
/// A member refuses, or is not ready in time; the text names it.
pub(super) fn initiate(set: &Set, kind: Kind) -> Result<(), ServerError> {
    let first = set.members.first().ok_or_else(|| ServerError::Unusable("a replica set needs a node".into()))?;
    let reply = ask(first, &doc! { "replSetInitiate": (config(set, kind)) }, REPLY_WITHIN)?;
    let done = reply.get("ok").and_then(Bson::as_flag) == Some(true);
    if !done && reply.get("code").and_then(Bson::as_i64) != Some(i64::from(INITIALIZED)) {
        return Err(refused(first, "replSetInitiate", &reply));
    }
    let deadline = Instant::now() + READY_WITHIN;
    for (at, member) in set.members.iter().enumerate() {
        let (role, names) = match at {
            0 => ("primary", ["isWritablePrimary", "ismaster"]),
            _ => ("secondary", ["secondary", "secondary"]),
        };
        let is = |reply: &Document| names.iter().any(|name| reply.get(name).and_then(Bson::as_flag) == Some(true));
        let look = || ask(member, &doc! { "isMaster": 1 }, LOOK).is_ok_and(|reply| is(&reply)).then_some(());
        poll(deadline, look).ok_or_else(|| {
            let text = format!("{member} of the replica set {} did not become {role}", set.name);
            ServerError::Infrastructure(format!("{text} within {} s", READY_WITHIN.as_secs()))
        })?;
    }
    Ok(())
}

/// Only the first can be elected: which member is the primary must not hang on chance.
fn config(set: &Set, kind: Kind) -> Document {
    let member = |(at, host): (usize, &String)| {
        let priority = if at == 0 { 1 } else { 0 };
        doc! { "_id": (at as i32), "host": (host.as_str()), "priority": priority, "votes": (i32::from(at < 7)) }
    };
    let members: Vec<Document> = set.members.iter().enumerate().map(member).collect();
    let mut config = doc! { "_id": (set.name.as_str()), "version": 1, "members": members };
    if kind == Kind::Config {
        config.push("configsvr", true);
    }
    config.push("settings", doc! { "electionTimeoutMillis": ELECTION_TIMEOUT, "chainingAllowed": false });
    config
}

/// Tells a router of a shard.
///
/// # Errors
/// It refuses.
pub(super) fn add_shard(router: &str, shard: &Set) -> Result<(), ServerError> {
    let reply = ask(router, &doc! { "addShard": (seeds(shard)) }, REPLY_WITHIN)?;
    match reply.get("ok").and_then(Bson::as_flag) {
        Some(true) => Ok(()),
        _ => Err(refused(router, "addShard", &reply)),
    }
}

/// `SET/HOST:PORT,...`
pub(super) fn seeds(set: &Set) -> String {
    format!("{}/{}", set.name, set.members.join(","))
}

fn ask(address: &str, command: &Document, within: Duration) -> Result<Document, ServerError> {
    let failed = |error: String| ServerError::Infrastructure(format!("no answer from {address}: {error}"));
    let mut client = Client::connect(address, LOOK).map_err(|error| failed(error.to_string()))?;
    client.set_read_timeout(Some(within)).map_err(|error| failed(error.to_string()))?;
    client.command("admin", command).map_err(|error| failed(error.to_string()))
}

fn refused(address: &str, command: &str, reply: &Document) -> ServerError {
    let why = reply.get_str("errmsg").unwrap_or("it does not say why");
    ServerError::Unusable(format!("{address} refuses {command}: {why}; try --topology standalone"))
}
