//! The marks of trouble: how the words of each kind of program begin.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::entry::{FATAL_MESSAGE, pattern};
use super::{Entry, Trouble};

/// mongod's words, in text and in JSON logs alike.
const MONGOD: &[(&str, Trouble)] = &[
    ("Invariant failure", Trouble::Invariant),
    ("***aborting after invariant() failure", Trouble::Invariant),
    ("Fatal assertion", Trouble::FatalAssertion),
    ("Fatal Assertion", Trouble::FatalAssertion),
    ("***aborting after fassert() failure", Trouble::FatalAssertion),
    ("Tripwire assertion", Trouble::Tripwire),
    ("Aborting process during exit due to prior failed tripwire", Trouble::TripwireAtExit),
    ("detected prior failed tripwire assertions", Trouble::TripwireAtExit),
    ("terminate() called", Trouble::UncaughtException),
    ("Got signal: ", Trouble::Signal),
    ("Invalid access at address", Trouble::Signal),
    ("out of memory", Trouble::OutOfMemory),
    ("Out of memory", Trouble::OutOfMemory),
];

/// What run times print at the beginning of a line.
const PLAIN: &[(&str, Trouble)] = &[
    ("***aborting after invariant() failure", Trouble::Invariant),
    ("***aborting after fassert() failure", Trouble::FatalAssertion),
    ("Invariant failure", Trouble::Invariant),
    ("terminate called after throwing", Trouble::UncaughtException),
    ("terminate called without an active exception", Trouble::UncaughtException),
    ("terminate() called", Trouble::UncaughtException),
    ("out of memory.", Trouble::OutOfMemory),
    ("Got signal: ", Trouble::Signal),
    ("panic: ", Trouble::GoPanic),
    ("fatal error: runtime: out of memory", Trouble::OutOfMemory),
    ("fatal error: runtime: cannot allocate memory", Trouble::OutOfMemory),
    ("fatal error: ", Trouble::GoPanic),
    // A signal that met a Go program outside Go; SIGQUIT asks for the stacks only.
    ("SIGSEGV: segmentation violation", Trouble::GoPanic),
    ("SIGABRT: abort", Trouble::GoPanic),
    ("SIGBUS: bus error", Trouble::GoPanic),
    ("SIGILL: illegal instruction", Trouble::GoPanic),
    ("SIGFPE: floating-point exception", Trouble::GoPanic),
    ("TRAP: ", Trouble::BackendPanic),
    ("# A fatal error has been detected by the Java Runtime Environment", Trouble::JvmCrash),
    ("# There is insufficient memory for the Java Runtime Environment", Trouble::OutOfMemory),
    ("Terminating due to java.lang.OutOfMemoryError", Trouble::JvmCrash),
    ("Aborting due to java.lang.OutOfMemoryError", Trouble::JvmCrash),
    ("WARNING: ThreadSanitizer: ", Trouble::Sanitizer),
    ("FATAL: ThreadSanitizer: ", Trouble::Sanitizer),
    ("fatal runtime error: ", Trouble::RustPanic),
];

/// `==PID==ERROR: AddressSanitizer: ...`
static SANITIZER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^==\d+==\s*(?:ERROR|WARNING): (\w+)Sanitizer: ?"));
/// `file:line:column: runtime error: ...`
static UNDEFINED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\S+:\d+:\d+: runtime error: "));
/// `thread 'main' panicked at`, from 1.90 on with the thread's number.
static RUST: LazyLock<Regex> = LazyLock::new(|| pattern(r"^thread '[^']*'(?: \(\d+\))? (panicked at|has overflowed)"));
/// An `Error` at the beginning of a line, or any exception that ended a thread.
static JAVA: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"^(?:Exception in thread ".*?" (?:[\w$]+\.)+\w+|(?:Caused by: )?(?:[\w$]+\.)+[A-Z]\w*Error)(?::|\s*$)"#)
});

/// The trouble that a line speaks of, if any.
pub(super) fn trouble(entry: &Entry<'_>) -> Option<Trouble> {
    match entry {
        Entry::Mongod { severity, message, attr } => mongod(*severity, message, attr.as_ref()),
        Entry::Postgres { level: "PANIC", .. } => Some(Trouble::BackendPanic),
        Entry::Postgres { level: "LOG", message } => {
            let died = message.contains(" (PID ") && message.contains(") was terminated by signal ");
            died.then_some(Trouble::BackendDied)
        }
        Entry::Postgres { .. } => None,
        Entry::Kernel(words) if words.contains("ut of memory: Kill") => Some(Trouble::OutOfMemory),
        Entry::Kernel(_) => None,
        Entry::Plain(line) => plain(line),
    }
}

fn mongod(severity: char, message: &str, attr: Option<&Value>) -> Option<Trouble> {
    // What does not begin a story continues one.
    if message == FATAL_MESSAGE {
        let said = attr.and_then(|attr| attr.get("message")).and_then(Value::as_str).unwrap_or_default();
        return starts(MONGOD, said.trim());
    }
    if message.starts_with("WiredTiger error") {
        let panicked = message.contains("WT_PANIC") || attr.is_some_and(|attr| attr.to_string().contains("WT_PANIC"));
        return panicked.then_some(Trouble::StorageEngine);
    }
    starts(MONGOD, message).or((severity == 'F' && attr.is_some()).then_some(Trouble::FatalAssertion))
}

fn plain(line: &str) -> Option<Trouble> {
    if let Some(found) = starts(PLAIN, line) {
        return Some(found);
    }
    if line.starts_with("==") {
        let found = SANITIZER.captures(line)?;
        return Some(if &found[1] == "Leak" { Trouble::Sanitizer } else { Trouble::MemoryError });
    }
    if line.starts_with("thread '") {
        return RUST.is_match(line).then_some(Trouble::RustPanic);
    }
    if line.starts_with("memory allocation of ") && line.contains(" bytes failed") {
        return Some(Trouble::OutOfMemory);
    }
    if line.contains(": runtime error: ") && UNDEFINED.is_match(line) {
        return Some(Trouble::Sanitizer);
    }
    (line.contains("Error") || line.starts_with("Exception in thread "))
        .then(|| JAVA.is_match(line))?
        .then_some(Trouble::JavaError)
}

fn starts(marks: &[(&str, Trouble)], words: &str) -> Option<Trouble> {
    marks.iter().find(|(mark, _)| words.starts_with(mark)).map(|(_, trouble)| *trouble)
}

#[cfg(test)]
mod tests {
    use crate::run::{Trouble, trouble};

    #[test]
    fn each_run_time_is_known_by_the_beginning_of_a_line() {
        for (line, wanted) in [
            ("==42==ERROR: AddressSanitizer: heap-use-after-free on address 0x1", Trouble::MemoryError),
            ("==42==ERROR: LeakSanitizer: detected memory leaks", Trouble::Sanitizer),
            ("==42==WARNING: MemorySanitizer: use-of-uninitialized-value", Trouble::MemoryError),
            ("src/x.cpp:7:3: runtime error: signed integer overflow", Trouble::Sanitizer),
            ("thread 'main' (7) panicked at src/x.rs:1:2:", Trouble::RustPanic),
            ("java.lang.StackOverflowError", Trouble::JavaError),
            ("Exception in thread \"nio worker\" java.lang.IllegalStateException: x", Trouble::JavaError),
            ("fatal error: all goroutines are asleep - deadlock!", Trouble::GoPanic),
            ("memory allocation of 99 bytes failed", Trouble::OutOfMemory),
        ] {
            assert_eq!(trouble(line), Some(wanted), "{line}");
            assert_eq!(trouble(&format!("user wrote {line}")), None, "{line}");
        }
    }

    #[test]
    fn a_storage_engine_error_is_a_panic_only_where_it_says_so() {
        let line = |error: &str| {
            format!(
                r#"{{"s":"E","c":"WT","id":22435,"msg":"WiredTiger error message","attr":{{"message":"{error}"}}}}"#
            )
        };
        assert_eq!(trouble(&line("WT_PANIC: WiredTiger library panic")), Some(Trouble::StorageEngine));
        assert_eq!(trouble(&line("WT_ROLLBACK: conflict")), None);
    }
}
