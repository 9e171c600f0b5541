//! Reads what Go's run time prints at SIGQUIT, and at a panic.

use super::record::{Capture, Frame, Thread, Wait};

/// States in which a goroutine waits for a lock.
const LOCK_WAITS: [&str; 5] = ["semacquire", "sync.Mutex.Lock", "sync.RWMutex.Lock", "sync.RWMutex.RLock", "sync.Cond"];

/// The goroutines of the text, in its order.
pub fn goroutines(text: &str) -> Vec<Thread> {
    let mut found: Vec<Thread> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if let Some(goroutine) = header(line) {
            found.push(goroutine);
            inside = true;
        } else if line.trim().is_empty() {
            inside = false;
        } else if let (true, Some(goroutine)) = (inside, found.last_mut()) {
            body(goroutine, line);
        }
    }
    found
}

/// `goroutine 12 [semacquire, 2 minutes]:`
fn header(line: &str) -> Option<Thread> {
    let (id, rest) = line.strip_prefix("goroutine ")?.split_once(' ')?;
    // Newer run times put more between number and state.
    let state = rest.split_once('[')?.1.split_once(']')?.0;
    let state = state.split(',').next().unwrap_or_default();
    let waits = LOCK_WAITS.contains(&state).then(|| Wait { lock: state.to_owned(), owner: None });
    Some(Thread { id: id.parse().ok()?, name: state.to_owned(), waits, ..Thread::default() })
}

fn body(goroutine: &mut Thread, line: &str) {
    if let Some(place) = line.strip_prefix('\t') {
        if let Some(frame) = goroutine.frames.last_mut().filter(|frame| frame.place.is_none()) {
            frame.place = Some(place.split(" +0x").next().unwrap_or(place).to_owned());
        }
        return;
    }
    let call = line.strip_prefix("created by ").unwrap_or(line);
    // Receivers stand in brackets too: only the last group holds the arguments.
    let function = call.rfind('(').map_or(call, |at| &call[..at]);
    let function = function.split(" in goroutine ").next().unwrap_or(function);
    if goroutine.frames.len() < Capture::FRAMES {
        goroutine.frames.push(Frame { function: function.to_owned(), place: None });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "SIGQUIT: quit\nPC=0x1 m=0 sigcode=0\n\n\
        goroutine 0 gp=0x1 m=0 mp=0x2 [idle]:\nruntime.futex(0x1, 0x2)\n\t/go/src/runtime/sys.s:557 +0x21\n\n\
        goroutine 7 [sync.Mutex.Lock, 2 minutes]:\nsync.(*Mutex).Lock(...)\n\t/go/src/sync/mutex.go:90\n\
        github.com/a/b.(*H).Insert(0xc0, {0x1, 0x2})\n\t/src/b/insert.go:12 +0x45\n\
        created by github.com/a/b.Run in goroutine 1\n\t/src/b/run.go:3 +0x9\n\nrax 0x0\n";

    #[test]
    fn goroutines_have_state_functions_and_places() {
        let found = goroutines(TEXT);
        assert_eq!((found.len(), found[1].id, found[1].name.as_str()), (2, 7, "sync.Mutex.Lock"));
        assert!(found[1].waits.is_some() && found[0].waits.is_none());
        let functions: Vec<&str> = found[1].frames.iter().map(|frame| frame.function.as_str()).collect();
        assert_eq!(functions, ["sync.(*Mutex).Lock", "github.com/a/b.(*H).Insert", "github.com/a/b.Run"]);
        assert_eq!(found[1].frames[1].place.as_deref(), Some("/src/b/insert.go:12"));
    }
}
