//! The `triage` program: old records again, failing files made small.

mod progress;
mod reduce;

use camino::Utf8PathBuf;
use clap::{Parser, Subcommand};
use serde::Deserialize;

use crate::campaign::CampaignError;
use crate::exit_code::ExitCode;
use crate::judge::{Verdict, judge};
use crate::report::say;
use crate::run::Execution;
use crate::store::read_json;

/// Looks at failures that a run recorded, and makes failing scripts small.
#[derive(Debug, Parser)]
#[command(name = "triage", version, max_term_width = 110)]
pub struct Triage {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judges records again with today's oracles
    Judge {
        /// record.json of executions
        #[arg(required = true, value_name = "RECORD")]
        records: Vec<Utf8PathBuf>,
    },
    /// Says where to look first: the last completed statement and the first that was not
    Locate {
        /// record.json of an execution
        #[arg(value_name = "RECORD")]
        record: Utf8PathBuf,
    },
    /// Makes a script as small as a test allows
    ///
    /// The test is any command. It gets the path of a copy and ends with status 0 as long as the copy is still interesting,
    /// that is, fails as FILE does. It must say so of FILE and not of an empty file.
    Reduce(reduce::ReduceArguments),
}

#[derive(Deserialize)]
struct Record {
    execution: Execution,
}

/// Runs one of them.
pub fn run(triage: &Triage) -> Result<ExitCode, CampaignError> {
    match &triage.command {
        Command::Judge { records } => judge_again(records),
        Command::Locate { record } => {
            locate(&read(record)?);
            Ok(ExitCode::Clean)
        }
        Command::Reduce(arguments) => reduce::run(arguments, &super::interrupts()?),
    }
}

fn read(path: &Utf8PathBuf) -> Result<Execution, CampaignError> {
    let record: Record = read_json(path)?;
    Ok(record.execution)
}

fn judge_again(records: &[Utf8PathBuf]) -> Result<ExitCode, CampaignError> {
    let mut failures = false;
    for path in records {
        let judgement = judge(&read(path)?);
        failures |= judgement.verdict == Verdict::Failure;
        say(&format!("{path}: {:?}", judgement.verdict));
        for finding in &judgement.findings {
            say(&format!("  [{}] {}", finding.signature, finding.title));
        }
    }
    Ok(if failures { ExitCode::FailuresFound } else { ExitCode::Clean })
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
