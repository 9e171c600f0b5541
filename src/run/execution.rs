//! Everything recorded of one file's run: what a judge reads, today or in a year.

use std::collections::BTreeMap;
use std::time::Duration;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use super::capture::Capture;
use crate::server::{AskedEnd, LogLine, ServerExit, ServerProcess};
use crate::shell::{CommandFigures, Note, SentCommand, ShellEnd, StatementDone};

/// One file's run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    /// The file that was run.
    pub file: Utf8PathBuf,
    /// Statements that the generator wrote into it; 0 for a plain jstest.
    pub statements: u32,
    /// Wall time at the start, RFC 3339.
    pub started: String,
    /// From start to end, checks not included.
    pub elapsed: Duration,
    /// The word of `--shell`.
    pub shell: String,
    /// How the shell ended.
    pub end: ShellEnd,
    /// Top-level statements that were completed, in order.
    pub completed: Vec<StatementDone>,
    /// The last commands that were sent, where the shell tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trail: Vec<SentCommand>,
    /// False where the shell cannot say what it sent: then `commands` is empty and the statements' counts mean nothing.
    #[serde(default = "yes")]
    pub counted: bool,
    /// Per command name.
    pub commands: BTreeMap<String, CommandFigures>,
    /// Failed replies and lost connections, the first of each kind.
    pub notes: Vec<Sighting>,
    /// The server's product name.
    pub product: String,
    /// Counts the server's starts in this run: files with the same number shared one server.
    pub server_start: u32,
    /// The server's processes when the file began, with the places of their logs.
    #[serde(default)]
    pub servers: Vec<ServerProcess>,
    /// Ends of server processes that nobody asked for.
    pub exits: Vec<ServerExit>,
    /// Set if the file ran longer than the hang timer's threshold.
    pub hang: Option<Hang>,
    /// What a hang or a death left behind.
    #[serde(default)]
    pub capture: Option<Capture>,
    /// What was checked on the living server afterwards.
    pub checks: Vec<Check>,
    /// Server log lines that speak of trouble, and what follows them, at most [`Execution::LOG_LINES`].
    pub log: Vec<LogLine>,
    /// The server could not be brought up or back, or its disk was full: nothing can be said of the file.
    pub infrastructure: Option<String>,
    /// Somebody stopped the run while this file was under way.
    pub interrupted: bool,
    /// What each server process used before and after the file; empty where it cannot be measured.
    #[serde(default)]
    pub usage: Vec<ProcessUsage>,
    /// Further clients that ran at the same time; what was seen of the servers stands above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientRun>,
    /// How the processes ended that were asked to; only in the record of a run's end.
    #[serde(default)]
    pub shutdown: Vec<AskedEnd>,
}

impl Execution {
    /// Bound on [`Execution::log`].
    pub const LOG_LINES: usize = 400;

    /// What each client saw, as if it had run alone; the servers' log is there for who has to tell an echo from its cause.
    pub fn each_client(&self) -> Vec<Self> {
        let first = Self {
            exits: Vec::new(),
            checks: Vec::new(),
            usage: Vec::new(),
            shutdown: Vec::new(),
            clients: Vec::new(),
            // Stacks belong to who hung.
            capture: self.capture.clone().filter(|_| self.hang.is_some()),
            ..self.clone()
        };
        let other = |client: &ClientRun| {
            let ClientRun { file, statements, elapsed, end, completed, trail, commands, notes, hang } = client.clone();
            let capture = self.capture.clone().filter(|_| hang.is_some());
            Self { file, statements, elapsed, end, completed, trail, commands, notes, hang, capture, ..first.clone() }
        };
        std::iter::once(first.clone()).chain(self.clients.iter().map(other)).collect()
    }

    /// What was seen of the servers, whatever the clients saw.
    pub fn servers_only(&self) -> Self {
        Self {
            notes: Vec::new(),
            hang: None,
            capture: None,
            end: ShellEnd::Completed,
            clients: Vec::new(),
            ..self.clone()
        }
    }

    /// The number of the last top-level statement that was completed.
    pub fn last_completed(&self) -> Option<u32> {
        self.completed.last().map(|statement| statement.index)
    }

    /// Statements that sent at least one command; `None` where nobody counts.
    pub fn reached(&self) -> Option<usize> {
        let reached = || self.completed.iter().filter(|statement| statement.sent > 0).count();
        self.counted.then(reached)
    }

    /// Statements that sent commands, all of which the server accepted; `None` where nobody counts.
    pub fn accepted(&self) -> Option<usize> {
        let whole = |statement: &&StatementDone| statement.sent > 0 && statement.accepted == statement.sent;
        self.counted.then(|| self.completed.iter().filter(whole).count())
    }

    /// Commands sent and accepted, over all names.
    pub fn command_totals(&self) -> (u64, u64) {
        self.commands
            .values()
            .fold((0, 0), |(sent, accepted), figures| (sent + figures.sent, accepted + figures.accepted))
    }
}

/// What was seen of one more client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientRun {
    /// The file that it ran.
    pub file: Utf8PathBuf,
    /// As [`Execution::statements`].
    pub statements: u32,
    /// As [`Execution::elapsed`].
    pub elapsed: Duration,
    /// As [`Execution::end`].
    pub end: ShellEnd,
    /// As [`Execution::completed`].
    pub completed: Vec<StatementDone>,
    /// As [`Execution::trail`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trail: Vec<SentCommand>,
    /// As [`Execution::commands`].
    pub commands: BTreeMap<String, CommandFigures>,
    /// As [`Execution::notes`].
    pub notes: Vec<Sighting>,
    /// As [`Execution::hang`].
    pub hang: Option<Hang>,
}

/// Records from before there were shells that do not count.
fn yes() -> bool {
    true
}

/// Something noted, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// What.
    pub note: Note,
    /// The last top-level statement that was completed before.
    pub last_completed: Option<u32>,
}

/// A file that ran too long.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hang {
    /// Who held it up.
    pub kind: HangKind,
    /// The threshold that was passed.
    pub threshold: Duration,
    /// The average runtime that the threshold came from.
    pub average: Option<Duration>,
    /// The top-level statement that was under way, where the file counts them.
    #[serde(default)]
    pub statement: Option<u32>,
    /// When it was seen, from the begin of what ran too long: the file, or that statement.
    #[serde(default)]
    pub noticed: Duration,
    /// Per cent of one processor that all of the server's processes used or stood in line for.
    #[serde(default)]
    pub server_cpu: Option<u32>,
    /// Whether the server answered a second connection.
    #[serde(default)]
    pub answers_ping: Option<bool>,
}

/// Who held a hanging file up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum HangKind {
    /// A command waits for its reply.
    ServerHoldsReply {
        /// The command's name.
        command: String,
        /// Since when.
        waiting: Duration,
    },
    /// The shell uses the CPU and sends nothing.
    ShellSpins,
    /// The shell uses no CPU, and it is one that does not say what it waits for.
    Waits,
    /// Neither waits for the other.
    #[default]
    Idle,
    /// Commands go back and forth, but the file does not end.
    Slow,
}

/// What one server process used around a file, its children included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessUsage {
    /// Its name.
    pub process: String,
    /// When the file began.
    pub before: Figures,
    /// When it was over and everything was checked.
    pub after: Figures,
}

/// What a process uses at one moment; `None` where that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Memory of its own, in bytes: not files, not what it shares.
    pub memory: Option<u64>,
    /// Files in its folder, in bytes.
    pub disk: Option<u64>,
    /// Open files and connections.
    pub descriptors: Option<u64>,
}

/// One check on the living server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// `validate`, ...
    pub name: String,
    /// Objects looked at.
    pub looked_at: u32,
    /// Why the check could not be done, if so: never a finding.
    pub not_done: Option<String>,
    /// What is wrong.
    pub findings: Vec<CheckFinding>,
}

/// Something that a check found wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckFinding {
    /// Namespace.
    pub object: String,
    /// The server's words, cut at 2,000 bytes.
    pub message: String,
    /// What it looks like in this case: no part of a signature.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}
