//! `triage reduce`: any command as the test, the best so far in a file at every moment.

use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::place;
use super::progress::Console;
use crate::campaign::CampaignError;
use crate::config;
use crate::exit_code::ExitCode;
use crate::interrupt::Interrupts;
use crate::triage::CommandTest;
use crate::triage::reduce::{Ending, Journal, Options, Progress, ReduceError, Reduced, Reduction, ink, on_deep_stack};

/// What is larger is no test that somebody wrote or that we made, and its trees could be deeper than the stack.
const MOST_BYTES: usize = 4 << 20;

/// Flags of `triage reduce`.
#[derive(Debug, Args)]
pub struct ReduceArguments {
    /// The script; it is never changed
    #[arg(value_name = "FILE")]
    file: Utf8PathBuf,
    /// The test, a line for sh; the copy's path stands for {}, or is the last argument
    #[arg(long, value_name = "CMD")]
    test: String,
    /// Where the smallest text so far is written
    #[arg(long, value_name = "FILE")]
    out: Utf8PathBuf,
    /// Tests that run at once; the result does not depend on it
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: u16,
    /// Ends with the best so far after this time
    #[arg(long, value_name = "TIME", value_parser = config::duration)]
    budget: Option<Duration>,
    /// Ends with the best so far after so many tests
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..))]
    tests: Option<u64>,
    /// A test that runs longer is killed, with all that it started, and counts as not interesting
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = config::duration)]
    test_timeout: Duration,
    /// Keeps the timing frames of fuzzed files around their statements
    #[arg(long)]
    keep_wrapping: bool,
    /// Reduces by lines, for a file that does not parse
    #[arg(long, conflicts_with = "keep_wrapping")]
    lines: bool,
    /// A folder for answers; the same command with the same folder goes on where it was killed
    #[arg(long, value_name = "DIR")]
    state: Option<Utf8PathBuf>,
    /// Prints one JSON object a line instead of text
    #[arg(long)]
    json: bool,
}

/// Runs it.
///
/// # Errors
/// One sentence that names the file, the test or the folder, and the remedy.
pub fn run(arguments: &ReduceArguments, interrupts: &Interrupts) -> Result<ExitCode, CampaignError> {
    on_deep_stack(|| reduce(arguments, interrupts)).map_err(|error| CampaignError::SetUp(error.to_string()))?
}

fn reduce(arguments: &ReduceArguments, interrupts: &Interrupts) -> Result<ExitCode, CampaignError> {
    let text = read(&arguments.file)?;
    place::check(&arguments.out, &[&arguments.file], "--out")?;
    let name = arguments.file.file_name().unwrap_or("file.js");
    let test = CommandTest::new(&arguments.test, arguments.test_timeout, &text, name)
        .map_err(|error| CampaignError::SetUp(format!("cannot prepare the test: {error}")))?;
    let started = Instant::now();
    let console = Console::new(arguments.json);
    let stop = || interrupts.requested().is_some();
    let mut progress = |event: &Progress<'_>| {
        console.event(event);
        if let Progress::Best { text } = event { place::keep(&arguments.out, text) } else { Ok(()) }
    };
    let reduction = Reduction {
        test: &test,
        options: options(arguments),
        journal: journal(arguments)?,
        stop: &stop,
        progress: &mut progress,
    };
    let outcome = if arguments.lines { reduction.run_lines(&text) } else { reduction.run(&text) };
    let reduced = match outcome {
        Ok(reduced) => reduced,
        Err(error) => return refused(arguments, interrupts, error),
    };
    place::keep(&arguments.out, &reduced.text).map_err(|error| CampaignError::Disk(error.to_string()))?;
    console.end(&reduced, ink(&text), &arguments.out, started.elapsed());
    Ok(ending(&reduced, interrupts))
}

fn read(path: &Utf8Path) -> Result<String, CampaignError> {
    let bytes = std::fs::read(path)
        .map_err(|error| CampaignError::SetUp(format!("cannot read {path}: {error}; name a JavaScript file")))?;
    if bytes.len() > MOST_BYTES {
        return Err(CampaignError::SetUp(format!("{path} is larger than 4 MB; cut it by hand first")));
    }
    String::from_utf8(bytes).map_err(|_| CampaignError::SetUp(format!("{path} is not UTF-8; name a JavaScript file")))
}

fn options(arguments: &ReduceArguments) -> Options {
    Options {
        jobs: usize::from(arguments.jobs),
        tests: arguments.tests,
        time: arguments.budget,
        keep_wrapping: arguments.keep_wrapping,
        ..Options::default()
    }
}

fn journal(arguments: &ReduceArguments) -> Result<Journal, CampaignError> {
    let Some(folder) = &arguments.state else { return Ok(Journal::in_memory()) };
    Journal::open(folder).map_err(|error| CampaignError::SetUp(format!("{error}; choose another folder with --state")))
}

fn refused(
    arguments: &ReduceArguments,
    interrupts: &Interrupts,
    error: ReduceError,
) -> Result<ExitCode, CampaignError> {
    let file = &arguments.file;
    match error {
        ReduceError::PassesOnOriginal | ReduceError::FailsOnEmpty => {
            Err(CampaignError::Predicate(format!("{file}: {error}")))
        }
        ReduceError::DoesNotParse(_) | ReduceError::Module => Err(CampaignError::SetUp(format!("{file} {error}"))),
        ReduceError::Broken(reason) => Err(CampaignError::SetUp(reason)),
        ReduceError::Unwritable(_) => Err(CampaignError::Disk(error.to_string())),
        ReduceError::EndedEarly(ending) => {
            eprintln!("error: {file}: {error}; nothing was written");
            let code = interrupts.requested().map(ExitCode::from).filter(|_| ending == Ending::Interrupted);
            Ok(code.unwrap_or(ExitCode::PredicateFails))
        }
    }
}

fn ending(reduced: &Reduced, interrupts: &Interrupts) -> ExitCode {
    match reduced.ending {
        Ending::Minimal | Ending::TestsSpent | Ending::TimeSpent | Ending::ManyParts => ExitCode::Clean,
        Ending::Interrupted => interrupts.requested().map_or(ExitCode::Interrupted, ExitCode::from),
    }
}
