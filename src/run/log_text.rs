//! What trouble looks like in a server's log: the one place that matches such text.
//!
//! Sources: mongod's assertion and signal handlers (text up to 4.2, JSON from 4.4 on), the sanitizers' manuals, the Go
//! and Rust run times, PostgreSQL's postmaster. Gathered November 2026.

use serde::{Deserialize, Serialize};

/// A kind of trouble that a log line can speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Trouble {
    /// An invariant of mongod's does not hold.
    Invariant,
    /// A fatal assertion of mongod's.
    FatalAssertion,
    /// WiredTiger gave up.
    StorageEngine,
    /// A sanitizer's report.
    Sanitizer,
    /// A Go or Rust panic.
    Panic,
    /// A PostgreSQL back-end died behind a gateway.
    BackendDied,
    /// mongod's signal handler.
    Signal,
}

const MARKS: &[(&str, Trouble)] = &[
    ("Invariant failure", Trouble::Invariant),
    ("aborting after invariant() failure", Trouble::Invariant),
    ("Fatal assertion", Trouble::FatalAssertion),
    ("aborting after fassert() failure", Trouble::FatalAssertion),
    ("WT_PANIC", Trouble::StorageEngine),
    ("ERROR: AddressSanitizer:", Trouble::Sanitizer),
    ("ERROR: LeakSanitizer:", Trouble::Sanitizer),
    ("WARNING: ThreadSanitizer:", Trouble::Sanitizer),
    (": runtime error: ", Trouble::Sanitizer),
    ("was terminated by signal", Trouble::BackendDied),
    ("PANIC:  ", Trouble::BackendDied),
    ("TRAP: failed Assert", Trouble::BackendDied),
    ("fatal error: ", Trouble::Panic),
    ("' panicked at ", Trouble::Panic),
    ("Got signal: ", Trouble::Signal),
    ("Invalid access at address", Trouble::Signal),
];

/// The trouble that a line speaks of, if any.
pub fn trouble(line: &str) -> Option<Trouble> {
    if line.starts_with('{') {
        return json_trouble(line);
    }
    if line.starts_with("panic: ") {
        return Some(Trouble::Panic);
    }
    MARKS.iter().find(|(mark, _)| line.contains(mark)).map(|(_, trouble)| *trouble)
}

/// True for a JSON line of mongod's with the severity of information or debugging.
pub fn is_routine(line: &str) -> bool {
    serde_json::from_str::<Line>(line).is_ok_and(|parsed| parsed.s.starts_with(['I', 'D']))
}

#[derive(Deserialize)]
struct Line {
    s: String,
    msg: String,
}

/// A JSON line carries users' text in `attr`; only its own `msg` and its severity count.
fn json_trouble(line: &str) -> Option<Trouble> {
    let parsed: Line = serde_json::from_str(line).ok()?;
    let marked = MARKS.iter().find(|(mark, _)| parsed.msg.contains(mark)).map(|(_, trouble)| *trouble);
    marked.or((parsed.s == "F").then_some(Trouble::FatalAssertion))
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
    fn text_of_users_in_a_json_line_is_no_trouble() {
        let line =
            r#"{"s":"I","c":"COMMAND","id":51803,"ctx":"conn1","msg":"Slow query","attr":{"a":"Invariant failure"}}"#;
        assert_eq!(trouble(line), None);
        assert!(is_routine(line) && !is_routine("panic: x"));
    }

    #[test]
    fn a_postgres_backend_and_a_go_gateway_are_known() {
        let died = "LOG:  client backend (PID 7) was terminated by signal 11: Segmentation fault";
        assert_eq!(trouble(died), Some(Trouble::BackendDied));
        assert_eq!(trouble("panic: runtime error: index out of range"), Some(Trouble::Panic));
        assert_eq!(trouble("LOG:  checkpoint complete"), None);
    }
}
