//! What trouble looks like in a server's log: the one place that matches such text.
//!
//! A line is first read as what it is ([`entry`]): a JSON or text line of mongod's, of PostgreSQL's, of the kernel's, or
//! plain output. Only the program's own words are then compared with the marks ([`marks`]), always from their beginning:
//! what users wrote stands further behind, or in attributes. A [`Report`] is the line of trouble with what follows it, and
//! its stack ([`stack`]).
//!
//! Sources: mongod's assertion and signal handlers (text up to 4.2, JSON from 4.4 on), the sanitizers' manuals, the Go,
//! Rust and Java run times, PostgreSQL's postmaster, the kernel's log. Gathered November 2026.

mod connection;
mod echo;
mod entry;
mod marks;
mod report;
mod stack;
mod time;

use serde::{Deserialize, Serialize};

pub use connection::connection_of;
pub use echo::is_echo_of_death;
pub use entry::{Entry, entry, own_words};
pub use report::{Report, noteworthy, reports};
pub use stack::{Frame, Tongue};
pub use time::time_of;

/// A kind of trouble that a log line can speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Trouble {
    /// An invariant of mongod's does not hold.
    Invariant,
    /// A fatal assertion of mongod's, or any other line of severity F.
    FatalAssertion,
    /// A tripwire assertion of mongod's: the process goes on until it is told to end.
    Tripwire,
    /// mongod aborts at its end because a tripwire assertion failed before.
    TripwireAtExit,
    /// A C++ exception that nobody caught.
    UncaughtException,
    /// WiredTiger gave up.
    StorageEngine,
    /// The process, or the kernel for it, says that memory is used up.
    OutOfMemory,
    /// AddressSanitizer or MemorySanitizer: the process ends.
    MemoryError,
    /// LeakSanitizer, ThreadSanitizer or UndefinedBehaviorSanitizer: the process may go on.
    Sanitizer,
    /// A Go panic or fatal error: the process ends.
    GoPanic,
    /// A Rust panic: a thread ends, the process may go on.
    RustPanic,
    /// An `Error` inside a JVM, or an exception that ended a thread.
    JavaError,
    /// The JVM itself failed.
    JvmCrash,
    /// A PostgreSQL back-end died behind a gateway.
    BackendDied,
    /// A PostgreSQL process gave up by itself: PANIC or a failed Assert.
    BackendPanic,
    /// A signal handler's words.
    Signal,
}

/// Whether a process survives a trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// It ends the process.
    Fatal,
    /// It may end the process.
    Open,
    /// The process goes on.
    Survivable,
}

impl Trouble {
    /// Whether the process survives it.
    pub fn outlook(self) -> Outlook {
        match self {
            Self::Tripwire | Self::Sanitizer | Self::JavaError | Self::BackendDied | Self::BackendPanic => {
                Outlook::Survivable
            }
            Self::RustPanic => Outlook::Open,
            _ => Outlook::Fatal,
        }
    }
}

/// The trouble that a line speaks of, if any.
pub fn trouble(line: &str) -> Option<Trouble> {
    marks::trouble(&entry(line))
}

/// True for a JSON line of mongod's with the severity of information or debugging.
pub fn is_routine(line: &str) -> bool {
    matches!(entry(line), Entry::Mongod { severity: 'I' | 'D', attr: Some(_), .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_logs_of_mongod_are_read() {
        let old = "2019-05-01T10:00:00.000+0000 F - [conn1] Invariant failure isOk() src/mongo/db/x.cpp 42";
        assert_eq!(trouble(old), Some(Trouble::Invariant));
        let new = r#"{"t":{},"s":"F","c":"-","id":23079,"ctx":"conn1","msg":"Invariant failure","attr":{"expr":"x"}}"#;
        assert_eq!(trouble(new), Some(Trouble::Invariant));
    }

    #[test]
    fn text_of_users_is_no_trouble() {
        let line =
            r#"{"s":"I","c":"COMMAND","id":51803,"ctx":"conn1","msg":"Slow query","attr":{"a":"Invariant failure"}}"#;
        assert_eq!(trouble(line), None);
        assert!(is_routine(line) && !is_routine("panic: x"));
        let old = "2019-05-01T10:00:00.000+0000 I COMMAND [conn1] command test.c filter: { a: \"Invariant failure\" }";
        assert_eq!(trouble(old), None);
        assert_eq!(trouble("ERROR:  invalid input syntax: \"PANIC:  x was terminated by signal 6 (PID 7)\""), None);
    }

    #[test]
    fn a_postgres_backend_and_a_go_gateway_are_known() {
        let died = "LOG:  client backend (PID 7) was terminated by signal 11: Segmentation fault";
        assert_eq!(trouble(died), Some(Trouble::BackendDied));
        assert_eq!(trouble("panic: runtime error: index out of range"), Some(Trouble::GoPanic));
        assert_eq!(trouble("LOG:  checkpoint complete"), None);
    }
}
