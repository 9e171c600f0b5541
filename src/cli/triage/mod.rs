//! The `triage` program: old records again, failing files made small.

mod bisect;
mod compare;
mod list;
mod locate;
mod place;
mod progress;
mod reduce;
mod repro;
mod show;
mod timeline;

use camino::Utf8PathBuf;
use clap::{Parser, Subcommand};

use crate::campaign::CampaignError;
use crate::exit_code::ExitCode;
use crate::judge::Known;

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
    /// Lists the failures of a run, one line a bug
    List {
        /// The folder of a run, or the --out of runs, whose last is taken
        #[arg(value_name = "RUN", default_value = "jstestfuzz")]
        run: Utf8PathBuf,
        /// Prints the failures as JSON
        #[arg(long)]
        json: bool,
    },
    /// Shows all that is known of a failure
    Show {
        /// A signature of the run (its first digits are enough), or a record.json
        #[arg(value_name = "SIGNATURE|RECORD")]
        target: String,
        /// The folder of a run, or the --out of runs, whose last is taken
        #[arg(long, value_name = "DIR", default_value = "jstestfuzz", env = "JSTESTFUZZ_OUT")]
        out: Utf8PathBuf,
    },
    /// Runs a failing file again on fresh servers and says how often it fails, under each of the given shells
    Repro(Box<repro::ReproArguments>),
    /// Says what two runs differ in: failures, verdicts, what reached the server, error codes
    Compare {
        /// The folder of a run
        #[arg(value_name = "RUN")]
        before: Utf8PathBuf,
        /// The folder of another
        #[arg(value_name = "RUN")]
        after: Utf8PathBuf,
    },
    /// Says where to look first, and what happened around it: statements and the logs of all processes by time
    Locate(locate::LocateArguments),
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
        Command::List { run, json } => list::run(run, *json),
        Command::Show { target, out } => show::run(target, out),
        Command::Repro(arguments) => repro::run(arguments, &super::interrupts()?),
        Command::Compare { before, after } => compare::run(before, after),
        Command::Locate(arguments) => locate::run(arguments),
        Command::Bisect(arguments) => bisect::run(arguments, &super::interrupts()?),
        Command::Reduce(arguments) => reduce::run(arguments, &super::interrupts()?),
    }
}
