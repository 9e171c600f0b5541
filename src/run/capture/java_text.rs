//! Reads what a Java machine prints at SIGQUIT.

use super::record::{Capture, Frame, Thread, Wait};
use super::waits_for::find_owners;

/// The threads of the last dump in the text, and who waits for whom among them.
pub fn threads(text: &str) -> Vec<Thread> {
    let begin = text.rfind("Full thread dump").unwrap_or(text.len());
    let mut threads: Vec<Thread> = Vec::new();
    let mut let_go = None;
    for line in text[begin..].lines() {
        if let Some(thread) = header(line) {
            threads.push(thread);
            let_go = None;
        } else if let Some(thread) = threads.last_mut() {
            body(thread, line.trim());
            let_go = released(line).or(let_go);
            thread.holds.retain(|lock| Some(lock) != let_go.as_ref());
        }
    }
    find_owners(&mut threads);
    threads
}

/// True when the last dump in the text has come to its end: the heap's figures stand there.
pub fn is_whole(text: &str) -> bool {
    text.rfind("Full thread dump").is_some_and(|begin| text[begin..].contains("\nHeap\n"))
}

/// `"worker4" #18 prio=5 os_prio=0 cpu=1349.19ms elapsed=3.04s tid=0x00 nid=0x1eac runnable  [0x00]`
fn header(line: &str) -> Option<Thread> {
    let (name, rest) = line.strip_prefix('"')?.rsplit_once("\" ")?;
    let number = rest.split_once("nid=")?.1.split_whitespace().next()?;
    let id = match number.strip_prefix("0x") {
        Some(number) => u64::from_str_radix(number, 16).ok()?,
        None => number.parse().ok()?,
    };
    Some(Thread { id, name: name.to_owned(), ..Thread::default() })
}

fn body(thread: &mut Thread, line: &str) {
    if let Some(call) = line.strip_prefix("at ") {
        let (function, place) = call.split_once('(').unwrap_or((call, ""));
        let place = place.trim_end_matches(')').rsplit('/').next().unwrap_or_default();
        if thread.frames.len() < Capture::FRAMES {
            thread.frames.push(Frame { function: function.to_owned(), place: Some(place.to_owned()) });
        }
        return;
    }
    for mark in ["- waiting to lock ", "- parking to wait for "] {
        if let Some(lock) = line.strip_prefix(mark).map(address).filter(|_| is_lock(line)) {
            thread.waits = Some(Wait { lock, owner: None });
        }
    }
    if let Some(lock) = line.strip_prefix("- locked ").map(address) {
        thread.holds.push(lock);
    }
}

/// Who waits to be woken has let go of the monitor, though the dump says that he locked it.
fn released(line: &str) -> Option<String> {
    line.trim().strip_prefix("- waiting on ").map(address)
}

/// An idle thread of a pool parks for work, which is no lock.
fn is_lock(line: &str) -> bool {
    line.starts_with("- waiting to lock") || line.contains("locks.Reentrant")
}

/// `<0x00000000f7472eb8> (a java.lang.Object)`
fn address(text: &str) -> String {
    text.trim_start().trim_start_matches('<').split('>').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPIN: &str = include_str!("../../../tests/fixtures/stacks/java_regex_spin.txt");

    #[test]
    fn a_spinning_worker_is_read_with_what_it_holds() {
        let threads = threads(SPIN);
        let worker = threads.iter().find(|thread| thread.name == "mongo-server-worker4").unwrap();
        assert!(worker.frames.iter().any(|frame| frame.function.ends_with("AbstractMongoCollection.handleQuery")));
        assert!(worker.holds.iter().any(|lock| lock == "0x00000000f6ac7490"), "{:?}", worker.holds);
        assert!(worker.waits.is_none() && worker.id > 0);
        assert!(is_whole(SPIN) && !is_whole(&SPIN[..SPIN.len() / 2]));
    }

    #[test]
    fn who_waits_for_a_monitor_is_tied_to_its_owner() {
        let text = "Full thread dump\n\
            \"a\" #1 prio=5 nid=0x10 waiting for monitor entry [0x0]\n\tat x.Y.get(Y.java:1)\n\
            \t- waiting to lock <0x01> (a x.Y)\n\t- locked <0x02> (a x.Z)\n\n\
            \"b\" #2 prio=5 nid=17 runnable [0x0]\n\tat x.Y.put(Y.java:2)\n\t- locked <0x01> (a x.Y)\n";
        let threads = threads(text);
        assert_eq!(threads[0].waits, Some(Wait { lock: "0x01".into(), owner: Some(17) }));
        assert_eq!((threads[1].id, threads[1].frames[0].place.as_deref()), (17, Some("Y.java:2")));
    }
}
