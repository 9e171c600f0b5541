//! What a plain test needs that is not there: a name of the shell, or a feature of the server.

use crate::run::Execution;
use crate::shell::{Note, ShellEnd};

/// Codes by which a server says that it does not know or do something: CommandNotFound, CommandNotSupported,
/// InvalidPipelineOperator, NotImplemented, unknown stage, unknown group operator, unknown projection expression.
const LACKS: [i32; 7] = [59, 115, 168, 238, 40324, 15952, 31325];

/// Something that is missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A name that the shell does not bind.
    Name(String),
    /// The server's words of refusal.
    Feature(String),
    /// What the test itself says that it needs.
    Declared(String),
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => write!(f, "the name {name}, which the shell lacks"),
            Self::Feature(words) => write!(f, "what the server lacks: {words}"),
            Self::Declared(words) => write!(f, "as it says, {words}"),
        }
    }
}

/// The need that ended the test, if it ended for want of something.
pub fn need(execution: &Execution) -> Option<Need> {
    let ShellEnd::UncaughtError { message } = &execution.end else { return None };
    missing_name(message).map(Need::Name).or_else(|| refusal(execution, message).map(Need::Feature))
}

/// `ReferenceError: 'x' is not defined`, or `x is not defined` as other engines have it.
fn missing_name(message: &str) -> Option<String> {
    let words = message.split_once("ReferenceError: ")?.1.split_once(" is not defined")?.0;
    Some(words.trim_matches('\'').to_owned())
}

/// A refusal counts only if it is what the test tells of in its last words.
fn refusal(execution: &Execution, message: &str) -> Option<String> {
    execution.notes.iter().rev().find_map(|one| match &one.note {
        Note::Failed { code: Some(code), message: words, .. } if LACKS.contains(code) && message.contains(words) => {
            Some(words.clone())
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::tests::{clean, noted};

    fn ended(message: &str, code: i32, words: &str) -> Execution {
        let note = Note::Failed { command: "aggregate".into(), code: Some(code), message: words.into() };
        let end = ShellEnd::UncaughtError { message: message.into() };
        Execution { end, notes: noted(note), ..clean() }
    }

    #[test]
    fn a_name_and_a_feature_are_told_apart_from_a_failed_assertion() {
        let name = ended("ReferenceError: 'Frobnicate' is not defined\n at x", 2, "");
        assert_eq!(need(&name), Some(Need::Name("Frobnicate".into())));
        let words = "Unrecognized pipeline stage name: '$x'";
        let feature = ended(&format!("Error: command failed: {words}"), 40324, words);
        assert_eq!(need(&feature), Some(Need::Feature(words.into())));
        assert_eq!(need(&ended("Error: [1] != [2] are not equal", 40324, words)), None);
        assert_eq!(need(&ended(&format!("Error: {words}"), 2, words)), None);
    }
}
