//! A file that ran an order of magnitude too long.

use super::{Class, Finding, Oracle, Verdict};
use crate::config::readable;
use crate::run::{Execution, Hang, HangKind};
use crate::shell::ShellEnd;

/// See the module.
pub struct Hanging;

impl Oracle for Hanging {
    fn name(&self) -> &'static str {
        "hang"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        // A server that died leaves clients waiting: that is the crash's story.
        let hang = execution.hang.as_ref().filter(|_| execution.exits.is_empty());
        hang.map(|hang| finding(execution, hang)).into_iter().collect()
    }
}

/// Where a spinning script was interrupted.
fn stack(end: &ShellEnd) -> Vec<String> {
    match end {
        ShellEnd::Interrupted { stack } => stack.lines().map(|line| line.trim().to_owned()).collect(),
        _ => Vec::new(),
    }
}

fn finding(execution: &Execution, hang: &Hang) -> Finding {
    let over = format!("no end after {}", readable(hang.threshold));
    match &hang.kind {
        HangKind::ServerHoldsReply { command, waiting } => {
            let title = format!("the server holds the reply to {command} for {} ({over})", readable(*waiting));
            Finding::failure(Class::Hang, &format!("held {command}"), title)
        }
        HangKind::Waits => {
            let title = format!("the shell waits and does not say for what; the server is up ({over})");
            Finding::failure(Class::Hang, "waits", title)
        }
        HangKind::Idle => Finding::failure(Class::Hang, "idle", format!("shell and server are both idle ({over})")),
        HangKind::Slow => {
            let statement = execution.last_completed().map_or(0, |last| last + 1);
            let title = format!("commands go back and forth in statement {statement} without an end ({over})");
            Finding::other(Verdict::Unknown, title)
        }
        HangKind::ShellSpins => {
            let spins = Finding::other(Verdict::ShellTrouble, format!("the script spins in the shell ({over})"));
            spins.with_details(stack(&execution.end))
        }
    }
}
