//! Replica sets: replSetInitiate, replSetGetStatus, replSetGetConfig, and how members talk to each other.

use super::handshake::now;
use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::replication::{Journal, Member, Role};
use crate::wire::bson::{Bson, Document, Timestamp};
use crate::wire::client::Client;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

pub const COMMANDS: &[Command] = &[
    Command { name: "replSetInitiate", aliases: &[], fields: Fields::Any, admin_only: true, run: initiate },
    Command { name: "replSetGetStatus", aliases: &[], fields: Fields::Any, admin_only: true, run: status },
    Command { name: "replSetGetConfig", aliases: &[], fields: Fields::Any, admin_only: true, run: config },
    Command { name: "_practiceJoin", aliases: &[], fields: Fields::Any, admin_only: true, run: join },
    Command { name: "_practiceFollow", aliases: &[], fields: Fields::Any, admin_only: true, run: follow },
];

const TALK_WITHIN: Duration = Duration::from_secs(5);
/// A secondary that waits for news asks again after so long: its question is also its sign of life.
const NEWS_WITHIN: Duration = Duration::from_millis(500);

fn initiate(call: &Call<'_>) -> Result<Document, CommandError> {
    let Some(set) = &call.server.replication.set else {
        return Err(CommandError::new(
            code::NO_REPLICATION_ENABLED,
            "This node was not started with replication enabled.",
        ));
    };
    let own = format!("127.0.0.1:{}", call.server.port);
    let given = call.command.get_document("replSetInitiate").filter(|given| !given.is_empty());
    let config = given.cloned().unwrap_or_else(
        || doc! { "_id": (set.as_str()), "version": 1, "members": [{ "_id": 0, "host": (own.as_str()) }] },
    );
    let member = member(&config, set, &own)?;
    let others: Vec<&String> = member.hosts.iter().filter(|host| **host != own).collect();
    if call.server.replication.role() != Role::Waiting {
        return Err(CommandError::new(code::ALREADY_INITIALIZED, "already initialized"));
    }
    for host in others {
        invite(host, &config, &own)?;
    }
    enter(call, member)?;
    call.server.catalog.journal.note("initiating set");
    call.server.log.info("REPL", 21331, &call.connection.name, "Transition to primary complete", json!({ "term": 1 }));
    Ok(Document::new())
}

/// The place of `own` in a set of that configuration, whose primary is the one that is asked to initiate it.
fn member(config: &Document, set: &str, own: &str) -> Result<Member, CommandError> {
    let wrong = |text: String| CommandError::new(code::INVALID_REPLICA_SET_CONFIG, text);
    match config.get_str("_id") {
        Some(name) if name == set => {}
        name => {
            let name = name.unwrap_or("");
            return Err(wrong(format!(
                "Rejecting initiate with a set name {name} that differs from command line set name {set}"
            )));
        }
    }
    let members = config.get_array("members").unwrap_or_default();
    let host = |member: &Bson| member.as_document()?.get_str("host").map(str::to_owned);
    let hosts: Option<Vec<String>> = members.iter().map(host).collect();
    let hosts = hosts.filter(|hosts| !hosts.is_empty()).ok_or_else(|| wrong("each member needs a 'host'".into()))?;
    if !hosts.iter().any(|host| host == own) {
        return Err(wrong(format!("No host described in new configuration with {set} maps to this node")));
    }
    Ok(Member { config: config.clone(), hosts, me: own.to_owned(), primary: own.to_owned(), lost: false })
}

fn invite(host: &str, config: &Document, primary: &str) -> Result<(), CommandError> {
    let unreachable = |error: String| {
        let text = format!("replSetInitiate quorum check failed because {host} did not respond: {error}");
        CommandError::new(code::NODE_NOT_FOUND, text)
    };
    let mut client = Client::connect(host, TALK_WITHIN).map_err(|error| unreachable(error.to_string()))?;
    client.set_read_timeout(Some(TALK_WITHIN)).map_err(|error| unreachable(error.to_string()))?;
    let ask = doc! { "_practiceJoin": (config.clone()), "me": host, "primary": primary };
    let reply = client.command("admin", &ask).map_err(|error| unreachable(error.to_string()))?;
    match reply.get("ok").and_then(Bson::as_flag) {
        Some(true) => Ok(()),
        _ => Err(unreachable(reply.get_str("errmsg").unwrap_or("it refuses").to_owned())),
    }
}

fn join(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let me = arguments.required("me", arguments.text("me")?)?;
    let primary = arguments.required("primary", arguments.text("primary")?)?;
    let config = arguments.required("_practiceJoin", arguments.document("_practiceJoin")?)?;
    let set = call.server.replication.set.as_deref().unwrap_or_default();
    let member = Member { primary: primary.to_owned(), ..member(config, set, me)? };
    enter(call, member)?;
    Ok(Document::new())
}

/// Takes a place in a set; from then on there is an oplog.
fn enter(call: &Call<'_>, member: Member) -> Result<(), CommandError> {
    let primary = member.me == member.primary;
    let oplog = Arc::new(Journal::new_oplog());
    call.server.catalog.put("local", "oplog.rs", Arc::clone(&oplog));
    call.server.catalog.journal.begin(oplog, primary);
    call.server.replication.join(member)
}

fn follow(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let after = arguments.required("after", arguments.integer("after")?)?;
    let member = arguments.required("member", arguments.text("member")?)?;
    if call.server.replication.role() != Role::Primary {
        return Err(CommandError::new(code::NOT_MASTER, "not primary"));
    }
    call.server.replication.progress.tell(member, after);
    match call.server.catalog.journal.entries_after(after, NEWS_WITHIN) {
        Some(entries) => Ok(doc! { "entries": entries }),
        None => Err(CommandError::new(code::OPLOG_START_MISSING, "the oplog begins after the entry asked for")),
    }
}

fn not_replicated(call: &Call<'_>) -> Result<(), CommandError> {
    match call.server.replication.role() {
        Role::Alone => Err(CommandError::new(code::NO_REPLICATION_ENABLED, "not running with --replSet")),
        Role::Waiting => Err(CommandError::new(code::NOT_YET_INITIALIZED, "no replset config has been received")),
        Role::Primary | Role::Secondary | Role::Recovering => Ok(()),
    }
}

fn config(call: &Call<'_>) -> Result<Document, CommandError> {
    not_replicated(call)?;
    Ok(doc! { "config": (call.server.replication.member().config) })
}

/// Numbers and words of `myState`.
fn state(role: Role) -> (i32, &'static str) {
    match role {
        Role::Primary => (1, "PRIMARY"),
        Role::Secondary => (2, "SECONDARY"),
        Role::Recovering => (3, "RECOVERING"),
        Role::Alone | Role::Waiting => (0, "STARTUP"),
    }
}

fn status(call: &Call<'_>) -> Result<Document, CommandError> {
    not_replicated(call)?;
    let replication = &call.server.replication;
    let (role, member) = (replication.role(), replication.member());
    let last = call.server.catalog.journal.last();
    let members = member.hosts.iter().enumerate().map(|(at, host)| {
        let own = *host == member.me;
        // A primary hears from its secondaries; those know of themselves only.
        let behind = replication.progress.of(host).map(|number| last.1 - number);
        let (number, words) = match () {
            () if own => state(role),
            () if *host == member.primary => (1, "PRIMARY"),
            () if role == Role::Primary && behind.is_none() => (8, "(not reachable/healthy)"),
            () => (2, "SECONDARY"),
        };
        let mut shown =
            doc! { "_id": (at as i32), "name": (host.as_str()), "health": (if number == 8 { 0.0 } else { 1.0 }) };
        shown.push("state", number);
        shown.push("stateStr", words);
        if own {
            shown.push("optime", optime(last.0));
            shown.push("self", true);
        }
        if let Some(behind) = behind {
            shown.push("practiceEntriesBehind", behind);
        }
        shown
    });
    Ok(doc! {
        "set": (replication.set.clone().unwrap_or_default()),
        "date": (now()),
        "myState": (state(role).0),
        "term": (Bson::Int64(1)),
        "optimes": { "appliedOpTime": (optime(last.0)), "durableOpTime": (optime(last.0)) },
        "members": (members.collect::<Vec<_>>()),
    })
}

/// `{ts, t}`
pub fn optime(time: Option<Timestamp>) -> Document {
    let time = time.unwrap_or(Timestamp { seconds: 0, increment: 0 });
    doc! { "ts": (Bson::Timestamp(time)), "t": (Bson::Int64(1)) }
}

/// What `hello` says of a member, `isMaster` too under its own name for a primary.
pub fn greeting(call: &Call<'_>, writable: &str, reply: &mut Document) {
    let replication = &call.server.replication;
    let (role, member) = (replication.role(), replication.member());
    reply.set(writable, matches!(role, Role::Alone | Role::Primary));
    match role {
        Role::Alone => {}
        Role::Waiting => {
            reply.push("secondary", false);
            reply.push("info", "Does not have a valid replica set config");
            reply.push("isreplicaset", true);
        }
        Role::Primary | Role::Secondary | Role::Recovering => {
            let hosts: Vec<Bson> = member.hosts.iter().map(Bson::from).collect();
            reply.push("secondary", role == Role::Secondary);
            reply.push("setName", replication.set.clone().unwrap_or_default());
            reply.push("setVersion", 1);
            reply.push("hosts", hosts);
            reply.push("primary", member.primary);
            reply.push("me", member.me);
            let time = call.server.catalog.journal.last().0;
            reply.push("lastWrite", doc! { "opTime": (optime(time)), "lastWriteDate": (now()) });
        }
    }
}
