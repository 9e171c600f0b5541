//! The joint that sees every room: draw, mutate, wrap, run, judge, keep, report.
//!
//! Every run goes through the same stages: the alarm is heard first ([`alarm`]), the drawn corpus files may be run as
//! they are ([`baseline`]), then the files themselves ([`fuzz`] makes them, [`rerun`] is given them); what failed is run
//! once more ([`confirm`]) and made small ([`minimal`]). [`self_check`] is the alarm at full length.

mod against;
mod alarm;
mod baseline;
pub mod bisect;
mod check;
mod clients;
mod confirm;
mod desk;
mod ending;
mod fuzz;
mod job;
pub mod known;
mod leftovers;
mod minimal;
mod options;
mod planted;
mod repro;
mod reproduce;
mod rerun;
mod self_check;

use crate::exit_code::ExitCode;

pub use alarm::{AlarmError, sound};
pub use check::check;
pub use clients::Clients;
pub use fuzz::{fuzz, generate};
pub use options::{FuzzOptions, RunOptions, TriageBudget};
pub use repro::{Again, Runs, Showing, recorded, repro};
pub use rerun::rerun;
pub use self_check::{SelfCheck, self_check};

/// Why a campaign ended without a verdict; each has its exit code and is told in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// The command line, a file or a server that was named cannot be used.
    #[error("{0}")]
    SetUp(String),
    /// The disk failed half-way.
    #[error("{0}")]
    Disk(String),
    /// The server cannot be started.
    #[error("{0}")]
    Server(String),
    /// A triage's predicate does not hold.
    #[error("{0}")]
    Predicate(String),
    /// The alarm was not heard: silence could not be trusted.
    #[error(transparent)]
    Alarm(#[from] AlarmError),
}

impl CampaignError {
    /// The number to end with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::SetUp(_) => ExitCode::SetUp,
            Self::Disk(_) => ExitCode::Disk,
            Self::Server(_) => ExitCode::ServerUnavailable,
            Self::Predicate(_) => ExitCode::PredicateFails,
            Self::Alarm(_) => ExitCode::Bug,
        }
    }
}
