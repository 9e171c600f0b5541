//! What a campaign was told, already parsed.

use std::time::Duration;

use camino::Utf8PathBuf;

use super::Clients;
use crate::config::as_flag;
use crate::corpus::NewSince;
use crate::run::HangTimer;
use crate::run::capture::CaptureOptions;
use crate::run::check::Checks;
use crate::server::ServerChoice;
use crate::shell::{Limits, ShellChoice};
use crate::wrap::Shape;

/// What every run needs.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// `--out`
    pub out: Utf8PathBuf,
    /// Which server.
    pub server: ServerChoice,
    /// `--hang-min`; the product's own if not given.
    pub hang_min: Option<Duration>,
    /// `--hang-multiple`
    pub hang_multiple: u32,
    /// What hangs and crashes leave behind; nothing with `--no-capture`.
    pub capture: Option<CaptureOptions>,
    /// `--shell`
    pub shell: ShellChoice,
    /// `--shell-memory`
    pub shell_memory: u64,
    /// `--clients`, `--different-programs`
    pub clients: Clients,
    /// `--checks`
    pub checks: Checks,
    /// `--known`: a file of failures that do not fail the run.
    pub known: Option<Utf8PathBuf>,
    /// `--stop-at-first-failure`
    pub stop_at_first_failure: bool,
    /// `--seed`, drawn if not given.
    pub seed: u64,
    /// Words of the command line that a reproduce command has to repeat.
    pub repeat: Vec<String>,
}

/// What making and running fuzzed files needs beside that.
#[derive(Clone, Debug)]
pub struct FuzzOptions {
    /// What every run needs.
    pub run: RunOptions,
    /// `--corpus`, or the shipped one.
    pub corpus: Vec<Utf8PathBuf>,
    /// `--sets`
    pub sets: u64,
    /// `--source-files`
    pub source_files: usize,
    /// `--new-since`
    pub new_since: NewSince,
    /// Substitutions and mutators.
    pub shape: Shape,
    /// `--baseline`
    pub baseline: bool,
    /// Runs each new failure once more; `--no-confirm` does not.
    pub confirm: bool,
    /// Time for making failing files small.
    pub triage_budget: TriageBudget,
}

/// How long a run may bisect its failures at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriageBudget {
    /// So many hundredths of the run, and at least [`TriageBudget::LEAST`].
    Share(u32),
    /// So long; zero for not at all.
    Time(Duration),
}

impl TriageBudget {
    /// Enough for a handful of crashes.
    pub const LEAST: Duration = Duration::from_secs(30);

    /// The time after a run of that length.
    pub fn of(self, run: Duration) -> Duration {
        match self {
            Self::Share(0) => Duration::ZERO,
            Self::Share(hundredths) => (run * hundredths / 100).max(Self::LEAST),
            Self::Time(time) => time,
        }
    }
}

/// The smallest hang threshold where neither the user nor the product says otherwise.
const HANG_MIN: Duration = Duration::from_secs(30);

impl RunOptions {
    /// The hang timer for a product.
    pub fn timer(&self, of_product: Option<Duration>) -> HangTimer {
        let minimum = self.hang_min.or(of_product).unwrap_or(HANG_MIN);
        HangTimer { minimum, multiple: self.hang_multiple }
    }

    /// The words of a command line that give the same server, shell and hang threshold.
    pub fn words(&self) -> Vec<String> {
        let minimum = self.hang_min.map(|minimum| ["--hang-min".to_owned(), as_flag(minimum)]);
        self.repeat.iter().cloned().chain(self.clients.words()).chain(minimum.into_iter().flatten()).collect()
    }

    /// Bounds of the shell; its own deadlines lie behind the hang timer's, which is the one that tells.
    pub fn limits(&self) -> Limits {
        const FAR: Duration = Duration::from_secs(24 * 3600);
        Limits { interrupt_after: FAR, read_timeout: FAR, memory: self.shell_memory, output: 64 << 20 }
    }
}
