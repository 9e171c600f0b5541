//! Processes that end themselves, with the last words of a mongod 4.4 or later.

use super::{illegal_instruction, sanitizers};
use crate::server::practice::log::{Log, Severity};
use crate::server::practice::server::Server;
use serde_json::{Value, json};
use std::backtrace::Backtrace;
use std::hint::black_box;
use std::sync::atomic::Ordering;

/// mongod's exit code where memory is out.
const OUT_OF_MEMORY: i32 = 42;
/// mongod's exit code for an exception that nobody caught.
const UNCAUGHT: i32 = 100;

/// Where a check stands in a source file that does not exist.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The file.
    pub file: &'static str,
    /// The line.
    pub line: u32,
}

/// Logs a failed invariant with a backtrace and aborts: the process ends with SIGABRT.
pub fn invariant_failure(log: &Log, thread: &str, expression: &str, place: Place) -> ! {
    let attributes = json!({ "expr": expression, "file": place.file, "line": place.line });
    log.line(Severity::Fatal, "ASSERT", 23079, thread, "Invariant failure", attributes);
    log.line(Severity::Fatal, "ASSERT", 23080, thread, "\n\n***aborting after invariant() failure\n\n", Value::Null);
    abort(log, thread)
}

/// Logs a fatal assertion with its number and aborts.
pub fn fatal_assertion(log: &Log, thread: &str, number: u32, place: Place) -> ! {
    let attributes = json!({ "msgid": number, "file": place.file, "line": place.line });
    log.line(Severity::Fatal, "ASSERT", 23089, thread, "Fatal assertion", attributes);
    log.line(Severity::Fatal, "ASSERT", 23090, thread, "\n\n***aborting after fassert() failure\n\n", Value::Null);
    abort(log, thread)
}

/// The storage engine gives up, which is a fatal assertion of its own.
pub fn storage_engine_panic(log: &Log, thread: &str, what: &str) -> ! {
    let message = format!("{what}: the process must exit and restart: WT_PANIC: WiredTiger library panic");
    let attributes = json!({ "error": -31804, "message": message });
    log.line(Severity::Error, "STORAGE", 22435, thread, "WiredTiger error", attributes);
    fatal_assertion(log, thread, 50853, Place { file: "src/practice/storage/engine_util.cpp", line: 712 })
}

fn abort(log: &Log, thread: &str) -> ! {
    let attributes = json!({ "message": "Got signal: 6 (Aborted).\n" });
    log.line(Severity::Fatal, "CONTROL", 6384300, thread, "Writing fatal message", attributes);
    let frames = backtrace();
    let attributes = json!({ "bt": { "backtrace": &frames, "processInfo": { "version": "practice" } } });
    log.info("CONTROL", 31380, thread, "BACKTRACE", attributes);
    for frame in frames {
        log.info("CONTROL", 31445, thread, "Frame", json!({ "frame": frame }));
    }
    std::process::abort()
}

/// The real stack of this thread, innermost frame first, in the layout of a mongod's log.
fn backtrace() -> Vec<Value> {
    let text = Backtrace::force_capture().to_string();
    // Lines with a number name functions; the others name their files.
    let names = text
        .lines()
        .filter_map(|line| line.trim_start().split_once(": ").filter(|(number, _)| number.parse::<u32>().is_ok()));
    let base = illegal_instruction as *const () as usize;
    names
        .take(40)
        .map(|(number, name)| json!({ "a": format!("{:X}", base), "b": "0", "o": number, "s": name, "C": name }))
        .collect()
}

/// Asks for more memory than there is, and ends where it is not given.
pub fn out_of_memory(log: &Log, thread: &str, bytes: usize) {
    let mut block: Vec<u8> = Vec::new();
    if black_box(&mut block).try_reserve_exact(bytes).is_err() {
        eprintln!("out of memory.");
        let attributes = json!({ "requested": bytes as u64 });
        log.line(Severity::Error, "CONTROL", 23400, thread, "out of memory", attributes);
        std::process::exit(OUT_OF_MEMORY);
    }
}

/// An exception comes out of the last function.
pub fn uncaught_exception(log: &Log, thread: &str, what: &str) -> ! {
    let message = "terminate() called. An exception is active; attempting to gather more information";
    log.line(Severity::Error, "CONTROL", 20561, thread, message, json!({ "error": what }));
    log.info("CONTROL", 23138, thread, "Shutting down", json!({ "exitCode": UNCAUGHT }));
    std::process::exit(UNCAUGHT)
}

/// Ends in all politeness, though nobody asked for it.
pub fn end_quietly(log: &Log, thread: &str) -> ! {
    log.info("CONTROL", 20565, thread, "Now exiting", Value::Null);
    log.info("CONTROL", 23138, thread, "Shutting down", json!({ "exitCode": 0 }));
    std::process::exit(0)
}

/// A tripwire assertion: the command fails, the server goes on, and its end will not be clean.
pub fn tripwire(server: &Server, thread: &str, number: u32, message: &str) {
    server.memory.trip();
    let error = json!({ "code": number, "codeName": format!("Location{number}"), "errmsg": message });
    server.log.line(Severity::Error, "ASSERT", 4457000, thread, "Tripwire assertion", json!({ "error": error }));
}

/// What is looked at when a server ends: gives its exit status, or aborts.
pub fn last_checks(server: &Server, thread: &str) -> i32 {
    let tripwires = server.memory.tripwires.load(Ordering::Relaxed);
    if tripwires > 0 {
        let message = "Aborting process during exit due to prior failed tripwire assertions, please check your logs for \
                       \"Tripwire assertion\" entries with log id 4457000.";
        server.log.line(Severity::Fatal, "CONTROL", 4457003, thread, message, json!({ "occurrences": tripwires }));
        std::process::abort();
    }
    match server.memory.lost_blocks.load(Ordering::Relaxed) {
        0 => 0,
        lost => sanitizers::leak_sanitizer(lost),
    }
}
