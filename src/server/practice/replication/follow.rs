//! A secondary's thread: asks the primary for entries, applies them, says how far it is.

use super::{Member, Role, apply};
use crate::doc;
use crate::server::practice::bugs::faults::{self, Place};
use crate::server::practice::bugs::unlogged_null;
use crate::server::practice::errors::code;
use crate::server::practice::log::Severity;
use crate::server::practice::server::Server;
use crate::wire::bson::{Bson, Document};
use crate::wire::client::Client;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// The thread's name in the log, a mongod's.
pub const THREAD: &str = "ReplWriterWorker-0";
/// Between two tries to reach a primary that is not there.
const AGAIN: Duration = Duration::from_millis(50);
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// Above what an answer without news takes.
const REPLY_WITHIN: Duration = Duration::from_secs(30);
/// A mongod's number for an entry that it cannot apply.
const NOT_APPLIED: u32 = 34437;

/// Waits until the server is in a set, and follows its primary until the process ends.
pub fn follow(server: &Arc<Server>) {
    let member = server.replication.wait_joined();
    let mut number = 0;
    while server.replication.role() == Role::Secondary {
        if let Ok(client) = Client::connect(&member.primary, CONNECT_WITHIN) {
            follow_on(server, client, &member, &mut number);
        }
        std::thread::park_timeout(AGAIN);
    }
}

/// Until the connection breaks.
fn follow_on(server: &Arc<Server>, mut client: Client, member: &Member, number: &mut i64) {
    if client.set_read_timeout(Some(REPLY_WITHIN)).is_err() {
        return;
    }
    loop {
        let ask = doc! { "_practiceFollow": 1, "after": (Bson::Int64(*number)), "member": (member.me.as_str()) };
        let Ok(reply) = client.command("admin", &ask) else { return };
        let Some(entries) = reply.get_array("entries") else { return refused(server, &reply) };
        for entry in entries.iter().filter_map(Bson::as_document) {
            take(server, entry);
            *number += 1;
        }
    }
}

/// A primary that is none yet is asked again; one that has forgotten what comes next is of no use any more.
fn refused(server: &Server, reply: &Document) {
    if reply.get("code") == Some(&Bson::Int32(code::OPLOG_START_MISSING)) {
        let attributes = json!({ "error": reply.get_str("errmsg") });
        let text = "We are too stale to use our sync source";
        server.log.line(Severity::Error, "REPL", 5579708, THREAD, text, attributes);
        server.replication.lose();
    }
}

fn take(server: &Arc<Server>, entry: &Document) {
    if let Err(error) = apply::apply(server, entry) {
        let shown = crate::server::practice::render::document(entry);
        let attributes = json!({ "op": shown, "error": error.to_string() });
        server.log.line(Severity::Fatal, "REPL", 21238, THREAD, "Writer worker caught exception", attributes);
        faults::fatal_assertion(
            &server.log,
            THREAD,
            NOT_APPLIED,
            Place { file: "src/practice/repl/oplog_applier.cpp", line: 510 },
        )
    }
    if !unlogged_null::forgets(&server.bugs, entry) {
        server.catalog.journal.repeat(entry);
    }
}
