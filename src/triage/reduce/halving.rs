//! Which of many cuts can be made together: breadth-first halving.
//!
//! A group of cuts that cannot be made as a whole is split. While there is one such group both halves are tried; as soon
//! as there are several, all of them go down a level together: first all the later halves in one level of independent
//! candidates (what stands later uses what stands before, so it goes first), then those earlier halves whose later half
//! could not be made. Where it could, the earlier half is taken as needed, because both together were. Where a whole level
//! made nothing and few cuts are open, most of them are needed: groups would only cost tests, and each is tried alone. Single
//! cuts are looked at again by whoever wants to be sure.

use std::collections::BTreeSet;

use super::lab::{Halt, Lab};
use super::size::compare;

/// Candidates of one level are held in memory; a level of more is tested in parts. Constant, so that the result does not
/// hang on the machine.
const MOST_AT_ONCE: usize = 256;

/// As many open cuts are few.
const FEW: usize = 16;

/// Failures of more parts are hardly ever seen.
const MOST_PARTS: usize = 6;

/// A set of cuts, by number.
pub(super) type Chosen = BTreeSet<usize>;

/// Things that can be cut from one text, numbered from 0 in the order of the text.
pub(super) trait Cuts {
    /// How many there are.
    fn count(&self) -> usize;

    /// The cuts that must be made along with these.
    fn with_dependents(&self, chosen: Chosen) -> Chosen {
        chosen
    }

    /// The text after these cuts; nothing if it is no program or no smaller than before.
    fn candidate(&self, chosen: &Chosen) -> Option<String>;
}

/// A search for the cuts that can be made together.
pub(super) struct Halving<'l, 'a> {
    lab: &'l mut Lab<'a>,
    cuts: &'l dyn Cuts,
    made: Chosen,
    /// More groups than these are told, once.
    most_parts: usize,
}

impl<'l, 'a> Halving<'l, 'a> {
    pub(super) fn new(lab: &'l mut Lab<'a>, cuts: &'l dyn Cuts) -> Self {
        Self { lab, cuts, made: Chosen::new(), most_parts: usize::MAX }
    }

    /// All at once, and in halves if that does not hold.
    pub(super) fn all_then_halves(mut self) -> Result<Chosen, Halt> {
        let all: Vec<usize> = (0..self.cuts.count()).collect();
        if all.is_empty() || self.level(std::slice::from_ref(&all))?[0] {
            return Ok(self.made);
        }
        self.halve(all)
    }

    /// In halves; that all at once does not hold is known. Many halves that cannot be made are told.
    pub(super) fn halves(mut self) -> Result<Chosen, Halt> {
        let all = (0..self.cuts.count()).collect();
        self.most_parts = MOST_PARTS;
        self.halve(all)
    }

    /// Complements: neighbours in chunks of falling sizes, down to `smallest`.
    pub(super) fn in_chunks(mut self, smallest: usize) -> Result<Chosen, Halt> {
        let mut size = self.cuts.count() / 2;
        while size >= smallest.max(1) {
            let rest: Vec<usize> = (0..self.cuts.count()).filter(|cut| !self.made.contains(cut)).collect();
            let chunks: Vec<Vec<usize>> = rest.chunks(size).map(<[usize]>::to_vec).collect();
            self.level(&chunks)?;
            size /= 2;
        }
        Ok(self.made)
    }

    /// Each alone.
    pub(super) fn one_by_one(mut self) -> Result<Chosen, Halt> {
        let singles: Vec<Vec<usize>> = (0..self.cuts.count()).map(|cut| vec![cut]).collect();
        self.level(&singles)?;
        Ok(self.made)
    }

    fn halve(&mut self, all: Vec<usize>) -> Result<Chosen, Halt> {
        let mut needed = vec![all];
        while !needed.is_empty() {
            let made = self.made.len();
            needed = self.go_down(needed)?;
            if needed.len() > self.most_parts {
                self.most_parts = usize::MAX;
                self.lab.many_parts(needed.len())?;
            }
            let open: usize = needed.iter().map(Vec::len).sum();
            if self.made.len() == made && open <= FEW {
                let singles: Vec<Vec<usize>> = needed.drain(..).flatten().map(|cut| vec![cut]).collect();
                self.level(&singles)?;
            }
        }
        Ok(std::mem::take(&mut self.made))
    }

    /// One level down: the halves of these groups that cannot be made.
    fn go_down(&mut self, groups: Vec<Vec<usize>>) -> Result<Vec<Vec<usize>>, Halt> {
        let split = groups.into_iter().filter(|group| group.len() > 1).map(|mut group| {
            let later = group.split_off(group.len() / 2);
            (group, later)
        });
        let (earlier, later): (Vec<_>, Vec<_>) = split.unzip();
        if let ([one], [other]) = (earlier.as_slice(), later.as_slice()) {
            let both = [one.clone(), other.clone()];
            self.level(&both)?;
            return Ok(self.left(both));
        }
        let gone = self.level(&later)?;
        let open = earlier.iter().zip(&gone).filter(|(_, gone)| !**gone).map(|(group, _)| group.clone());
        let open: Vec<Vec<usize>> = open.collect();
        self.level(&open)?;
        Ok(self.left(earlier.into_iter().zip(later).flat_map(|(one, other)| [one, other])))
    }

    /// What is not made yet of these groups.
    fn left(&self, groups: impl IntoIterator<Item = Vec<usize>>) -> Vec<Vec<usize>> {
        let rest = |group: Vec<usize>| group.into_iter().filter(|cut| !self.made.contains(cut)).collect::<Vec<_>>();
        groups.into_iter().map(rest).filter(|group| !group.is_empty()).collect()
    }

    /// Tests each group on top of what is made, and makes all that hold, as far as they hold together. Says of each
    /// group whether it is made now.
    fn level(&mut self, groups: &[Vec<usize>]) -> Result<Vec<bool>, Halt> {
        for some in groups.chunks(MOST_AT_ONCE) {
            let sets: Vec<Chosen> = some.iter().map(|group| self.on_top(group.iter().copied())).collect();
            let texts: Vec<Option<String>> = sets.iter().map(|set| self.cuts.candidate(set)).collect();
            let holds = self.lab.level(&texts)?;
            let all = sets.into_iter().zip(texts).zip(holds).filter(|(_, holds)| *holds);
            let mut held: Vec<(Chosen, String)> = all.filter_map(|((set, text), _)| Some((set, text?))).collect();
            held.sort_by(|(_, one), (_, other)| compare(one, other));
            self.merge(&held)?;
        }
        Ok(groups.iter().map(|group| group.iter().all(|cut| self.made.contains(cut))).collect())
    }

    fn on_top(&self, more: impl IntoIterator<Item = usize>) -> Chosen {
        self.cuts.with_dependents(self.made.iter().copied().chain(more).collect())
    }

    /// Makes the union if it holds, else first what makes the text smallest and the rest on top of it, as far as it holds.
    fn merge(&mut self, held: &[(Chosen, String)]) -> Result<(), Halt> {
        if held.is_empty() {
            return Ok(());
        }
        let union = self.on_top(held.iter().flat_map(|(set, _)| set.iter().copied()));
        if self.lab.one(self.cuts.candidate(&union))? {
            self.made = union;
        } else if held.len() > 1 {
            let (first, rest) = held.split_at(held.len() / 2);
            self.merge(first)?;
            self.merge(rest)?;
        }
        Ok(())
    }
}
