//! What executes JavaScript. A [`Shell`] runs one file at a time against given servers and reports live.
//!
//! The embedded shell is a worker process with its own engine; beside it stand other people's ([`external`]): `mongosh`
//! and the legacy `mongo`. [`ShellChoice`] is the word of `--shell`. Whoever runs a file only reads [`Report`]s and may
//! [`Running::kill`]: deadlines inside the worker are a courtesy, the kill is the rule.

mod choice;
pub mod embedded;
pub mod external;
mod last_words;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use crate::wire::client::Oddity;
use crate::wire::uri::Settings;

pub use choice::ShellChoice;

/// One file to execute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The name that messages and stack traces show.
    pub name: String,
    /// Where the text lies.
    pub path: Utf8PathBuf,
    /// The servers that the file may talk to, and how; `db` speaks to the first, or to the primary of their set.
    pub server: Settings,
    /// The database that `db` is at the start.
    pub database: String,
    /// Folders that `load()` may read from; the first is what relative names are taken from.
    pub roots: Vec<Utf8PathBuf>,
    /// What `TestData` holds, as JSON text.
    pub test_data: String,
    /// What the engine and one reply may use.
    pub limits: Limits,
}

/// Bounds that a shell keeps by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// JavaScript is interrupted after this time (soft deadline).
    pub interrupt_after: Duration,
    /// One wait for a reply ends after this time.
    pub read_timeout: Duration,
    /// Engine memory, in bytes.
    pub memory: u64,
    /// Output beyond this many bytes is dropped and counted.
    pub output: u64,
}

/// What a shell says while a file runs, in order; [`Report::Ended`] is the last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// The file's text is about to run.
    Started,
    /// Printed text: whole lines, without their line ends.
    Output(Vec<String>),
    /// A timing print went by: a top-level statement is over.
    Statement(StatementDone),
    /// Sent several times a second while something goes on; the pulse by which a hang is told from work.
    Status(Status),
    /// What became of the commands since the last such report: a shell that is killed loses the last few only.
    Commands(BTreeMap<String, CommandFigures>),
    /// The last commands since the last such report.
    Trail(Vec<SentCommand>),
    /// A reply or a lost connection worth keeping.
    Noted(Note),
    /// The end.
    Ended(Ended),
}

/// One completed top-level statement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementDone {
    /// Counted from 0.
    pub index: u32,
    /// As printed.
    pub millis: u64,
    /// Commands that the statement sent; 0 where nobody counts them (see [`Shell::counts_commands`]).
    pub sent: u32,
    /// Those of them that the server answered with `ok: 1` and without write errors.
    pub accepted: u32,
    /// Wall time at its end, in milliseconds since 1970; nothing in older records.
    #[serde(default)]
    pub ended_at: Option<i64>,
}

impl StatementDone {
    /// Says that it ended now.
    pub(crate) fn ending_now(self) -> Self {
        Self { ended_at: Some(jiff::Timestamp::now().as_millisecond()), ..self }
    }
}

/// The state of a running file at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The command waiting for its reply.
    pub in_flight: Option<InFlight>,
    /// Commands sent so far.
    pub sent: u64,
}

/// A command without its reply yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFlight {
    /// The command's first key.
    pub command: String,
    /// `$db`
    pub database: String,
    /// Since when.
    pub waiting: Duration,
}

/// One command as it went out: what it takes to find it in a server's log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCommand {
    /// Its first key.
    pub name: String,
    /// `$db`, and its collection where it has one.
    pub namespace: String,
    /// Top-level statements that were completed before it; nothing for a thread's.
    pub after: Option<u32>,
    /// Wall time in milliseconds since 1970.
    pub at: i64,
    /// The server's number for the connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<i64>,
    /// `lsid.id`, with dashes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// `comment`, where it is a text; cut at 100 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Something in a reply, or instead of one, that a judge wants to see. At most 1,000 are sent for one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// A failed reply (or write error). The shell sends the first of each (command, code) with its text.
    Failed {
        /// The command's first key.
        command: String,
        /// `code`, if there is one.
        code: Option<i32>,
        /// `errmsg`, cut at 2,000 bytes.
        message: String,
    },
    /// The connection ended or broke without a reply to this command.
    ConnectionLost {
        /// The command's first key.
        command: String,
        /// What the operating system said.
        error: String,
    },
    /// What came instead of a reply breaks the protocol: a wrong length, an unknown operation, no BSON. The connection
    /// is given up.
    BrokenReply {
        /// The command's first key.
        command: String,
        /// What is wrong.
        error: String,
        /// The first bytes of the message as hexadecimal digits, at most 256 bytes.
        bytes: String,
    },
    /// A reply breaks a rule that one can live with. The shell sends the first of each (command, kind).
    OddReply {
        /// The command's first key.
        command: String,
        /// Which rule.
        oddity: Oddity,
    },
    /// No reply within [`Limits::read_timeout`].
    ReplyTimedOut {
        /// The command's first key.
        command: String,
    },
    /// A new connection was refused or timed out.
    CannotConnect {
        /// What the operating system said.
        error: String,
    },
}

/// How a file's execution ended, as far as the shell can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShellEnd {
    /// The last line was run.
    Completed,
    /// An exception nobody caught (status 253 in a real shell).
    UncaughtError {
        /// Text and stack, cut at 4,000 bytes.
        message: String,
    },
    /// The text is no program; nothing was run.
    SyntaxError {
        /// The engine's words.
        message: String,
    },
    /// `quit(n)`.
    Quit {
        /// The status given.
        status: i32,
    },
    /// [`Limits::interrupt_after`] passed.
    Interrupted {
        /// Where the script was then: its stack, cut at 4,000 bytes.
        stack: String,
    },
    /// [`Limits::memory`] was reached and the script did not survive it.
    OutOfMemory,
    /// The first connection could not be made.
    NoServer {
        /// What the operating system said.
        error: String,
    },
    /// The shell's own process died: never a server's fault.
    Died {
        /// Signal or exit status, and the last words on its error stream.
        message: String,
    },
    /// The shell gave up for a reason of its own, or refuses this server: never a server's fault.
    Failed {
        /// What it said, and the remedy.
        message: String,
    },
    /// [`Running::kill`] was called.
    Killed,
}

/// The last word on one execution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// How.
    pub end: ShellEnd,
    /// Bytes of output that were dropped.
    pub output_dropped: u64,
    /// Threads of the file that did not end with it; they were killed.
    pub threads_left: bool,
    /// Wall time from start to end.
    pub elapsed: Duration,
}

/// Servers know some four hundred codes, and scripts may make them answer with any.
const MOST_CODES: usize = 500;

/// What became of the commands of one name, counted outside JavaScript because scripts overwrite everything. At most 500
/// names are kept, the rest under `(other)`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CommandFigures {
    /// Put on the wire.
    pub sent: u64,
    /// `ok: 1` and no write error.
    pub accepted: u64,
    /// Error code and how often; 0 where none was given, and for all beyond the first 500.
    pub codes: BTreeMap<i32, u64>,
    /// Sum of the times from request to reply.
    pub busy: Duration,
    /// The longest of them; nothing in older records.
    #[serde(default)]
    pub slowest: Duration,
}

impl CommandFigures {
    /// Takes in what another count of the same name saw.
    pub fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.accepted += other.accepted;
        self.busy += other.busy;
        self.slowest = self.slowest.max(other.slowest);
        for (&code, &count) in &other.codes {
            let known = self.codes.len() < MOST_CODES || self.codes.contains_key(&code);
            *self.codes.entry(if known { code } else { 0 }).or_default() += count;
        }
    }
}

/// Why a shell could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ShellError {
    /// The operating system refused to start the process.
    #[error("cannot start the shell {program}: {source}; check that it exists and may be executed")]
    Start {
        /// Path of the program.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// The process started but did not speak.
    #[error("the shell {program} did not answer within {waited:?}; run it by hand to see why")]
    Silent {
        /// Path of the program.
        program: String,
        /// How long it was given.
        waited: Duration,
    },
    /// There is no such program.
    #[error("there is no shell {program}; {remedy}")]
    Missing {
        /// Its name or path.
        program: String,
        /// How to get one.
        remedy: &'static str,
    },
    /// It does not know what our files need.
    #[error("the shell {program} is version {found}, and {oldest} is the oldest that runs our files; {remedy}")]
    TooOld {
        /// Path of the program.
        program: String,
        /// Its version.
        found: String,
        /// The first version that will do.
        oldest: String,
        /// How to get one.
        remedy: &'static str,
    },
    /// It is another program, or it failed when it was asked for its version.
    #[error(
        "{program} --version ended with {status} and said '{said}', which names no version of this shell; {remedy}"
    )]
    NoVersion {
        /// Path of the program.
        program: String,
        /// How it ended.
        status: String,
        /// What it printed, cut at 300 characters.
        said: String,
        /// How to get a better one.
        remedy: &'static str,
    },
}

/// Something that can execute a file.
///
/// A shell that died is started anew by the next `run`; an implementation keeps nothing of one file for the next.
pub trait Shell: Send {
    /// The word of `--shell`.
    fn name(&self) -> &'static str;

    /// The same with version and place, for people.
    fn describe(&self) -> String {
        self.name().to_owned()
    }

    /// What people should know before they trust it with scripts, in one line.
    fn caution(&self) -> Option<String> {
        None
    }

    /// False where the shell cannot say what it sent: then [`StatementDone::sent`] and [`Report::Commands`] mean nothing.
    fn counts_commands(&self) -> bool {
        true
    }

    /// Starts a file and returns at once.
    ///
    /// # Errors
    /// The shell itself cannot be started.
    fn run(&mut self, job: &Job) -> Result<Box<dyn Running + '_>, ShellError>;
}

/// A file under way.
pub trait Running {
    /// The next report; `None` if there is none by `until`. After [`Report::Ended`] it is not called again. A process
    /// that dies gives `Ended` with [`ShellEnd::Died`].
    fn next(&mut self, until: Instant) -> Option<Report>;

    /// The process to look at or to stop; `None` for a shell without one.
    fn pid(&self) -> Option<u32>;

    /// CPU time used by the shell's process so far: a growing one tells a spinning script from a waiting one.
    fn cpu_time(&self) -> Option<Duration>;

    /// Ends it at once; [`Report::Ended`] with [`ShellEnd::Killed`] follows.
    fn kill(&mut self);
}

/// `Top-level statement N completed in M ms`, and nothing else: the print that ends a statement.
fn timing_print(line: &str) -> Option<(u32, u64)> {
    let rest = line.strip_prefix("Top-level statement ")?;
    let (index, millis) = rest.strip_suffix(" ms")?.split_once(" completed in ")?;
    Some((index.parse().ok()?, millis.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::timing_print;

    #[test]
    fn only_the_exact_timing_print_ends_a_statement() {
        assert_eq!(timing_print("Top-level statement 12 completed in 3 ms"), Some((12, 3)));
        assert_eq!(timing_print("Top-level statement 12 completed in 3 ms."), None);
        assert_eq!(timing_print(" Top-level statement 12 completed in 3 ms"), None);
        assert_eq!(timing_print("Top-level statement x completed in 3 ms"), None);
    }
}
