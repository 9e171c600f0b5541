//! A server that answers with bytes that are no reply.

use super::{Class, Finding, Oracle};
use crate::run::Execution;
use crate::shell::Note;

/// See the module.
pub struct BrokenReply;

impl Oracle for BrokenReply {
    fn name(&self) -> &'static str {
        "broken reply"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        // Whoever dies while he writes is judged by his death.
        if !execution.exits.is_empty() || execution.interrupted {
            return Vec::new();
        }
        execution.notes.iter().filter_map(|one| Some(finding(&one.note)?.after(one.last_completed))).collect()
    }
}

fn finding(note: &Note) -> Option<Finding> {
    let Note::BrokenReply { command, error, bytes } = note else { return None };
    let title = format!("the reply to {command} breaks the protocol: {error}");
    let finding = Finding::failure(Class::BrokenReply, &format!("{command} {error}"), title);
    Some(finding.with_details([format!("its first bytes: {bytes}")]))
}
