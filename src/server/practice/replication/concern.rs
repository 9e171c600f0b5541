//! Write concerns: a reply waits until as many members have a write as its client asks for.

use super::{Role, Writes, writes};
use crate::doc;
use crate::server::practice::commands::Call;
use crate::wire::bson::{Bson, Document};
use std::time::{Duration, Instant};

/// A secondary on a busy machine takes its time, and who asks for it waits for that; but not for one that is gone.
const LONGEST: Duration = Duration::from_secs(10);

/// Waits as the command's `writeConcern` says; what it cannot have stands in the reply's `writeConcernError`.
pub fn await_concern(call: &Call<'_>, reply: &mut Document) {
    let replication = &call.server.replication;
    if replication.role() != Role::Primary || writes(call.name, call.command) == Writes::Nothing {
        return;
    }
    let last = call.server.catalog.journal.last().1;
    let limit = Instant::now() + LONGEST;
    replication.progress.keep_together(last, limit);
    let Some(concern) = call.command.get_document("writeConcern") else { return };
    let members = replication.member().hosts.len();
    let wanted = match concern.get("w") {
        Some(Bson::String(mode)) if mode == "majority" => members / 2 + 1,
        Some(number) => number.as_i64().map_or(1, |number| number.max(0) as usize),
        None => 1,
    };
    if wanted > members {
        reply.push("writeConcernError", error(100, "UnsatisfiableWriteConcern", "Not enough data-bearing nodes"));
        return;
    }
    let timeout = concern.get("wtimeout").and_then(Bson::as_i64).filter(|timeout| *timeout > 0);
    let deadline = timeout.map_or(limit, |timeout| limit.min(Instant::now() + Duration::from_millis(timeout as u64)));
    if !replication.progress.wait(wanted.saturating_sub(1), last, deadline) {
        reply.push("writeConcernError", error(64, "WriteConcernFailed", "waiting for replication timed out"));
    }
}

fn error(code: i32, name: &str, text: &str) -> Document {
    doc! { "code": code, "codeName": name, "errmsg": text, "errInfo": { "wtimeout": (code == 64) } }
}
