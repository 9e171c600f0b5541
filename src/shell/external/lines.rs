//! Lines of a pipe, live and within bounds.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Lines that may wait; a shell that prints faster than we read waits itself.
const WAITING: usize = 1_000;
/// A longer line is cut into pieces of this size: nothing that a shell prints may fill our memory.
const LONGEST: u64 = 32 << 20;

/// Reads `pipe` on a thread of its own; the channel closes with the pipe.
pub fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = sync_channel(WAITING);
    std::thread::spawn(move || forward(pipe, &sender));
    receiver
}

fn forward(pipe: impl Read, sender: &SyncSender<String>) {
    let mut pipe = BufReader::new(pipe);
    loop {
        let mut line = Vec::new();
        match pipe.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        if sender.send(text.trim_end_matches(['\n', '\r']).to_owned()).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_line_without_its_end_counts_too() {
        let read: Vec<String> = lines(&b"one\r\ntwo\n\nthree"[..]).iter().collect();
        assert_eq!(read, ["one", "two", "", "three"]);
    }
}
