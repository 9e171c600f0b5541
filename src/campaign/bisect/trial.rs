//! One candidate: what is run, on what server, and where it is looked for failures.

use std::time::Duration;

use camino::Utf8PathBuf;

use super::Case;
use super::wanted::Wanted;
use crate::judge::Class;

/// Files to be run one after another, as one candidate.
#[derive(Clone, Debug)]
pub struct Trial {
    /// In the order of their runs; the last is the candidate itself.
    pub files: Vec<Utf8PathBuf>,
    /// On a server that ran nothing before.
    pub fresh: bool,
    /// Stacks of crashes and hangs are looked at, which takes seconds and tells bugs apart that look alike.
    pub stacks: bool,
    /// When it hangs; by the product's own threshold if not given.
    pub patience: Option<Patience>,
    /// Where it is looked for failures.
    pub shows_in: ShowsIn,
    /// Whether the commands of the last file are kept.
    pub tap: bool,
    /// The failure after which nothing more has to be seen.
    pub cut: Option<Wanted>,
}

impl Trial {
    /// On a fresh server, without a look at stacks, by the product's own threshold.
    pub fn fresh(files: Vec<Utf8PathBuf>, shows_in: ShowsIn) -> Self {
        Self { files, fresh: true, stacks: false, patience: None, shows_in, tap: false, cut: None }
    }
}

/// From when on a candidate hangs, learnt from the runs of the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The whole file.
    pub file: Duration,
    /// One command without its reply.
    pub reply: Option<Duration>,
}

impl Patience {
    /// For telling what hangs from what is slow: four times as long. Otherwise values would shrink until what is left is
    /// just slower than the threshold.
    pub fn to_be_sure(self) -> Self {
        match self.reply {
            Some(reply) => Self { file: self.file.max(reply * 5), reply: Some(reply * 4) },
            None => self,
        }
    }
}

/// Where a failure shows beside replies, logs and exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShowsIn {
    /// In stored data, which is validated after each file.
    pub data: bool,
    /// When the server is asked to end, as leaks do.
    pub end: bool,
}

impl ShowsIn {
    /// Wherever failures of that class can.
    pub fn places_of(class: Option<Class>) -> Self {
        Self {
            data: matches!(class, Some(Class::InvalidData | Class::Inconsistency)),
            end: matches!(class, Some(Class::Shutdown | Class::Sanitizer)),
        }
    }

    /// Wherever the failure of a case can, and everywhere if it is not known.
    pub fn places_in(case: &Case) -> Self {
        let unknown = Self { data: case.validate, end: true };
        case.wanted.as_ref().map_or(unknown, |wanted| Self::places_of(wanted.class))
    }
}
