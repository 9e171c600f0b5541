//! A script that ended by itself before its last line. Fuzzed files catch everything, so this is a plain jstest's way.

use super::{Finding, Oracle, Verdict};
use crate::run::Execution;
use crate::shell::ShellEnd;

/// See the module.
pub struct ScriptError;

impl Oracle for ScriptError {
    fn name(&self) -> &'static str {
        "script error"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        let title = match &execution.end {
            ShellEnd::UncaughtError { message } => format!("uncaught error: {}", headline(message)),
            ShellEnd::Quit { status } if *status != 0 => format!("the script called quit({status})"),
            _ => return Vec::new(),
        };
        vec![Finding::other(Verdict::Unknown, title)]
    }
}

/// The error itself, without the words that the legacy shell has around it.
fn headline(message: &str) -> &str {
    let first = message.lines().next().unwrap_or_default();
    let said = first.strip_prefix("uncaught exception: ").unwrap_or(first);
    said.strip_suffix(" :").unwrap_or(said)
}
