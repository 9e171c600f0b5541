//! Makes a failing script as small as its test allows.
//!
//! A [`Test`] says of a text whether it still fails; everything else is done here. [`Reduction::run`] first checks the
//! test (it holds on the original and not on the empty file), halves the list of top-level statements, and then goes
//! below the statement with the passes of `passes/` until none of their edits can be made alone: the result is
//! one-minimal. All candidates of a level are independent of each other and run on as many threads as
//! [`Options::jobs`]; what becomes of their answers depends on the answers alone, so that neither timing nor the number
//! of threads changes the result. [`Reduction::run_lines`] does the first part on lines, for texts that do not parse.
//!
//! Walks over trees are recursive: whoever takes texts from outside calls by [`on_deep_stack`].
//!
//! Every answer is written to the [`Journal`] before it is used. A reduction that starts again with the same journal
//! walks the same way, is answered at once for all that is known, and loses only the tests that were running.

mod deep_stack;
mod dependencies;
mod halving;
mod journal;
mod lab;
mod lines;
mod passes;
mod program;
mod reduction;
mod size;
mod statements;
mod walk;

use std::io;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

pub use deep_stack::on_deep_stack;
pub use journal::{Answer, Journal, Key};
pub use program::{framed_statement, framed_statements, without_each};
pub use size::{ink, is_smaller};

/// The predicate that a reduction keeps true.
pub trait Test: Sync {
    /// What makes this predicate another one than others: command, server, signature, number of repetitions. Answers in
    /// a journal are used again for the same text under the same name only.
    fn name(&self) -> String;

    /// Runs the candidate. It is called from up to [`Options::jobs`] threads at once, each with a text of its own, and
    /// must answer alike for the same text. A test that is flaky repeats inside and answers by its own statistics. It
    /// looks at `stop` often, at least twice a second, and comes back with [`Outcome::Stopped`] when that is set.
    fn try_it(&self, candidate: &str, stop: &Cancel<'_>) -> Outcome;
}

/// What a test says of a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It fails as the original does.
    StillFails,
    /// It does not.
    Passes,
    /// It could not be told: another failure, a time limit. Taken as not failing, and counted apart.
    Unknown,
    /// The test gave up because it was asked to. Never kept in a journal.
    Stopped,
    /// No candidate can be tested any more (no server comes up, the disk is full), in one sentence with the remedy. It
    /// ends the reduction and is never kept in a journal.
    Broken(String),
}

/// A request to stop that running tests look at.
pub struct Cancel<'a> {
    asked: &'a (dyn Fn() -> bool + Sync),
    deadline: Option<Instant>,
}

impl<'a> Cancel<'a> {
    /// Set as soon as `asked` says so, or when `deadline` is past.
    pub fn new(asked: &'a (dyn Fn() -> bool + Sync), deadline: Option<Instant>) -> Self {
        Self { asked, deadline }
    }

    /// Why a test should stop now, if it should.
    pub fn requested(&self) -> Option<Ending> {
        if (self.asked)() {
            return Some(Ending::Interrupted);
        }
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline).then_some(Ending::TimeSpent)
    }
}

/// How a reduction is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Threads that test at once; at least 1. No influence on the result.
    pub jobs: usize,
    /// Tests after which it ends with the best so far; answers from a journal count like those that they repeat.
    pub tests: Option<u64>,
    /// Time after which it ends with the best so far. Where it hits depends on the machine.
    pub time: Option<Duration>,
    /// Leaves the timing frames of fuzzed files around their statements.
    pub keep_wrapping: bool,
    /// Statements that probably matter, tried first and never trusted: numbers of frames in fuzzed files, else
    /// positions from 0. Those that do not exist are ignored.
    pub hint: Vec<usize>,
    /// Ends it where [`Progress::ManyParts`] is told, for who can ask a better test then.
    pub wary: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { jobs: 1, tests: None, time: None, keep_wrapping: false, hint: Vec::new(), wary: false }
    }
}

/// Everything that a reduction needs; see the module.
pub struct Reduction<'a> {
    /// What has to stay true.
    pub test: &'a dyn Test,
    /// How.
    pub options: Options,
    /// Answers of an earlier, interrupted run, and the place for new ones.
    pub journal: Journal,
    /// Asked again and again; true ends the reduction with the best so far.
    pub stop: &'a (dyn Fn() -> bool + Sync),
    /// Told what happens, on the thread that reduces. An error from it ends the reduction.
    pub progress: &'a mut dyn FnMut(&Progress<'_>) -> io::Result<()>,
}

/// What happens in a reduction. Sizes are those of [`ink`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Progress<'a> {
    /// A stage begins.
    Stage {
        /// `check`, `statements`, `lines` or the name of a pass.
        stage: &'static str,
        /// From 1; a stage comes again until nothing changes.
        round: u32,
        /// Size of the text that it starts from.
        bytes: usize,
    },
    /// The candidates of one level are about to be tested.
    Level {
        /// How many there are.
        candidates: usize,
        /// How many of them are answered already.
        cached: usize,
    },
    /// One test is over.
    Tested {
        /// Tests so far.
        tests: u64,
        /// Candidates so far that were answered without a test.
        cached: u64,
        /// Size of the candidate.
        bytes: usize,
        /// It still fails.
        fails: bool,
        /// Size of the smallest text so far that still fails.
        best: usize,
    },
    /// So many parts of the text seem to be needed that the test is probably flaky: one that fails by chance loses its
    /// failure now here, now there.
    ManyParts {
        /// Parts that could not be left out.
        parts: usize,
    },
    /// The smallest text so far that still fails.
    Best {
        /// The whole text.
        text: &'a str,
    },
}

/// Why a reduction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// No edit of any pass can be made alone.
    Minimal,
    /// [`Options::tests`] are used up.
    TestsSpent,
    /// [`Options::time`] is used up.
    TimeSpent,
    /// Somebody asked for it.
    Interrupted,
    /// See [`Options::wary`].
    ManyParts,
}

/// A row of the table: what one stage did in all its rounds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StageCost {
    /// As in [`Progress::Stage`].
    pub stage: &'static str,
    /// What it took away of the size ([`ink`]).
    pub removed: usize,
    /// Tests that it cost, those of earlier, interrupted runs included.
    pub tests: u64,
    /// Candidates that were known already.
    pub cached: u64,
    /// Tests without a clear answer.
    pub unknown: u64,
    /// Sum of its tests' times, in milliseconds; on several threads more than passed on the wall.
    pub test_millis: u64,
}

/// What a reduction gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reduced {
    /// The smallest text found; the test said [`Outcome::StillFails`] of exactly these bytes.
    pub text: String,
    /// Why it went no further.
    pub ending: Ending,
    /// In the order in which the stages first ran.
    pub stages: Vec<StageCost>,
}

impl Reduced {
    /// Tests of all stages.
    pub fn tests(&self) -> u64 {
        self.stages.iter().map(|stage| stage.tests).sum()
    }
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum ReduceError {
    /// The predicate's first check.
    #[error("the test does not hold on the original file: it must fail there before anything can be reduced")]
    PassesOnOriginal,
    /// The predicate's second check.
    #[error(
        "the test holds on the empty file too, so it says nothing about this one; make it look at what the file does"
    )]
    FailsOnEmpty,
    /// The text is no program, and was to be read as one.
    #[error("does not parse: {0}; --lines reduces it by lines")]
    DoesNotParse(String),
    /// Modules cannot run as scripts.
    #[error(
        "is a module (import, export or await at the top level), and only scripts are cut by statements; --lines reduces it by lines"
    )]
    Module,
    /// The test cannot be made any more.
    #[error("{0}")]
    Broken(String),
    /// It ended before the original and the empty file had been tested.
    #[error("ended before the test was checked on the original and on the empty file")]
    EndedEarly(Ending),
    /// The journal, or what `progress` writes.
    #[error("cannot keep what was found: {0}")]
    Unwritable(#[from] io::Error),
}

#[cfg(test)]
mod tests;
