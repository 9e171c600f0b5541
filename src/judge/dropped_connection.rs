//! A server that lives and yet closed a connection instead of answering.

use super::story::a_thread_ended;
use super::{Class, Finding, Oracle, Verdict};
use crate::run::Execution;
use crate::shell::Note;

/// See the module.
pub struct DroppedConnection;

impl Oracle for DroppedConnection {
    fn name(&self) -> &'static str {
        "dropped connection"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        // Without a process to watch (somebody else's server) a lost connection is all that a crash shows.
        if !execution.exits.is_empty() || execution.hang.is_some() || execution.interrupted {
            return Vec::new();
        }
        // A log that tells why makes one failure of both.
        let explained = a_thread_ended(execution);
        let heard =
            execution.notes.iter().filter(|one| !(explained && matches!(one.note, Note::ConnectionLost { .. })));
        heard.filter_map(|one| Some(finding(&one.note)?.after(one.last_completed))).collect()
    }
}

fn finding(note: &Note) -> Option<Finding> {
    match note {
        Note::ConnectionLost { command, error } => {
            let title = format!("the connection was closed instead of a reply to {command}: {error}");
            Some(Finding::weak_failure(Class::DroppedConnection, command, title))
        }
        Note::CannotConnect { error } => {
            Some(Finding::other(Verdict::Unknown, format!("cannot connect again: {error}")))
        }
        Note::ReplyTimedOut { command } => {
            Some(Finding::other(Verdict::Unknown, format!("no reply to {command} in the time a reply is given")))
        }
        Note::Failed { .. } | Note::BrokenReply { .. } | Note::OddReply { .. } => None,
    }
}
