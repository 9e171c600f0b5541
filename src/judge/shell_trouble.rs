//! The shell failed: its process died, or the text it was given is no program.

use super::{Finding, Oracle, Verdict};
use crate::run::Execution;
use crate::shell::ShellEnd;

/// See the module.
pub struct ShellTrouble;

impl Oracle for ShellTrouble {
    fn name(&self) -> &'static str {
        "shell trouble"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        let title = match &execution.end {
            ShellEnd::Died { message } => format!("the shell's process died: {message}"),
            // What a shell says beside a dead server is part of that story.
            ShellEnd::Failed { message } if execution.exits.is_empty() => format!("the shell failed: {message}"),
            ShellEnd::SyntaxError { message } => format!("the file is no program: {message}"),
            ShellEnd::OutOfMemory => "the script used all memory that the shell may have".to_owned(),
            // Where the hang timer saw it too the hang is the story.
            ShellEnd::Interrupted { .. } if execution.hang.is_none() => {
                "the script was interrupted at the shell's own deadline".to_owned()
            }
            _ => return Vec::new(),
        };
        vec![Finding::other(Verdict::ShellTrouble, title)]
    }
}
