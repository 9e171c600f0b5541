//! Verdicts: pure functions over what was recorded, so that old executions can be judged again by better oracles.
//!
//! Each [`Oracle`] looks for one kind of trouble and says nothing where it sees none. An execution's verdict is the
//! worst that any of them found.

mod backend_died;
mod broken_reply;
mod crash;
mod dropped_connection;
mod hang;
mod holder;
mod infrastructure;
mod internal_error;
mod invalid_data;
mod invariant;
mod needs;
mod script_error;
mod shell_trouble;
mod signature;
pub mod stack;

use serde::{Deserialize, Serialize};

use crate::run::Execution;
pub use needs::{Need, need};
pub use signature::{Signature, normalise};

/// What an execution comes to. The order is that of attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verdict {
    /// Nothing was found.
    Clean,
    /// Something happened that the server is allowed to do.
    Expected,
    /// Something happened that no oracle can place.
    Unknown,
    /// Our own shell failed; nothing can be said of the server.
    ShellTrouble,
    /// The machine or the start of the server failed; nothing can be said of the file.
    Infrastructure,
    /// The server failed.
    Failure,
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Class {
    /// A server process ended by a signal or by itself.
    Crash,
    /// A server process stopped itself because an invariant or fatal assertion does not hold.
    Invariant,
    /// A process behind the server died and was replaced.
    BackendDied,
    /// A sanitizer reported.
    Sanitizer,
    /// A file ran an order of magnitude too long.
    Hang,
    /// The server closed a connection instead of answering, and lives.
    DroppedConnection,
    /// What came instead of a reply breaks the protocol.
    BrokenReply,
    /// A reply shows an error of the server's own inside.
    InternalError,
    /// `validate` finds stored data broken.
    InvalidData,
}

impl Class {
    /// The words that reports use.
    pub fn words(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Invariant => "invariant",
            Self::BackendDied => "back-end died",
            Self::Sanitizer => "sanitizer",
            Self::Hang => "hang",
            Self::DroppedConnection => "dropped connection",
            Self::BrokenReply => "broken reply",
            Self::InternalError => "internal error",
            Self::InvalidData => "invalid data",
        }
    }
}

/// One thing that an oracle saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How bad.
    pub verdict: Verdict,
    /// Which kind, if a failure.
    pub class: Option<Class>,
    /// One line for people, values included.
    pub title: String,
    /// The stable identity: equal for what is one bug.
    pub signature: Signature,
    /// More lines worth printing, at most 20.
    pub details: Vec<String>,
    /// The last statement completed before it was seen, where that is not the file's last.
    pub last_completed: Option<u32>,
}

impl Finding {
    /// A failure of the server; `key` is what stays the same from run to run.
    pub fn failure(class: Class, key: &str, title: impl Into<String>) -> Self {
        let signature = Signature::new(class.words(), key);
        let (class, title) = (Some(class), title.into());
        Self { verdict: Verdict::Failure, class, title, signature, details: Vec::new(), last_completed: None }
    }

    /// Anything that is not a failure of the server.
    pub fn other(verdict: Verdict, title: impl Into<String>) -> Self {
        let title = title.into();
        let signature = Signature::new("other", &title);
        Self { verdict, class: None, title, signature, details: Vec::new(), last_completed: None }
    }

    /// Says after which statement it was seen.
    pub fn after(mut self, last_completed: Option<u32>) -> Self {
        self.last_completed = last_completed;
        self
    }

    /// Adds lines for people, 20 at most.
    pub fn with_details(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(lines);
        self.details.truncate(20);
        self
    }
}

/// Everything the oracles said of one execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The worst of the findings.
    pub verdict: Verdict,
    /// Worst first, equal ones in the order of [`ORACLES`].
    pub findings: Vec<Finding>,
}

impl Judgement {
    /// The failures among the findings.
    pub fn failures(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.verdict == Verdict::Failure)
    }
}

/// Looks for one kind of trouble in a record.
pub trait Oracle: Sync {
    /// The name in `--help` and reports.
    fn name(&self) -> &'static str;

    /// What is to be seen of this kind; empty where nothing is. Must depend on the record alone: no clock, no files.
    fn judge(&self, execution: &Execution) -> Vec<Finding>;
}

/// All oracles. The first of those that explain a server's death wins (see [`judge`]).
pub const ORACLES: &[&dyn Oracle] = &[
    &invariant::Invariant,
    &crash::Crash,
    &backend_died::BackendDied,
    &hang::Hanging,
    &invalid_data::InvalidData,
    &internal_error::InternalError,
    &dropped_connection::DroppedConnection,
    &broken_reply::BrokenReply,
    &shell_trouble::ShellTrouble,
    &infrastructure::Infrastructure,
    &script_error::ScriptError,
];

/// Asks every oracle.
pub fn judge(execution: &Execution) -> Judgement {
    let mut findings: Vec<Finding> = ORACLES.iter().flat_map(|oracle| oracle.judge(execution)).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    findings.dedup_by(|later, earlier| later.signature == earlier.signature);
    let verdict = findings.first().map_or(Verdict::Clean, |finding| finding.verdict);
    Judgement { verdict, findings }
}

#[cfg(test)]
pub(crate) mod tests;
