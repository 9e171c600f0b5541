//! Stacks that a capture brought, as signatures see them: the names of the project's own functions.

use super::frame_name::{clean, is_library, telling};
use crate::run::capture::{Frame, Thread};
use crate::run::{Execution, Frame as Function, Tongue};

/// Parts of paths of source files and libraries that are not the project's.
const FOREIGN_PLACES: [&str; 15] = [
    "/rustc/",
    ".cargo/registry/",
    "/usr/include/",
    "/sysdeps/",
    "./nptl/",
    "./misc/",
    "./io/",
    "./csu/",
    "./stdlib/",
    "./signal/",
    "/libc.so",
    "/libc-",
    "/libpthread",
    "/libstdc++",
    "/libjvm.so",
];
/// Functions in which a thread rests that has nothing to do.
const RESTS: [&str; 12] = [
    "accept",
    "recv",
    "read",
    "poll",
    "epoll",
    "select",
    "sigwait",
    "ppoll",
    "pause",
    "EPoll.wait",
    "gopark",
    "netpoll",
];

/// The functions of the project that tell this stack from others, innermost first; empty where there are none.
pub fn project_frames(thread: &Thread) -> Vec<String> {
    let own: Vec<Function> = thread.frames.iter().filter(|frame| !is_foreign(frame)).map(function).collect();
    let told = telling(&own);
    if told.own { told.functions } else { Vec::new() }
}

/// The functions of the project on the stack of a process that ended; empty where nobody knows.
pub fn frames_of_death(execution: &Execution, pid: u32) -> Vec<String> {
    died(execution, pid).map(project_frames).unwrap_or_default()
}

/// Where the thread of a process stood that ended, a line a frame of the project.
pub fn lines_of_death(execution: &Execution, pid: u32) -> Vec<String> {
    const LINES: usize = 8;
    let frames = died(execution, pid).map(|thread| thread.frames.as_slice()).unwrap_or_default();
    let place = |frame: &Frame| frame.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
    let line = |frame: &Frame| format!("in {}{}", clean(&function(frame)), place(frame));
    // A signal's own frame has no name.
    let named = |frame: &&Frame| is_own(frame) && !clean(&function(frame)).is_empty();
    frames.iter().filter(named).take(LINES).map(line).collect()
}

fn died(execution: &Execution, pid: u32) -> Option<&Thread> {
    let mut processes = execution.capture.iter().flat_map(|capture| &capture.processes);
    processes.find(|process| process.pid == pid)?.threads.first()
}

/// How many frames of the project a stack has: who works has more than who waits for work.
pub fn depth(thread: &Thread) -> usize {
    thread.frames.iter().filter(|frame| is_own(frame)).count()
}

/// True where the thread waits for somebody outside to speak to it.
pub fn rests(thread: &Thread) -> bool {
    let innermost = thread.frames.iter().take(4).map(|frame| system_call(&frame.function));
    innermost.into_iter().any(|name| RESTS.iter().any(|rest| name.starts_with(rest)))
}

/// glibc's names of one call: `__libc_recv`, `__GI___poll`.
fn system_call(function: &str) -> &str {
    let name = function.trim_start_matches('_');
    let name = ["libc_", "GI_"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    name.trim_start_matches('_')
}

fn is_own(frame: &Frame) -> bool {
    !is_foreign(frame) && !is_library(&clean(&function(frame)))
}

/// True where the place says that the function is not the project's. Java's lambdas have numbers that change; the method
/// that made them stands further out.
fn is_foreign(frame: &Frame) -> bool {
    let foreign =
        |place: &String| place.starts_with("library/") || FOREIGN_PLACES.iter().any(|part| place.contains(part));
    frame.place.as_ref().is_some_and(foreign)
        || frame.function.contains("$$Lambda")
        || frame.function.contains("lambda$")
}

/// A debugger does not say in which language a function is written; its place or name does.
fn function(frame: &Frame) -> Function {
    let place = frame.place.as_deref().unwrap_or_default();
    let tongue = if place.contains(".java") || matches!(place, "Unknown Source" | "Native Method") {
        Tongue::Java
    } else if place.contains(".go:") {
        Tongue::Go
    } else if place.contains(".rs:") || frame.function.contains("{closure#") {
        Tongue::Rust
    } else {
        Tongue::Native
    };
    let function = match module(place) {
        Some(module) if !frame.function.contains("::") => format!("{module}::{}", frame.function),
        _ => frame.function.clone(),
    };
    Function { tongue, function }
}

/// gdb names what Rust inlined by its last name alone: the rest is in its place, `src/a/b.rs:7`.
fn module(place: &str) -> Option<String> {
    let (file, _) = place.split_once(".rs:")?;
    let path = file.rsplit_once("src/").map_or(file, |(_, path)| path);
    Some(path.trim_end_matches("/mod").replace('/', "::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(function: &str, place: &str) -> Frame {
        Frame { function: function.into(), place: (!place.is_empty()).then(|| place.into()) }
    }

    #[test]
    fn hashes_arguments_and_libraries_do_not_count() {
        let frames = vec![
            frame("syscall", "../sysdeps/unix/sysv/linux/x86_64/syscall.S:38"),
            frame("parking_lot::raw_mutex::RawMutex::lock_slow::h8c4c3a8eda740f98", ""),
            frame("a::b::lock_it::h3c9e9dda9bf1231c", "src/b.rs:1"),
            frame("a::b::lock_it::h3c9e9dda9bf1231d", "src/b.rs:2"),
            frame("a::run::{{closure}}::h2b7936a5ca825591", "src/a.rs:1"),
            frame("mongo::(anonymous namespace)::go<int>(char const*)", "src/go.cpp:4"),
            frame("a::outer", "src/a.rs:9"),
        ];
        let thread = Thread { frames, ..Thread::default() };
        assert_eq!(project_frames(&thread), ["a::b::lock_it", "a::run::closure", "mongo::anon::go"]);
        assert_eq!(depth(&thread), 5);
    }

    #[test]
    fn what_was_inlined_is_named_by_its_file() {
        let frames = vec![
            frame("check", "src/db/sort.rs:4"),
            frame("{closure#0}", "/home/x/db/src/db/mod.rs:5"),
            frame("jstestfuzz::{closure#1}", ""),
        ];
        let thread = Thread { frames, ..Thread::default() };
        assert_eq!(project_frames(&thread), ["db::sort::check", "db::closure", "jstestfuzz::closure"]);
    }

    #[test]
    fn java_and_go_functions_stay_readable() {
        let frames = vec![
            frame("java.util.regex.Pattern$Start.match", "Pattern.java:3608"),
            frame("de.x.Matcher$$Lambda$56/0x00007ff0.test", "Unknown Source"),
            frame("de.x.Matcher.matches", "Matcher.java:38"),
            frame("github.com/a/b.(*Handler).Insert", "/b/insert.go:3"),
        ];
        let thread = Thread { frames, ..Thread::default() };
        assert_eq!(project_frames(&thread), ["de.x.Matcher.matches", "b.(*Handler).Insert"]);
    }

    #[test]
    fn who_waits_for_a_client_rests() {
        let resting = Thread { frames: vec![frame("__libc_recv", ""), frame("a::serve", "")], ..Thread::default() };
        let working = Thread { frames: vec![frame("a::serve", ""), frame("a::main", "")], ..Thread::default() };
        assert!(rests(&resting) && !rests(&working));
        let parked = Thread { frames: vec![frame("__pthread_cond_wait", "")], ..Thread::default() };
        assert!(!rests(&parked));
    }
}
