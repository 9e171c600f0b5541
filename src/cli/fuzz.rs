//! `fuzz`, `fuzz run`, `fuzz generate`.

use super::options::{FuzzArguments, RunFiles};
use crate::campaign::{self, CampaignError};
use crate::exit_code::ExitCode;
use crate::interrupt::Interrupts;
use crate::report::Human;

/// The main job.
pub fn main(arguments: &FuzzArguments, interrupts: &Interrupts) -> Result<ExitCode, CampaignError> {
    campaign::fuzz(&arguments.options(), &mut Human::new(arguments.run.quiet), interrupts)
}

/// Given files.
pub fn files(arguments: &RunFiles, interrupts: &Interrupts) -> Result<ExitCode, CampaignError> {
    campaign::rerun(&arguments.run.options(), &arguments.files, &mut Human::new(arguments.run.quiet), interrupts)
}

/// Files only.
pub fn generate(arguments: &FuzzArguments, interrupts: &Interrupts) -> Result<ExitCode, CampaignError> {
    campaign::generate(&arguments.options(), &mut Human::new(arguments.run.quiet), interrupts)
}
