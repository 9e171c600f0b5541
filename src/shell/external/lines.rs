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

/// Reads `pipe` to its end and keeps the last `most` bytes; they come when it is closed.
pub fn last_words(mut pipe: impl Read + Send + 'static, most: usize) -> Receiver<String> {
    let (sender, receiver) = sync_channel(1);
    std::thread::spawn(move || {
        let (mut kept, mut piece) = (Vec::new(), [0; 4096]);
        while let Ok(read @ 1..) = pipe.read(&mut piece) {
            kept.extend_from_slice(&piece[..read]);
            kept.drain(..kept.len().saturating_sub(most));
        }
        let _ = sender.send(String::from_utf8_lossy(&kept).trim().to_owned());
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_line_without_its_end_counts_too() {
        let read: Vec<String> = lines(&b"one\r\ntwo\n\nthree"[..]).iter().collect();
        assert_eq!(read, ["one", "two", "", "three"]);
    }

    #[test]
    fn only_the_last_words_are_kept() {
        assert_eq!(last_words(&b"a long story with an end"[..], 6).recv().unwrap(), "an end");
    }
}
