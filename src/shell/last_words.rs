//! What a process says last, for the report on its end.

use std::io::Read;
use std::sync::mpsc::{Receiver, sync_channel};

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
    fn only_the_last_words_are_kept() {
        assert_eq!(last_words(&b"a long story with an end"[..], 6).recv().unwrap(), "an end");
    }
}
