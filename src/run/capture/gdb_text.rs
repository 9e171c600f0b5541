//! Reads what gdb prints for `thread apply all bt`.

use super::record::{Capture, Frame, Thread, Wait};

/// Functions in which a thread waits for a lock, by the beginning of their names without leading underscores, or a part
/// of it. Sources: glibc, parking_lot, Rust's std, mongod's lock manager, PostgreSQL's locks.
const LOCK_WAITS: [&str; 19] = [
    "pthread_mutex_lock",
    "pthread_mutex_timedlock",
    "pthread_rwlock_rdlock",
    "pthread_rwlock_wrlock",
    "GI___pthread_mutex_lock",
    "GI___lll_lock_wait",
    "lll_lock_wait",
    "lll_mutex_lock_optimized",
    "parking_lot::raw_mutex::RawMutex::lock_slow",
    "parking_lot::raw_rwlock::RawRwLock::lock_",
    "std::sys::sync::mutex::futex::Mutex::lock_contended",
    "std::sys::sync::rwlock::futex::RwLock::read_contended",
    "std::sys::sync::rwlock::futex::RwLock::write_contended",
    "mongo::CondVarLockGrantNotification::wait",
    "mongo::LockerImpl::_lockComplete",
    "mongo::LockerImpl::lockComplete",
    "absl::Mutex::LockSlow",
    "LWLockAcquire",
    "ProcSleep",
];
/// A lock is taken in the innermost frames; what stands further out waits for something else.
const INNERMOST: usize = 6;

/// All threads that the text shows. Lines of any other kind are passed over.
pub fn threads(text: &str) -> Vec<Thread> {
    let mut threads: Vec<Thread> = Vec::new();
    let mut addresses: Vec<Option<String>> = Vec::new();
    for line in text.lines() {
        if let Some(thread) = header(line) {
            threads.push(thread);
            addresses.push(None);
        } else if let (Some((frame, arguments)), Some(thread), Some(address)) =
            (frame(line), threads.last_mut(), addresses.last_mut())
        {
            if thread.frames.len() < INNERMOST && address.is_none() {
                *address = lock_address(arguments);
            }
            if thread.frames.len() < Capture::FRAMES {
                thread.frames.push(frame);
            }
        }
    }
    for (thread, address) in threads.iter_mut().zip(addresses) {
        let waits = thread.frames.iter().take(INNERMOST).any(|frame| is_lock_wait(&frame.function));
        thread.waits = waits.then(|| Wait { lock: address.unwrap_or_else(|| "a lock".into()), owner: None });
    }
    threads
}

fn is_lock_wait(function: &str) -> bool {
    let function = function.trim_start_matches('_');
    LOCK_WAITS.iter().any(|mark| function.starts_with(mark))
}

/// `Thread 3 (Thread 0x7fe6921756c0 (LWP 3411) "conn4"):` and its older and shorter forms.
fn header(line: &str) -> Option<Thread> {
    let rest = line.strip_prefix("Thread ")?;
    let (number, rest) = rest.split_once(' ')?;
    number.parse::<u32>().ok()?;
    let rest = rest.strip_prefix('(')?.strip_suffix(':')?;
    let id = ["LWP ", "process "].iter().find_map(|mark| digits(rest.split_once(mark)?.1).parse().ok())?;
    let name = rest.split_once('"').and_then(|(_, rest)| Some(rest.rsplit_once('"')?.0)).unwrap_or_default();
    Some(Thread { id, name: name.to_owned(), ..Thread::default() })
}

fn digits(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())]
}

/// `#1  0x00007fe in mongo::f(int) (this=0x1) at a.cpp:7`, with its arguments.
fn frame(line: &str) -> Option<(Frame, &str)> {
    let rest = line.strip_prefix('#')?;
    let rest = rest[digits(rest).len()..].trim_start();
    let rest = match rest.strip_prefix("0x").and_then(|rest| rest.split_once(" in ")) {
        Some((address, rest)) if address.bytes().all(|byte| byte.is_ascii_hexdigit()) => rest,
        _ => rest,
    };
    let (call, place) = [") at ", ") from "]
        .iter()
        .find_map(|mark| rest.rfind(mark).map(|at| (&rest[..=at], Some(rest[at + mark.len()..].to_owned()))))
        .unwrap_or((rest, None));
    let open = opening_bracket(call).or_else(|| call.find(" (")).unwrap_or(call.len());
    let function = call[..open].trim();
    let arguments = call.get(open..).unwrap_or_default();
    (!function.is_empty()).then(|| (Frame { function: function.to_owned(), place }, arguments))
}

/// Where the last group of brackets begins; brackets in texts do not count.
fn opening_bracket(call: &str) -> Option<usize> {
    let (mut depth, mut in_text) = (0_u32, false);
    for (at, byte) in call.bytes().enumerate().rev() {
        match byte {
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b')' => depth += 1,
            b'(' if depth == 1 => return Some(at),
            b'(' => depth = depth.checked_sub(1)?,
            _ if depth == 0 && !byte.is_ascii_whitespace() => return None,
            _ => {}
        }
    }
    None
}

/// The address of a lock, which glibc's functions have among their arguments.
fn lock_address(arguments: &str) -> Option<String> {
    let at = ["mutex=0x", "rwlock=0x", "futex=0x", "futex=futex@entry=0x"].iter().find_map(|mark| {
        let at = arguments.find(mark)?;
        Some(at + mark.len() - 2)
    })?;
    let end = arguments[at + 2..].find(|c: char| !c.is_ascii_hexdigit()).map_or(arguments.len(), |end| at + 2 + end);
    Some(arguments[at..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUST: &str = include_str!("../../../tests/fixtures/stacks/gdb_rust_deadlock.txt");
    const CYCLE: &str = include_str!("../../../tests/fixtures/stacks/gdb_mutex_cycle.txt");

    #[test]
    fn every_thread_has_its_number_name_and_frames() {
        let threads = threads(RUST);
        let names: Vec<_> = threads.iter().map(|thread| (thread.id, thread.name.as_str())).collect();
        assert_eq!(names, [(3411, "conn4"), (3379, "signalProcessin"), (3377, "fuzz")]);
        assert_eq!(threads[0].frames.len(), 34);
        let frame = &threads[0].frames[4];
        assert_eq!(frame.function, "jstestfuzz::server::practice::bugs::faults::deadlock::h3c9e9dda9bf1231c");
        assert_eq!(frame.place.as_deref(), Some("src/server/practice/bugs/faults.rs:101"));
        assert_eq!(threads[2].frames.last().map(|frame| frame.function.as_str()), Some("main"));
    }

    #[test]
    fn only_who_stands_in_a_lock_waits_for_one() {
        let waiting: Vec<u64> = threads(RUST).iter().filter(|one| one.waits.is_some()).map(|one| one.id).collect();
        assert_eq!(waiting, [3411]);
    }

    #[test]
    fn the_address_of_a_mutex_is_found() {
        let threads = threads(CYCLE);
        assert_eq!(threads.len(), 3);
        let locks: Vec<_> = threads.iter().filter_map(|thread| Some(thread.waits.as_ref()?.lock.as_str())).collect();
        assert!(locks.len() == 2 && locks.iter().all(|lock| lock.starts_with("0x")) && locks[0] != locks[1]);
        assert!(threads[2].waits.is_none(), "{:?}", threads[2]);
    }

    #[test]
    fn names_with_brackets_of_their_own_stay_whole() {
        let named = |line| frame(line).map(|(frame, _)| (frame.function, frame.place)).unwrap();
        let at = |place: &str| Some(place.to_owned());
        assert_eq!(
            named("#3  0x01 in mongo::(anonymous namespace)::run(int, char) (this=0x1, s=\"(a\") at src/a.cpp:7"),
            ("mongo::(anonymous namespace)::run(int, char)".into(), at("src/a.cpp:7"))
        );
        assert_eq!(named("#0  0x00 in ?? () from /lib/libc.so.6"), ("??".into(), at("/lib/libc.so.6")));
        assert_eq!(named("#12 operator() () at b.h:1"), ("operator()".into(), at("b.h:1")));
        assert_eq!(named("#1  <signal handler called>"), ("<signal handler called>".into(), None));
        assert_eq!(frame("Thread 1 (x):"), None);
    }
}
