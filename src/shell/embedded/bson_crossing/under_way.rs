//! What is being encoded at one moment, in all engines of the process. Getters may encode while they are encoded, and
//! threads do so side by side: each document has its bound, and all of them together have one, too.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of all documents under way.
const MOST: usize = 128 << 20;
/// A document is counted each time that it has grown by so much; smaller ones cost nothing.
const STEP: usize = 1 << 20;

static ALL: AtomicUsize = AtomicUsize::new(0);

/// The share of one document; it is given back when this goes.
#[derive(Default)]
pub(super) struct UnderWay(Cell<usize>);

impl UnderWay {
    /// Counts a document of so many bytes.
    ///
    /// # Errors
    /// All documents together are too large; the text is the exception's.
    pub(super) fn grown_to(&self, bytes: usize) -> Result<(), String> {
        let counted = self.0.get();
        if bytes < counted + STEP {
            return Ok(());
        }
        self.0.set(bytes);
        let all = ALL.fetch_add(bytes - counted, Ordering::Relaxed) + bytes - counted;
        if all > MOST {
            Err(format!("BSONObjectTooLarge: documents of more than {MOST} bytes are under way"))
        } else {
            Ok(())
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        ALL.fetch_sub(self.0.get(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_side_by_side_share_the_bound_and_give_it_back() {
        let (one, other) = (UnderWay::default(), UnderWay::default());
        assert_eq!(one.grown_to(MOST / 2), Ok(()));
        assert_eq!(one.grown_to(MOST / 2 + STEP), Ok(()));
        assert!(other.grown_to(MOST / 2).is_err());
        drop(other);
        assert_eq!(UnderWay::default().grown_to(MOST / 4), Ok(()));
        drop(one);
        assert_eq!(UnderWay::default().grown_to(MOST - STEP), Ok(()));
    }
}
