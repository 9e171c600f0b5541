//! Which planted bugs are switched on.

use super::{Class, PlantedBug, all};
use std::collections::BTreeSet;

/// The planted bugs that are switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bugs(BTreeSet<&'static str>);

impl Bugs {
    /// Not one.
    pub fn none() -> Self {
        Self::default()
    }

    /// Every one, decoys too.
    pub fn all() -> Self {
        Self(all().iter().map(|bug| bug.id).collect())
    }

    /// What looks like trouble and is none.
    pub fn decoys() -> Self {
        Self(all().iter().filter(|bug| bug.class == Class::Decoy).map(|bug| bug.id).collect())
    }

    /// Reads `all`, `none`, `decoys`, or ids with commas between.
    ///
    /// # Errors
    /// One sentence that names the unknown id.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::all()),
            "none" => Ok(Self::none()),
            "decoys" => Ok(Self::decoys()),
            ids => ids.split(',').map(|id| find(id.trim())).collect::<Result<_, _>>().map(Self),
        }
    }

    /// True where that bug is switched on.
    pub fn on(&self, bug: &PlantedBug) -> bool {
        self.0.contains(bug.id)
    }

    /// Those that are switched on, in the order of the list.
    pub fn switched_on(&self) -> impl Iterator<Item = &'static PlantedBug> {
        // Most servers have none: they look no further.
        let list = if self.0.is_empty() { &[] } else { all() };
        list.iter().filter(|bug| self.on(bug))
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

    #[test]
    fn decoys_are_those_that_nobody_may_find() {
        let decoys: Vec<_> = Bugs::parse("decoys").unwrap().switched_on().map(|bug| bug.class.verdicts()).collect();
        assert_eq!(decoys, [&[] as &[&str]; 3]);
    }
}
