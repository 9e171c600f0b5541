//! What people see: one [`Event`] enum feeds every [`Reporter`].

mod checked;
mod effectiveness;
mod failure;
mod human;
mod self_check;
mod summary;
mod tally;

use std::time::Duration;

use crate::judge::Judgement;
use crate::run::Execution;

pub use checked::Checked;
pub use effectiveness::Effectiveness;
pub use failure::{FULL_REPORTS, FailureBlock, Failures, Minimal, ShownAgain, Sighted};
pub use human::{Human, say};
pub use self_check::{BugRow, Heard, self_check_sum};
pub use summary::{KnownFailure, Summary, word};
pub use tally::{Tally, TestOutcome};

/// Something worth telling.
#[derive(Debug)]
pub enum Event<'a> {
    /// One of the first lines: a word and what it stands for.
    Head {
        /// `seed`, `corpus`, `server`, ...
        word: &'a str,
        /// Its value.
        text: String,
    },
    /// A line that is neither head nor result.
    Notice(String),
    /// A stretch of files begins.
    Stage {
        /// `baseline`, `fuzz`, ...
        name: &'a str,
        /// How many files it has.
        files: usize,
    },
    /// A file is over.
    File {
        /// Its short name.
        name: &'a str,
        /// What was recorded.
        execution: &'a Execution,
        /// What was made of it.
        judgement: &'a Judgement,
    },
    /// The stretch is over.
    StageEnd {
        /// How long it took.
        elapsed: Duration,
    },
    /// The last lines.
    Summary(&'a Summary),
}

/// Tells events on somewhere. Must not fail: a report that cannot be written is no reason to lose a run.
pub trait Reporter {
    /// Takes one event; called in order, from one thread.
    fn event(&mut self, event: &Event<'_>);
}
