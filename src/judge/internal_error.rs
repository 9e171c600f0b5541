//! A reply that shows the server's own inside: the client did nothing that could explain it.

use super::{Class, Finding, Oracle};
use crate::run::{Execution, Trouble, is_echo_of_death, trouble};
use crate::shell::Note;

/// See the module.
pub struct InternalError;

/// Error codes that no request should earn: InternalError and UnknownError.
const CODES: [i32; 2] = [1, 8];

/// Texts of leaked exceptions; servers send them under any code, or none. Gathered November 2026.
const LEAKS: [&str; 6] = [
    "cannot be cast to class",
    "NullPointerException",
    "IndexOutOfBoundsException",
    "runtime error: ",
    "panicked at",
    "std::bad_alloc",
];

impl Oracle for InternalError {
    fn name(&self) -> &'static str {
        "internal error"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        let died = |text: &str| matches!(trouble(text), Some(Trouble::BackendDied | Trouble::BackendPanic));
        let back_end_died = !execution.exits.is_empty() || execution.log.iter().any(|line| died(&line.text));
        let heard = execution.notes.iter().filter(|one| !(back_end_died && is_echo(&one.note)));
        heard.filter_map(|one| Some(of_note(&one.note)?.after(one.last_completed))).collect()
    }
}

fn is_echo(note: &Note) -> bool {
    matches!(note, Note::Failed { message, .. } if is_echo_of_death(message))
}

/// A note that is an internal error by itself.
pub(super) fn of_note(note: &Note) -> Option<Finding> {
    let Note::Failed { command, code, message } = note else { return None };
    let internal = code.is_some_and(|code| CODES.contains(&code)) || LEAKS.iter().any(|leak| message.contains(leak));
    let code = code.map(|code| format!(" (code {code})")).unwrap_or_default();
    let title = format!("{command} was answered{code}: {message}");
    internal.then(|| Finding::failure(Class::InternalError, message, title))
}
