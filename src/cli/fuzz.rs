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
    if arguments.judge_only {
        let last = [arguments.run.out.join("latest")];
        let paths = if arguments.files.is_empty() { &last[..] } else { &arguments.files };
        return super::judge::again(paths, &campaign::known::read(arguments.run.known.as_deref())?);
    }
    let files: Vec<_> =
        arguments.files.iter().cycle().take(arguments.files.len() * arguments.repeat as usize).cloned().collect();
    campaign::rerun(&arguments.run.options(), &files, &mut Human::new(arguments.run.quiet), interrupts)
}

/// Files only.
pub fn generate(arguments: &FuzzArguments, interrupts: &Interrupts) -> Result<ExitCode, CampaignError> {
    campaign::generate(&arguments.options(), &mut Human::new(arguments.run.quiet), interrupts)
}
