//! What a capture leaves in the record: files by name, threads with their frames, and what is missing and why.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Everything kept of one capture. The files lie in `capture/` beside the record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Capture {
    /// From the first process suspended to the last file written.
    pub took: Duration,
    /// What was written, in order.
    pub files: Vec<CapturedFile>,
    /// What the server said to a second connection before it was suspended.
    pub answers: Vec<Answer>,
    /// Commands that the server said it was running, longest first, at most [`Capture::OPERATIONS`].
    pub operations: Vec<Operation>,
    /// The processes looked at, the busiest first.
    pub processes: Vec<CapturedProcess>,
    /// Lines of logs that tell more of a death, at most [`Capture::SAID`].
    pub said: Vec<String>,
    /// What is not there.
    pub gaps: Vec<Gap>,
}

impl Capture {
    /// Bound on [`Capture::operations`].
    pub const OPERATIONS: usize = 20;
    /// Bound on [`Capture::said`].
    pub const SAID: usize = 20;
    /// Processes kept in a record; the files have them all.
    pub const PROCESSES: usize = 16;
    /// Threads of one process kept in a record; the files have them all.
    pub const THREADS: usize = 60;
    /// Frames of one thread kept in a record, the innermost ones.
    pub const FRAMES: usize = 128;

    /// Notes that something is missing.
    pub fn gap(&mut self, what: impl Into<String>, why: impl Into<String>, trust: impl Into<String>) {
        self.gaps.push(Gap { what: what.into(), why: why.into(), trust: trust.into() });
    }

    /// What the server answered to that command; nothing if it was not asked.
    pub fn answer(&self, command: &str) -> Option<&Outcome> {
        self.answers.iter().find(|answer| answer.command == command).map(|answer| &answer.outcome)
    }
}

/// One file of a capture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapturedFile {
    /// Its name in `capture/`.
    pub name: String,
    /// Its size when it was written.
    pub bytes: u64,
}

/// One command that a second connection sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// `ping`, `currentOp`, `serverStatus`.
    pub command: String,
    /// What came.
    pub outcome: Outcome,
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// A reply after that time.
    Answered(Duration),
    /// A reply that says no.
    Refused(String),
    /// Nothing in the time that it was given, or no connection.
    Silent(String),
}

/// One command that the server said it was running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// The command's first key, or what kind of operation it is.
    pub command: String,
    /// `database.collection`
    pub namespace: String,
    /// Since when.
    pub running: Duration,
    /// The server says that it waits for a lock.
    pub waits_for_lock: bool,
}

/// One process of the server's tree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CapturedProcess {
    /// `mongod`, `postgres`, ...
    pub name: String,
    /// Process id.
    pub pid: u32,
    /// Its command line, cut.
    pub title: String,
    /// Per cent of one processor that it used, or stood in line for, just before.
    pub cpu: Option<u32>,
    /// Who told where its threads stood.
    pub source: Source,
    /// Threads, the busiest first, then those that wait for locks. In a crash the one that died is the first.
    pub threads: Vec<Thread>,
}

/// Who told where threads stood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// Nobody.
    #[default]
    Nobody,
    /// gdb looked at the living process.
    Debugger,
    /// gdb looked at its core.
    Core,
    /// The Java machine.
    Java,
    /// Go's run time.
    Go,
    /// The process itself, in its log.
    Log,
}

/// One thread, or one goroutine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Thread {
    /// The kernel's number of it; a goroutine's own.
    pub id: u64,
    /// `conn7`
    pub name: String,
    /// Per cent of one processor that it used, or stood in line for, just before.
    pub cpu: Option<u32>,
    /// Innermost first.
    pub frames: Vec<Frame>,
    /// The lock that it waits for.
    pub waits: Option<Wait>,
    /// Locks that it is known to hold.
    pub holds: Vec<String>,
}

/// One frame of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// As the source of the stack prints it, without addresses and arguments.
    pub function: String,
    /// Source file with line, or the library.
    pub place: Option<String>,
}

/// A thread's wait for a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// Address or kind.
    pub lock: String,
    /// [`Thread::id`] of who holds it, where that can be seen.
    pub owner: Option<u64>,
}

/// Something that was not captured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// What is missing.
    pub what: String,
    /// Why.
    pub why: String,
    /// What can be trusted all the same.
    pub trust: String,
}
