//! Randomness by argument and by name: every random choice hangs on one number that a user can type.
//!
//! A [`Seed`] is split, never shared: `seed.child("mutate", 7)` is the same 32 bytes on every machine and in every
//! build, and no two names give the same stream. ChaCha8 is used because its output is fixed by its definition,
//! unlike that of a library's "standard" generator.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// A node in the tree of random streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed([u8; 32]);

impl Seed {
    /// The root of a run: the number that `--seed` takes and the first lines of output print.
    pub fn from_number(number: u64) -> Self {
        Self(*blake3::Hasher::new_derive_key("jstestfuzz seed v1").update(&number.to_le_bytes()).finalize().as_bytes())
    }

    /// The stream of one room and one index in it, independent of every other.
    pub fn child(&self, room: &str, index: u64) -> Self {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(&(room.len() as u64).to_le_bytes());
        hasher.update(room.as_bytes());
        hasher.update(&index.to_le_bytes());
        Self(*hasher.finalize().as_bytes())
    }

    /// The dice of this node. Two calls give equal dice.
    pub fn dice(&self) -> Dice {
        Dice(ChaCha8Rng::from_seed(self.0))
    }
}

/// A random stream with the few draws that a fuzzer needs; all are free of platform-dependent sizes.
#[derive(Clone, Debug)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// A number in `0..bound`; 0 where `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        // Multiply and shift: the bias is below bound / 2^64, and every platform computes the same.
        ((u128::from(self.0.next_u64()) * bound as u128) >> 64) as usize
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True `part` times out of `whole`.
    pub fn chance(&mut self, part: usize, whole: usize) -> bool {
        self.below(whole) < part
    }

    /// One element, or nothing of an empty slice.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// An index drawn in proportion to `weights`; nothing if they sum to 0.
    pub fn weighted(&mut self, weights: &[u32]) -> Option<usize> {
        let total: usize = weights.iter().map(|&weight| weight as usize).sum();
        let mut at = self.below(total);
        weights.iter().position(|&weight| {
            let hit = at < weight as usize;
            at = at.saturating_sub(weight as usize);
            hit
        })
    }

    /// Fisher and Yates, in place.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_name_and_index_give_the_same_stream() {
        let first = Seed::from_number(42).child("mutate", 7);
        assert_eq!(first, Seed::from_number(42).child("mutate", 7));
        assert_ne!(first, Seed::from_number(42).child("mutate", 8));
        assert_ne!(first, Seed::from_number(42).child("wrap", 7));
        assert_ne!(first, Seed::from_number(43).child("mutate", 7));
    }

    #[test]
    fn the_stream_is_fixed_for_ever() {
        // Recipes in old stores are replayed by number: these values may never change.
        let mut dice = Seed::from_number(1).child("corpus", 0).dice();
        let drawn: Vec<usize> = (0..5).map(|_| dice.below(1000)).collect();
        assert_eq!(drawn, FIRST_FIVE);
    }

    const FIRST_FIVE: [usize; 5] = [462, 50, 270, 942, 672];

    #[test]
    fn weights_of_zero_are_never_drawn() {
        let mut dice = Seed::from_number(3).dice();
        assert!((0..1000).all(|_| dice.weighted(&[0, 5, 0, 1]).is_some_and(|at| at % 2 == 1)));
        assert_eq!(dice.weighted(&[0, 0]), None);
    }

    #[test]
    fn shuffling_keeps_every_element() {
        let mut items: Vec<u32> = (0..50).collect();
        Seed::from_number(9).dice().shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
