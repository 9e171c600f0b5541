//! Planted bugs: what this server does wrong on purpose, so that a fuzzer's finds can be checked against the truth.
//!
//! One file a bug: its description and the condition that fires it. The commands call the conditions where a real server
//! would have the mistake; what happens then is done by [`faults`]. No bug is on unless `--bugs` says so.

pub mod faults;
pub mod get_more_without_collection;
pub mod index_name_conflict;
pub mod mixed_array;
pub mod narrow_count;
pub mod stage_as_filter;
pub mod stale_entry;

use std::collections::BTreeSet;

/// What a planted bug does to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A real SIGSEGV.
    Crash,
    /// `Invariant failure` in the log, then abort().
    Invariant,
    /// Two locks wait for each other, or one for itself.
    Deadlock,
    /// A loop without end under a collection's lock.
    Spin,
    /// Data and index disagree; `validate` says so.
    Inconsistency,
    /// A reply that shows the server's insides.
    InternalError,
}

/// One planted bug.
#[derive(Debug)]
pub struct PlantedBug {
    /// `PRACTICE-1`
    pub id: &'static str,
    /// What it does.
    pub class: Class,
    /// What fires it.
    pub condition: &'static str,
    /// A title as a ticket would have it.
    pub title: &'static str,
    /// The smallest program that shows it, for a shell.
    pub program: &'static str,
}

static ALL: [PlantedBug; 6] = [
    stage_as_filter::BUG,
    narrow_count::BUG,
    index_name_conflict::BUG,
    stale_entry::BUG,
    mixed_array::BUG,
    get_more_without_collection::BUG,
];

/// All planted bugs by id.
pub fn all() -> &'static [PlantedBug] {
    &ALL
}

/// The planted bugs that are switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bugs(BTreeSet<&'static str>);

impl Bugs {
    /// Not one.
    pub fn none() -> Self {
        Self::default()
    }

    /// Every one.
    pub fn all() -> Self {
        Self(all().iter().map(|bug| bug.id).collect())
    }

    /// Reads `all`, `none`, or ids with commas between.
    ///
    /// # Errors
    /// One sentence that names the unknown id.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::all()),
            "none" => Ok(Self::none()),
            ids => ids.split(',').map(|id| find(id.trim())).collect::<Result<_, _>>().map(Self),
        }
    }

    /// True where that bug is switched on.
    pub fn on(&self, bug: &PlantedBug) -> bool {
        self.0.contains(bug.id)
    }
}

fn find(id: &str) -> Result<&'static str, String> {
    let bug = all().iter().find(|bug| bug.id.eq_ignore_ascii_case(id));
    bug.map(|bug| bug.id).ok_or_else(|| format!("there is no planted bug '{id}'; `fuzz server bugs` lists them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_in_any_case_and_unknown_ones_named() {
        let one = Bugs::parse("practice-1").unwrap();
        assert!(one.on(&all()[0]) && !one.on(&all()[1]));
        assert_eq!(Bugs::parse("all").unwrap(), Bugs::all());
        assert_eq!(Bugs::parse("none").unwrap(), Bugs::none());
        assert!(Bugs::parse("PRACTICE-1,NOPE").unwrap_err().contains("NOPE"));
    }

    #[test]
    fn ids_are_unique() {
        assert_eq!(Bugs::all().0.len(), all().len());
    }
}
