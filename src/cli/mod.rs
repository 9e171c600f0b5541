//! One file per command; the two programs end here.

mod corpus;
mod fuzz;
mod judge;
mod list;
mod options;
mod self_check;
mod server;
mod server_options;
mod signature;
mod triage;

use std::process::ExitCode as Status;

use clap::{CommandFactory, Parser, Subcommand};

use crate::campaign::CampaignError;
use crate::exit_code::ExitCode;
use crate::interrupt::Interrupts;
use crate::{process, server as servers, shell};

/// Fuzzes servers that speak the MongoDB protocol with mutated JavaScript tests.
///
/// Without a command: makes fuzzed files from a corpus of jstests, runs them against a server and judges what happens.
#[derive(Debug, Parser)]
#[command(name = "fuzz", version, args_conflicts_with_subcommands = true, max_term_width = 110)]
struct Fuzz {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    main: options::FuzzArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs given files, fuzzed ones or plain jstests, with the same judging
    Run(options::RunFiles),
    /// Makes the fuzzed files and starts nothing
    Generate(options::FuzzArguments),
    /// Looks at a corpus: which files are used, which are new
    #[command(subcommand)]
    Corpus(corpus::CorpusCommand),
    /// Lists, installs, starts and stops servers; lists the planted bugs
    #[command(subcommand)]
    Server(server::ServerCommand),
    /// Runs every planted bug through the whole pipeline: is each found, is each called by its name?
    SelfCheck(self_check::SelfCheckArguments),
    /// Lists the mutators with their weights
    Mutators,
    /// Prints a completion script for a shell
    Completion {
        /// The shell to print it for
        shell: clap_complete::Shell,
    },
    /// Prints the manual page
    Manual,
}

/// The `fuzz` program.
pub fn fuzz() -> Status {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(status) = hidden(&arguments) {
        return status;
    }
    let parsed = match Fuzz::try_parse() {
        Ok(parsed) => parsed,
        Err(error) => return usage(&error),
    };
    end(run(parsed))
}

/// The `triage` program.
pub fn triage() -> Status {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(status) = hidden(&arguments) {
        return status;
    }
    match triage::Triage::try_parse() {
        Ok(parsed) => end(triage::run(&parsed)),
        Err(error) => usage(&error),
    }
}

/// Our own executable is also the embedded shell's worker, the practice server and the guard of what it starts.
fn hidden(arguments: &[String]) -> Option<Status> {
    match arguments.get(1)?.as_str() {
        "shell-worker" => Some(shell::embedded::worker::main(&arguments[2..]).into()),
        "practice-server" => Some(servers::practice::main(&arguments[2..]).into()),
        process::GUARD => Some(guard(arguments)),
        _ => None,
    }
}

fn guard(arguments: &[String]) -> Status {
    eprintln!("{}", process::become_program(&arguments[2..]));
    Status::from(127)
}

fn run(parsed: Fuzz) -> Result<ExitCode, CampaignError> {
    match parsed.command {
        None => fuzz::main(&parsed.main, &interrupts()?),
        Some(Command::Run(arguments)) => fuzz::files(&arguments, &interrupts()?),
        Some(Command::Generate(arguments)) => fuzz::generate(&arguments, &interrupts()?),
        Some(Command::Corpus(command)) => corpus::run(&command),
        Some(Command::Server(command)) => server::run(&command),
        Some(Command::SelfCheck(arguments)) => self_check::run(&arguments, &interrupts()?),
        Some(Command::Mutators) => Ok(list::mutators()),
        Some(Command::Completion { shell }) => {
            clap_complete::generate(shell, &mut Fuzz::command(), "fuzz", &mut std::io::stdout());
            Ok(ExitCode::Clean)
        }
        Some(Command::Manual) => manual(),
    }
}

fn manual() -> Result<ExitCode, CampaignError> {
    let page = clap_mangen::Man::new(Fuzz::command());
    page.render(&mut std::io::stdout()).map_err(|error| CampaignError::Disk(error.to_string()))?;
    Ok(ExitCode::Clean)
}

fn interrupts() -> Result<Interrupts, CampaignError> {
    Interrupts::install().map_err(|error| CampaignError::SetUp(format!("cannot watch for Ctrl-C: {error}")))
}

fn usage(error: &clap::Error) -> Status {
    // Help and version are asked for; everything else is a mistake on the command line.
    let asked = !error.use_stderr();
    let _ = error.print();
    if asked { ExitCode::Clean.into() } else { ExitCode::SetUp.into() }
}

/// Says an error in one sentence and gives the number to end with.
fn end(outcome: Result<ExitCode, CampaignError>) -> Status {
    match outcome {
        Ok(code) => code.into(),
        Err(error) => {
            eprintln!("error: {error}");
            error.exit_code().into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Fuzz::command().debug_assert();
        triage::Triage::command().debug_assert();
    }
}
