//! What planted bugs remember from one command to the next.

use super::PlantedBug;
use parking_lot::Mutex;
use std::collections::{BTreeMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};

/// Notes of all bugs together.
const MAX_NOTES: usize = 10_000;

/// Belongs to one server.
#[derive(Debug, Default)]
pub struct Memory {
    met: Mutex<BTreeMap<&'static str, u64>>,
    notes: Mutex<BTreeMap<(&'static str, String), String>>,
    blocks: Mutex<VecDeque<Vec<u8>>>,
    /// Different in each server: what comes now and then must not come at the same place again.
    chance: RandomState,
    /// Tripwire assertions that failed; they make the end of the server a failure.
    pub tripwires: AtomicU32,
    /// Blocks that LeakSanitizer would report at the end.
    pub lost_blocks: AtomicU32,
}

impl Memory {
    /// Counts how often a bug's condition was met.
    pub fn count(&self, bug: &PlantedBug) -> u64 {
        let mut met = self.met.lock();
        let count = met.entry(bug.id).or_default();
        *count += 1;
        *count
    }

    /// True about one time in `of`, by chance.
    pub fn draw(&self, bug: &PlantedBug, of: u64) -> bool {
        self.chance.hash_one((bug.id, self.count(bug))).is_multiple_of(of)
    }

    /// Keeps a word about something.
    pub fn note(&self, bug: &PlantedBug, about: String, word: String) {
        let mut notes = self.notes.lock();
        if notes.len() < MAX_NOTES {
            notes.insert((bug.id, about), word);
        }
    }

    /// The word kept about something.
    pub fn noted(&self, bug: &PlantedBug, about: &str) -> Option<String> {
        self.notes.lock().get(&(bug.id, about.to_owned())).cloned()
    }

    /// Keeps a block, and of all blocks the newest `most`.
    pub fn cache(&self, block: Vec<u8>, most: usize) {
        let mut blocks = self.blocks.lock();
        blocks.push_back(block);
        let surplus = blocks.len().saturating_sub(most);
        blocks.drain(..surplus);
    }

    /// One more failed tripwire.
    pub fn trip(&self) {
        self.tripwires.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::practice::bugs::all;

    #[test]
    fn a_draw_hits_one_time_in_ten_and_in_each_server_at_other_times() {
        let hits = |memory: Memory| (0..10_000).filter(|_| memory.draw(&all()[0], 10)).collect::<Vec<u32>>();
        let first = hits(Memory::default());
        assert!((800..=1_200).contains(&first.len()), "{}", first.len());
        assert_ne!(first, hits(Memory::default()));
    }

    #[test]
    fn a_cache_keeps_the_newest_blocks() {
        let memory = Memory::default();
        (0..5).for_each(|number| memory.cache(vec![number], 2));
        assert_eq!(memory.blocks.into_inner(), [vec![3], vec![4]]);
    }
}
