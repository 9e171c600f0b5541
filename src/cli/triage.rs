//! The `triage` program: old records again.

use camino::Utf8PathBuf;
use clap::{Parser, Subcommand};

use crate::campaign::CampaignError;
use crate::exit_code::ExitCode;
use crate::judge::Known;
use crate::report::say;
use crate::run::Execution;
use crate::store::read_record;

/// Looks at failures that a run recorded.
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
