//! The `triage` program: old records again, failing files made small.

mod bisect;
mod progress;
mod reduce;

use camino::Utf8PathBuf;
use clap::{Parser, Subcommand};

use crate::campaign::CampaignError;
use crate::exit_code::ExitCode;
use crate::judge::Known;
use crate::report::say;
use crate::run::Execution;
use crate::store::read_record;

/// Looks at failures that a run recorded, and makes failing scripts small.
#[derive(Debug, Parser)]
#[command(name = "triage", version, max_term_width = 110)]
pub struct Triage {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judges records again with today's oracles: one line a record, and a total
    Judge {
        /// record.json files, or folders with such
        #[arg(required = true, value_name = "RECORD")]
        records: Vec<Utf8PathBuf>,
    },
    /// Works on the signatures by which failures are one bug
    #[command(subcommand)]
    Signature(super::signature::SignatureCommand),
    /// Says where to look first: the last completed statement and the first that was not
    Locate {
        /// record.json of an execution
        #[arg(value_name = "RECORD")]
        record: Utf8PathBuf,
    },
    /// Makes a failing file as small as its server allows
    ///
    /// Takes the server, shell and bounds of `fuzz`; from a record or a signature those of the run. First runs the file up
    /// to 11 times: it must fail there, and with one failure.
    Bisect(Box<bisect::BisectArguments>),
    /// Makes a script as small as a test allows
    ///
    /// The test is any command. It gets the path of a copy and ends with status 0 as long as the copy is still interesting,
    /// that is, fails as FILE does. It must say so of FILE and not of an empty file.
    Reduce(reduce::ReduceArguments),
}

/// Runs one of them.
pub fn run(triage: &Triage) -> Result<ExitCode, CampaignError> {
    match &triage.command {
        Command::Judge { records } => super::judge::again(records, &Known::default()),
        Command::Signature(command) => super::signature::run(command),
        Command::Locate { record } => {
            locate(&read_record(record)?);
            Ok(ExitCode::Clean)
        }
        Command::Bisect(arguments) => bisect::run(arguments, &super::interrupts()?),
        Command::Reduce(arguments) => reduce::run(arguments, &super::interrupts()?),
    }
}

fn locate(execution: &Execution) {
    say(&format!("file            {}", execution.file));
    match execution.last_completed() {
        Some(last) => {
            say(&format!("last completed  statement {last} of {}", execution.statements));
            say(&format!("look first at   statement {}", last + 1));
        }
        None => say("last completed  none"),
    }
}
