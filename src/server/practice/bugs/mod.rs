//! Planted bugs: what this server does wrong on purpose.

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

/// All planted bugs by id.
pub fn all() -> &'static [PlantedBug] {
    &[]
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
