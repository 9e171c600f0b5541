//! Nothing can be said of the file because there was no server to run it against.

use super::{Finding, Oracle, Verdict};
use crate::run::Execution;
use crate::shell::ShellEnd;

/// See the module.
pub struct Infrastructure;

impl Oracle for Infrastructure {
    fn name(&self) -> &'static str {
        "infrastructure"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        let why = match (&execution.infrastructure, &execution.end) {
            (Some(why), _) => why.clone(),
            (None, ShellEnd::NoServer { error }) if execution.exits.is_empty() => {
                format!("no server answered: {error}")
            }
            _ => return Vec::new(),
        };
        vec![Finding::other(Verdict::Infrastructure, why)]
    }
}
