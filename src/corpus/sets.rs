//! Which tests go into which fuzzed file.

use super::Corpus;
use crate::seed::Seed;

/// The tests drawn for one fuzzed file, as positions in the corpus, in the order in which they were drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// Number of the set in its run, from 0.
    pub index: u64,
    /// Positions in [`Corpus::files`].
    pub files: Vec<usize>,
    /// Those of them that are newly committed.
    pub new: Vec<usize>,
}

/// Draws set number `index`: the new tests, or their turn if they would take more than half, and others at random.
///
/// Depends on nothing but its arguments, so that any set can be drawn again alone. `usable` are the positions that may
/// be drawn; `new` those of them that are newly committed.
pub fn draw(corpus: &Corpus, usable: &[usize], new: &[usize], seed: &Seed, index: u64, size: usize) -> Set {
    debug_assert!(usable.iter().all(|&at| at < corpus.files.len()));
    let size = size.min(usable.len());
    let room = if new.len() == usable.len() { 0 } else { size.div_ceil(2).min(size) };
    let mut files = turn(new, index, room);
    let chosen = files.clone();
    let mut others: Vec<usize> = usable.iter().copied().filter(|at| !files.contains(at)).collect();
    let mut dice = seed.child("sets", index).dice();
    dice.shuffle(&mut others);
    files.extend(others.into_iter().take(size - files.len()));
    dice.shuffle(&mut files);
    Set { index, files, new: chosen }
}

/// The window of `room` new tests whose turn it is: over many sets each is used equally often.
fn turn(new: &[usize], index: u64, room: usize) -> Vec<usize> {
    if new.len() <= room {
        return new.to_vec();
    }
    let start = (u128::from(index) * room as u128 % new.len() as u128) as usize;
    (0..room).map(|at| new[(start + at) % new.len()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js::Kind;
    use std::collections::BTreeMap;

    fn corpus(files: usize) -> Corpus {
        let file = |at| super::super::SourceFile {
            name: format!("{at}.js"),
            path: format!("{at}.js").into(),
            digest: String::new(),
            kind: Kind::Script,
            needs: None,
            statements: Vec::new(),
            declared: Default::default(),
        };
        Corpus { files: (0..files).map(file).collect(), skipped: Vec::new() }
    }

    #[test]
    fn every_set_holds_the_new_tests() {
        let (corpus, all) = (corpus(50), (0..50).collect::<Vec<_>>());
        for index in 0..20 {
            let set = draw(&corpus, &all, &[7, 49], &Seed::from_number(1), index, 10);
            assert_eq!(set.files.len(), 10);
            assert!(set.files.contains(&7) && set.files.contains(&49));
        }
    }

    #[test]
    fn many_new_tests_take_half_and_are_used_equally_often() {
        let (corpus, all) = (corpus(60), (0..60).collect::<Vec<_>>());
        let new: Vec<usize> = (0..25).collect();
        let mut used = BTreeMap::new();
        for index in 0..25 {
            let set = draw(&corpus, &all, &new, &Seed::from_number(1), index, 20);
            assert_eq!(set.new.len(), 10);
            set.new.iter().for_each(|&at| *used.entry(at).or_insert(0) += 1);
        }
        assert!(new.iter().all(|at| used[at] == 10), "{used:?}");
    }

    #[test]
    fn no_test_stands_twice_and_a_small_corpus_is_taken_whole() {
        let (corpus, all) = (corpus(5), (0..5).collect::<Vec<_>>());
        let set = draw(&corpus, &all, &[1], &Seed::from_number(3), 0, 30);
        let mut sorted = set.files.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2, 3, 4]);
        assert_eq!(set, draw(&corpus, &all, &[1], &Seed::from_number(3), 0, 30));
    }
}
