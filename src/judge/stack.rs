//! What of a stack stays the same from run to run and from build to build: the names of the project's own functions.

use crate::run::Execution;
use crate::run::capture::{Frame, Thread};

/// Frames in a signature.
const TOP: usize = 3;

/// Beginnings of functions of run times and libraries that everybody uses.
const LIBRARIES: [&str; 40] = [
    "std::",
    "core::",
    "alloc::",
    "parking_lot",
    "lock_api::",
    "boost::",
    "absl::",
    "__",
    "_start",
    "start_thread",
    "clone",
    "syscall",
    "raise",
    "abort",
    "??",
    "<signal handler called>",
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "com.sun.",
    "io.netty.",
    "runtime.",
    "runtime/",
    "sync.",
    "sync/",
    "internal/",
    "syscall.",
    "net.",
    "net/",
    "os.",
    "os/",
    "io.",
    "bufio.",
    "context.",
    "time.",
    "reflect.",
    "encoding/",
    "main.main",
    "mongo::stdx::",
];
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

/// The innermost functions of the project, innermost first, without what differs from build to build.
pub fn project_frames(thread: &Thread) -> Vec<String> {
    let own = thread.frames.iter().filter(|frame| is_own(frame));
    let mut names: Vec<String> = own.map(|frame| plain(&frame.function)).filter(|name| !name.is_empty()).collect();
    names.dedup();
    names.truncate(TOP);
    names
}

/// Where the thread of a process stood that ended, a line a frame of the project; empty where nobody knows.
pub fn of_death(execution: &Execution, pid: u32) -> Vec<String> {
    const LINES: usize = 8;
    let processes = execution.capture.iter().flat_map(|capture| &capture.processes);
    let died = processes.filter(|process| process.pid == pid).find_map(|process| process.threads.first());
    let own = died.iter().flat_map(|thread| &thread.frames).filter(|frame| is_own(frame)).take(LINES);
    let place = |frame: &Frame| frame.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
    own.map(|frame| format!("in {}{}", plain(&frame.function), place(frame))).collect()
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
    let name = frame.function.trim_start_matches('<');
    let foreign =
        |place: &String| place.starts_with("library/") || FOREIGN_PLACES.iter().any(|part| place.contains(part));
    // Lambdas have numbers that change; the method that made them stands further out.
    !LIBRARIES.iter().any(|library| name.starts_with(library))
        && !frame.place.as_ref().is_some_and(foreign)
        && !name.contains("$$Lambda")
        && !name.contains("lambda$")
}

/// A function's name without arguments, type parameters, closures and compilers' hashes.
fn plain(function: &str) -> String {
    // `<A as B>::f` is A's f.
    let function = match function.strip_prefix('<').and_then(|rest| rest.split_once(" as ")) {
        Some((implementor, rest)) => format!("{implementor}{}", rest.split_once(">::").map_or("", |(_, name)| name)),
        None => function.to_owned(),
    };
    let mut out = String::new();
    let mut depth = 0_u32;
    for c in function.chars() {
        match c {
            '<' | '(' | '{' | '[' => depth += 1,
            '>' | ')' | '}' | ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    let parts: Vec<&str> = out.split("::").map(str::trim).filter(|part| !part.is_empty() && !is_hash(part)).collect();
    parts.join("::")
}

/// Rust's `h74f1bcb186a03119`
fn is_hash(part: &str) -> bool {
    part.len() == 17 && part.starts_with('h') && part[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
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
        assert_eq!(project_frames(&thread), ["a::b::lock_it", "a::run", "mongo::go"]);
        assert_eq!(depth(&thread), 5);
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
        assert_eq!(project_frames(&thread), ["de.x.Matcher.matches", "github.com/a/b..Insert"]);
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
