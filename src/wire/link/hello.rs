//! What servers say of themselves, and how they are asked.

use super::error::ConnectError;
use crate::doc;
use crate::wire::bson::{Bson, Document};
use crate::wire::client::Client;
use crate::wire::compression::Compressor;
use crate::wire::message::MessageError;
use crate::wire::uri::{Host, Login, Settings};

/// OP_MSG is known from this wire version on (3.6).
const OP_MSG_SINCE: i64 = 6;
/// Members of a replica set are at most 50.
const MOST_HOSTS: usize = 50;

/// What a server is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// A server without a set.
    #[default]
    Alone,
    /// A router in front of shards.
    Router,
    /// Takes writes.
    Primary,
    /// Can be read from.
    Secondary,
    /// Starting, recovering, an arbiter, ...
    Other,
}

impl Role {
    /// True where writes may go there.
    pub fn takes_writes(self) -> bool {
        matches!(self, Self::Alone | Self::Router | Self::Primary)
    }
}

/// A server's answer to `hello`; a refusal gives the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hello {
    /// What it is.
    pub role: Role,
    /// `setName`
    pub set_name: Option<String>,
    /// Members of its set that clients may talk to.
    pub hosts: Vec<Host>,
    /// `maxWireVersion`; `None` where it is not told.
    pub max_wire_version: Option<i64>,
    /// Mechanisms that the user may log in by; `None` where the server does not tell.
    pub mechanisms: Option<Vec<String>>,
    /// The first of our compressors that it knows, too.
    pub compressor: Option<Compressor>,
    /// The server's own number for the connection, which its log names; since 4.2.
    pub connection: Option<i64>,
}

impl Hello {
    /// Reads a reply.
    pub fn of(reply: &Document, ours: &[Compressor]) -> Self {
        let texts = |key: &str| -> Vec<&str> {
            reply.get_array(key).unwrap_or_default().iter().filter_map(Bson::as_str).take(MOST_HOSTS).collect()
        };
        let members = ["hosts", "passives"].into_iter().flat_map(texts);
        let theirs = texts("compression");
        let mechanisms = reply.get_array("saslSupportedMechs");
        Self {
            role: role(reply),
            set_name: reply.get_str("setName").map(str::to_owned),
            hosts: members.filter_map(|host| Host::parse(host).ok()).collect(),
            max_wire_version: reply.get("maxWireVersion").and_then(Bson::as_i64),
            mechanisms: mechanisms.map(|all| all.iter().filter_map(Bson::as_str).map(str::to_owned).collect()),
            compressor: ours.iter().find(|one| theirs.contains(&one.name())).copied(),
            connection: reply.get("connectionId").and_then(Bson::as_i64),
        }
    }

    /// True where the server is of the time before OP_MSG. Who tells no version is of today.
    pub fn is_old(&self) -> bool {
        self.max_wire_version.is_some_and(|version| version < OP_MSG_SINCE)
    }
}

fn role(reply: &Document) -> Role {
    let says = |key: &str| reply.get(key).and_then(Bson::as_flag) == Some(true);
    if reply.get_str("msg") == Some("isdbgrid") {
        return Role::Router;
    }
    if !reply.contains("setName") && !says("isreplicaset") {
        return Role::Alone;
    }
    match (says("isWritablePrimary") || says("ismaster"), says("secondary")) {
        (true, _) => Role::Primary,
        (false, true) => Role::Secondary,
        (false, false) => Role::Other,
    }
}

/// Asks by `isMaster` as a query, which servers of every age answer.
pub(super) fn ask_old(client: &mut Client, settings: &Settings, login: Option<&Login>) -> Result<Hello, MessageError> {
    let mut command = doc! { "isMaster": 1, "helloOk": true };
    fill_in(&mut command, settings, login);
    client.old_command("admin", &command).map(|reply| Hello::of(&reply, &settings.compressors))
}

/// Asks by `hello` as a message, for who gave up the old protocol altogether.
pub(super) fn ask_new(client: &mut Client, settings: &Settings, login: Option<&Login>) -> Result<Hello, MessageError> {
    let mut command = doc! { "hello": 1 };
    fill_in(&mut command, settings, login);
    client.command("admin", &command).map(|reply| Hello::of(&reply, &settings.compressors))
}

fn fill_in(command: &mut Document, settings: &Settings, login: Option<&Login>) {
    if !settings.compressors.is_empty() {
        let names: Vec<Bson> = settings.compressors.iter().map(|one| Bson::from(one.name())).collect();
        command.push("compression", names);
    }
    if let Some(login) = login.filter(|login| login.mechanism.is_none()) {
        command.push("saslSupportedMechs", format!("{}.{}", login.source, login.user));
    }
}

/// What a failed greeting is to whoever wanted a connection.
pub(super) fn no_greeting(error: MessageError) -> ConnectError {
    if error.timed_out() { ConnectError::Silent } else { ConnectError::Hello(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role_of(reply: &Document) -> Role {
        Hello::of(reply, &[]).role
    }

    #[test]
    fn servers_of_every_kind_and_age_are_told_apart() {
        assert_eq!(role_of(&doc! { "ismaster": true, "ok": 1.0 }), Role::Alone);
        assert_eq!(role_of(&doc! { "ismaster": true, "msg": "isdbgrid" }), Role::Router);
        assert_eq!(role_of(&doc! { "ismaster": true, "setName": "rs" }), Role::Primary);
        assert_eq!(role_of(&doc! { "isWritablePrimary": true, "setName": "rs" }), Role::Primary);
        assert_eq!(role_of(&doc! { "ismaster": false, "secondary": true, "setName": "rs" }), Role::Secondary);
        assert_eq!(role_of(&doc! { "ismaster": false, "setName": "rs" }), Role::Other);
        assert_eq!(role_of(&doc! { "ismaster": false, "isreplicaset": true }), Role::Other);
        assert_eq!(role_of(&doc! { "ok": 0.0, "errmsg": "no" }), Role::Alone);
    }

    #[test]
    fn what_both_sides_know_is_agreed_upon() {
        let reply = doc! { "maxWireVersion": 5, "compression": ["zlib", "snappy"], "hosts": ["a:1", "??", "B:2"],
        "saslSupportedMechs": ["SCRAM-SHA-1"] };
        let hello = Hello::of(&reply, &[Compressor::Zstd, Compressor::Snappy]);
        assert_eq!(hello.compressor, Some(Compressor::Snappy));
        assert_eq!(hello.hosts.iter().map(Host::to_string).collect::<Vec<_>>(), ["a:1", "b:2"]);
        assert!(hello.is_old() && hello.mechanisms.is_some_and(|all| all == ["SCRAM-SHA-1"]));
        assert!(!Hello::of(&doc! {}, &[]).is_old());
    }
}
