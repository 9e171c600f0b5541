//! The faults themselves. Each is the real thing: what watches a server must see what it would see of a real one.

use crate::server::practice::collection::State;
use crate::server::practice::log::{Log, Severity};
use parking_lot::Mutex;
use rustix::process::{Signal, getpid, kill_process};
use serde_json::{Value, json};
use std::backtrace::Backtrace;
use std::hint::black_box;
use std::io::{Read, Seek, SeekFrom, Write};

/// No page is ever mapped there.
const NOWHERE: usize = 0x10;

/// A pointer type's size times the fields of a vector: pointer, capacity, length.
const VECTOR_BYTES: usize = size_of::<Vec<u8>>();

/// Follows a wild pointer: the process ends with SIGSEGV.
pub fn segmentation_fault() -> ! {
    let mut victim: Vec<u8> = black_box(vec![1, 2, 3]);
    // Safe code cannot make a wild pointer, but the kernel lets a process write its own memory as a file.
    let _ = redirect(&mut victim);
    black_box(victim[0]);
    // Where that file is not to be had the signal itself must do. The first one only takes the run-time's handler away.
    loop {
        let _ = kill_process(getpid(), Signal::SEGV);
    }
}

/// Overwrites a vector's pointer in place.
fn redirect(victim: &mut Vec<u8>) -> std::io::Result<()> {
    let pointer = victim.as_ptr() as usize;
    let place = std::ptr::from_mut(victim) as usize as u64;
    let mut memory = std::fs::File::options().read(true).write(true).open("/proc/self/mem")?;
    let mut words = [0; VECTOR_BYTES];
    memory.seek(SeekFrom::Start(place))?;
    memory.read_exact(&mut words)?;
    let field = words.chunks(size_of::<usize>()).position(|word| word == pointer.to_ne_bytes());
    let Some(field) = field else { return Ok(()) };
    memory.seek(SeekFrom::Start(place + (field * size_of::<usize>()) as u64))?;
    memory.write_all(&NOWHERE.to_ne_bytes())
}

/// Where an invariant stands in a source file that does not exist.
#[derive(Clone, Copy, Debug)]
pub struct Invariant {
    /// The condition.
    pub expression: &'static str,
    /// The file.
    pub file: &'static str,
    /// The line.
    pub line: u32,
}

/// Logs a failed invariant with a backtrace, as a mongod does, and aborts: the process ends with SIGABRT.
pub fn invariant_failure(log: &Log, thread: &str, invariant: Invariant) -> ! {
    let Invariant { expression, file, line } = invariant;
    let fatal = |id: u32, message: &str, attributes: Value| {
        log.line(
            Severity::Fatal,
            if id == 23079 || id == 23080 { "ASSERT" } else { "CONTROL" },
            id,
            thread,
            message,
            attributes,
        );
    };
    fatal(23079, "Invariant failure", json!({ "expr": expression, "file": file, "line": line }));
    fatal(23080, "\n\n***aborting after invariant() failure\n\n", Value::Null);
    fatal(6384300, "Writing fatal message", json!({ "message": "Got signal: 6 (Aborted).\n" }));
    let frames = backtrace();
    log.info(
        "CONTROL",
        31380,
        thread,
        "BACKTRACE",
        json!({ "bt": { "backtrace": &frames, "processInfo": { "version": "practice" } } }),
    );
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
    let base = segmentation_fault as *const () as usize;
    names
        .take(40)
        .map(|(number, name)| json!({ "a": format!("{:X}", base), "b": "0", "o": number, "s": name, "C": name }))
        .collect()
}

/// Takes a lock that this thread holds already: neither it nor anybody else ever gets it.
pub fn deadlock(held: &Mutex<State>) -> ! {
    let second = held.lock();
    // Only a lock that can be taken twice would get here.
    endless_loop(second.len())
}

/// Turns and turns at 100 % of a processor; whatever locks the caller holds stay taken.
pub fn endless_loop(from: usize) -> ! {
    let mut position = from;
    loop {
        position = black_box(position).wrapping_add(1);
    }
}
