//! Verdicts: pure functions over what was recorded, so that old executions can be judged again by better oracles.
//!
//! Each [`Oracle`] looks for one kind of trouble and says nothing where it sees none. An execution's verdict is the
//! worst that any of them found.

mod assertion;
mod back_end;
mod broken_reply;
mod crash;
mod dropped_connection;
mod fit;
mod frame_name;
mod hang;
mod holder;
mod inconsistent;
mod infrastructure;
mod internal_error;
mod invalid_data;
mod jvm;
mod known;
mod memory;
mod needs;
mod normalise;
mod panic;
mod resource;
mod sanitizer;
mod script_error;
mod shell_trouble;
mod shutdown;
mod signature;
mod stack;
mod storage_engine;
mod story;
mod symptom;
mod uncaught;
mod unreachable;

use serde::{Deserialize, Serialize};

use crate::run::Execution;
use crate::shell::{Note, ShellEnd};
pub use fit::{fit, likeness};
pub use known::{Excuse, Known, Malformed};
pub use needs::{Need, need};
pub use normalise::normalise;
pub use signature::Signature;
pub use symptom::{NoSymptom, Symptom, covered, one_bug, unite};

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
    /// A server process stopped itself because an invariant does not hold.
    Invariant,
    /// A server process stopped itself by a fatal assertion.
    FatalAssertion,
    /// A tripwire assertion failed; the process goes on and will not end in peace.
    Tripwire,
    /// A C++ exception that nobody caught ended a process.
    UncaughtException,
    /// The storage engine gave up.
    StorageEngine,
    /// A process ran out of memory.
    OutOfMemory,
    /// A Go or Rust program, or a thread of it, gave up.
    Panic,
    /// An error inside a JVM, or of the JVM itself.
    Jvm,
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
    /// Nodes that should hold the same data do not.
    Inconsistency,
    /// Memory, files or descriptors grew without measure.
    Resource,
    /// A living server takes no new connection.
    Unreachable,
    /// A server failed or hung when asked to end.
    Shutdown,
}

impl Class {
    /// The words that reports use.
    pub fn words(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Invariant => "invariant",
            Self::FatalAssertion => "fatal assertion",
            Self::Tripwire => "tripwire assertion",
            Self::UncaughtException => "uncaught exception",
            Self::StorageEngine => "storage engine",
            Self::OutOfMemory => "out of memory",
            Self::Panic => "panic",
            Self::Jvm => "JVM",
            Self::BackendDied => "back-end died",
            Self::Sanitizer => "sanitizer",
            Self::Hang => "hang",
            Self::DroppedConnection => "dropped connection",
            Self::BrokenReply => "broken reply",
            Self::InternalError => "internal error",
            Self::InvalidData => "invalid data",
            Self::Inconsistency => "inconsistency",
            Self::Resource => "resource",
            Self::Unreachable => "unreachable",
            Self::Shutdown => "shutdown",
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
    /// The short name of its first symptom.
    pub signature: Signature,
    /// What it shows, the cause first; empty for what is no failure. See [`one_bug`].
    #[serde(default)]
    pub symptoms: Vec<Symptom>,
    /// More lines worth printing, at most 20.
    pub details: Vec<String>,
    /// Set where a file of known failures lists it.
    #[serde(default)]
    pub excuse: Option<Excuse>,
    /// The last statement completed before it was seen, where that is not the file's last.
    pub last_completed: Option<u32>,
}

impl Finding {
    /// A failure of the server; `key` is what stays the same from run to run.
    pub fn failure(class: Class, key: &str, title: impl Into<String>) -> Self {
        Self::of_symptoms(class, vec![Symptom::new(class, &normalise(key))], title)
    }

    /// A failure whose key is what many bugs show.
    pub fn weak_failure(class: Class, key: &str, title: impl Into<String>) -> Self {
        Self::of_symptoms(class, vec![Symptom::new(class, &normalise(key)).weak()], title)
    }

    /// A failure with these symptoms, the cause first.
    pub fn of_symptoms(class: Class, symptoms: Vec<Symptom>, title: impl Into<String>) -> Self {
        let title = title.into();
        let signature = symptoms.first().map_or_else(|| Signature::of_other(&title), Signature::of);
        let (verdict, details) = (Verdict::Failure, Vec::new());
        let class = Some(class);
        Self { verdict, class, title, signature, symptoms, details, excuse: None, last_completed: None }
    }

    /// Anything that is not a failure of the server.
    pub fn other(verdict: Verdict, title: impl Into<String>) -> Self {
        let title = title.into();
        let signature = Signature::of_other(&title);
        let (symptoms, details) = (Vec::new(), Vec::new());
        Self { verdict, class: None, title, signature, symptoms, details, excuse: None, last_completed: None }
    }

    /// True if both are failures of one bug.
    pub fn is_same_bug(&self, other: &Self) -> bool {
        one_bug(&self.symptoms, &other.symptoms)
    }

    /// Takes over the symptoms of another finding of the same failure.
    fn absorb(&mut self, other: Self) {
        unite(&mut self.symptoms, &other.symptoms);
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
    /// Puts the worst first; the worst is the verdict.
    pub fn of(mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
        let verdict = findings.first().map_or(Verdict::Clean, |finding| finding.verdict);
        Self { verdict, findings }
    }

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

/// All oracles; what ended a process goes before what it left behind.
pub const ORACLES: &[&dyn Oracle] = &[
    &assertion::Assertion,
    &uncaught::Uncaught,
    &storage_engine::StorageEngine,
    &memory::OutOfMemory,
    &sanitizer::Sanitizer,
    &panic::Panic,
    &jvm::Jvm,
    &crash::Crash,
    &back_end::BackEnd,
    &hang::Hanging,
    &invalid_data::InvalidData,
    &inconsistent::Inconsistent,
    &internal_error::InternalError,
    &dropped_connection::DroppedConnection,
    &broken_reply::BrokenReply,
    &unreachable::Unreachable,
    &resource::Resource,
    &shutdown::Shutdown,
    &shell_trouble::ShellTrouble,
    &infrastructure::Infrastructure,
    &script_error::ScriptError,
];

/// Asks every oracle; where the machine failed, that alone is told, for nothing else can be.
pub fn judge(execution: &Execution) -> Judgement {
    if execution.infrastructure.is_some() {
        return Judgement::of(infrastructure::Infrastructure.judge(execution));
    }
    let mut findings: Vec<Finding> = Vec::new();
    for finding in if execution.clients.is_empty() { seen(execution) } else { of_clients(execution) } {
        match findings.iter_mut().find(|known| is_again(known, &finding)) {
            Some(known) => known.absorb(finding),
            None => findings.push(finding),
        }
    }
    Judgement::of(findings)
}

/// What one note alone comes to, as far as it comes to anything by itself.
pub fn judge_note(note: &Note) -> Judgement {
    Judgement::of(internal_error::of_note(note).into_iter().collect())
}

fn seen(execution: &Execution) -> Vec<Finding> {
    ORACLES.iter().flat_map(|oracle| oracle.judge(execution)).collect()
}

/// Of several clients each is judged by itself and named. Where a server died, what they saw is its echo.
fn of_clients(execution: &Execution) -> Vec<Finding> {
    if !execution.exits.is_empty() {
        return seen(execution);
    }
    let mut findings = seen(&execution.servers_only());
    let clients = execution.each_client();
    let hung = clients.iter().any(|client| client.hang.is_some());
    for (number, mut client) in clients.into_iter().enumerate() {
        if hung && client.hang.is_none() {
            // Who was ended because another hung has nothing to say of its end.
            client.end = ShellEnd::Completed;
        }
        let name = |finding: Finding| Finding { title: format!("client {number}: {}", finding.title), ..finding };
        findings.extend(seen(&client).into_iter().map(name));
    }
    findings
}

/// One failure is told once, with all that was seen of it.
fn is_again(known: &Finding, finding: &Finding) -> bool {
    known.signature == finding.signature || known.is_same_bug(finding)
}

#[cfg(test)]
pub(crate) mod tests;
