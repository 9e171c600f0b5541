//! `triage bisect`: a failing file and a server; a few lines that still fail.

use std::io;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, Parser};

use super::place::{self, keep};
use super::progress::Console;
use crate::campaign::bisect::{Below, BisectError, BisectOptions, Bisected, Case, Found, Witness, bisect, find};
use crate::campaign::{CampaignError, Clients, RunOptions};
use crate::cli::options::RunArguments;
use crate::config;
use crate::exit_code::ExitCode;
use crate::interrupt::Interrupts;
use crate::report::say;
use crate::run::check::Checks;
use crate::triage::commands::{Sent, for_python, for_rust, for_shells};
use crate::triage::reduce::{Ending, Progress, ReduceError, ink, on_deep_stack};
use crate::wire::turns;

/// Runs of the smallest program on fresh servers, at the end.
const LAST_RUNS: u32 = 10;

/// Flags of `triage bisect`.
#[derive(Debug, Args)]
pub struct BisectArguments {
    /// A failing JavaScript file, a record.json, or the signature of a failure in the last run in --out
    #[arg(value_name = "FILE|RECORD|SIGNATURE")]
    target: String,
    /// Where the smallest program so far is written [default: NAME.min.js beside the file]
    #[arg(long, value_name = "FILE")]
    minimal: Option<Utf8PathBuf>,
    /// Files that ran before it on the same server, in their order
    #[arg(long, value_name = "FILE", num_args = 1..)]
    batch: Vec<Utf8PathBuf>,
    /// Files that other clients run at the same time, each made small in its turn
    #[arg(long, value_name = "FILE", num_args = 1..)]
    together: Vec<Utf8PathBuf>,
    /// Servers side by side; the result does not depend on it [default: one a processor, at most 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: Option<u16>,
    /// Ends with the best so far after this time
    #[arg(long, value_name = "TIME", value_parser = config::duration)]
    budget: Option<Duration>,
    /// Ends with the best so far after so many tests
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..))]
    tests: Option<u64>,
    /// Keeps the timing frames of fuzzed files around their statements
    #[arg(long)]
    keep_wrapping: bool,
    /// Reduces by lines, for a file that does not parse
    #[arg(long, conflicts_with = "keep_wrapping")]
    lines: bool,
    /// Ends with the fewest wire commands that still fail: as JSON lines, and as scripts for shells, Python and Rust
    #[arg(long)]
    commands: bool,
    /// Records the order of several clients' commands in a run that fails and forces it from then on; it ends as
    /// NAME.min.order.jsonl beside the program, which `triage repro --order` takes
    #[arg(long)]
    interleave: bool,
    /// Goes on with a failure that comes in less than 15 of 100 runs
    #[arg(long)]
    seldom: bool,
    /// Runs each candidate up to so many times, until it fails, instead of judging by statistics: for what is rare
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1000))]
    repeat_until: Option<u32>,
    /// A folder for answers; the same command goes on where it was killed [default: NAME.min.state beside the file, until
    /// it is done]
    #[arg(long, value_name = "DIR")]
    state: Option<Utf8PathBuf>,
    /// Prints one JSON object a line instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    run: RunArguments,
}

/// What a record says of the command line of its run.
#[derive(Debug, Parser)]
#[command(no_binary_name = true)]
struct Recorded {
    #[command(flatten)]
    run: RunArguments,
}

/// Runs it.
///
/// # Errors
/// One sentence that names the file, the server or the folder, and the remedy.
pub fn run(arguments: &BisectArguments, interrupts: &Interrupts) -> Result<ExitCode, CampaignError> {
    let found = found(&arguments.target, &arguments.batch, &arguments.together, &arguments.run)?;
    on_deep_stack(|| small(arguments, &found, interrupts)).map_err(|error| CampaignError::SetUp(error.to_string()))?
}

/// What the user named, with the files before it and those of other clients.
pub(super) fn found(
    target: &str,
    batch: &[Utf8PathBuf],
    together: &[Utf8PathBuf],
    run: &RunArguments,
) -> Result<Found, CampaignError> {
    let mut found = find(target, &run.out, run.options().checks != Checks::NONE)?;
    if !batch.is_empty() {
        found.case.earlier = batch.iter().map(|path| absolute(path)).collect::<Result<_, _>>()?;
    }
    if !together.is_empty() {
        found.case.together = together.iter().map(|path| absolute(path)).collect::<Result<_, _>>()?;
    }
    Ok(found)
}

fn absolute(path: &Utf8Path) -> Result<Utf8PathBuf, CampaignError> {
    let cannot = |error| CampaignError::SetUp(format!("cannot read {path}: {error}; name a file of the batch"));
    path.canonicalize_utf8().map_err(cannot)
}

/// The words of the command line, and of the record where the command line says nothing of a server.
pub(super) fn run_options(run: &RunArguments, found: &Found) -> Result<RunOptions, CampaignError> {
    let mut options = if run.names_a_server() || found.words.is_empty() {
        run.options()
    } else {
        let recorded = Recorded::try_parse_from(&found.words)
            .map_err(|_| CampaignError::SetUp("the record's command line is not understood; name the server".into()))?;
        recorded.run.options()
    };
    if !found.case.together.is_empty() {
        options.clients = Clients { count: found.case.together.len() as u16 + 1, different: true };
    }
    Ok(options)
}

/// An order is of several clients' commands; `flag` asks for one.
pub(super) fn several_clients(options: &RunOptions, flag: &str) -> Result<(), CampaignError> {
    if options.clients.count > 1 {
        return Ok(());
    }
    let remedy = "say --clients N, or --together FILE with the others' programs";
    Err(CampaignError::SetUp(format!("{flag} is for several clients; {remedy}")))
}

fn options(arguments: &BisectArguments, found: &Found) -> Result<BisectOptions, CampaignError> {
    let run = run_options(&arguments.run, found)?;
    if arguments.interleave {
        several_clients(&run, "--interleave")?;
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(4);
    Ok(BisectOptions {
        run,
        jobs: arguments.jobs.map_or(cores, usize::from),
        tests: arguments.tests,
        time: arguments.budget,
        keep_wrapping: arguments.keep_wrapping,
        lines: arguments.lines,
        seldom: arguments.seldom,
        repeat_until: arguments.repeat_until,
        commands: arguments.commands,
        interleave: arguments.interleave,
        last_runs: LAST_RUNS,
        state: arguments.state.clone().unwrap_or_else(|| beside(&found.case, "min.state")),
        command: std::env::args().collect::<Vec<_>>().join(" "),
    })
}

fn beside(case: &Case, extension: &str) -> Utf8PathBuf {
    case.file.with_extension(extension)
}

/// Prints, and keeps the smallest program so far.
struct Screen<'a> {
    console: Console,
    out: &'a Utf8Path,
    json: bool,
    /// Something smaller is in its place.
    kept: bool,
}

impl Witness for Screen<'_> {
    fn say(&mut self, sentence: &str) {
        if self.json {
            say(&serde_json::json!({"event": "said", "text": sentence}).to_string());
        } else {
            say(sentence);
        }
    }

    fn see(&mut self, event: &Progress<'_>) -> io::Result<()> {
        self.console.event(event);
        if let Progress::Best { text } = event {
            keep(self.out, text)?;
            self.kept = true;
        }
        Ok(())
    }
}

fn small(arguments: &BisectArguments, found: &Found, interrupts: &Interrupts) -> Result<ExitCode, CampaignError> {
    let options = options(arguments, found)?;
    let out = arguments.minimal.clone().unwrap_or_else(|| beside(&found.case, "min.js"));
    let inputs: Vec<&Utf8Path> = found.case.earlier.iter().chain([&found.case.file]).map(AsRef::as_ref).collect();
    place::check(&out, &inputs, "--minimal")?;
    let is_new = arguments.state.is_none() && !options.state.exists();
    let started = Instant::now();
    let mut console = Screen { console: Console::new(arguments.json), out: &out, json: arguments.json, kept: false };
    let outcome = bisect(&found.case, None, &options, interrupts, &mut console);
    let done = match outcome {
        Ok(done) => done,
        Err(error) => {
            if console.kept {
                console.say(&format!("the smallest program so far is {out}; the same command goes on from there"));
            } else if is_new {
                // It has the check's answers only; a folder that was there before may have more.
                let _ = fs_err::remove_dir_all(&options.state);
            }
            return refused(found, interrupts, error);
        }
    };
    finish(&done, &out).map_err(|error| CampaignError::Disk(error.to_string()))?;
    console.console.end(&done.reduced, ink(&done.original), &out, started.elapsed());
    if !arguments.json {
        tell(&done, &out);
    }
    if done.reduced.ending == Ending::Interrupted {
        return Ok(interrupts.requested().map_or(ExitCode::Interrupted, ExitCode::from));
    }
    if arguments.state.is_none() {
        // What is left of it is in nobody's way.
        let _ = fs_err::remove_dir_all(&options.state);
    }
    Ok(ExitCode::Clean)
}

fn beside_path(out: &Utf8Path, number: u32) -> Utf8PathBuf {
    out.with_extension(format!("client-{number}.js"))
}

fn order_path(out: &Utf8Path) -> Utf8PathBuf {
    out.with_extension("order.jsonl")
}

fn other_path(out: &Utf8Path, signature: &str) -> Utf8PathBuf {
    out.with_extension(format!("other-{signature}.js"))
}

fn finish(done: &Bisected, out: &Utf8Path) -> io::Result<()> {
    keep(out, &(done.comment.clone() + &done.text))?;
    for (number, beside) in (1..).zip(&done.beside) {
        let comment =
            format!("// runs beside the program of {}, as client {number}\n", out.file_name().unwrap_or_default());
        keep(&beside_path(out, number), &(comment + &beside.text))?;
    }
    if let Some(Below::Commands { needed, .. }) = &done.below {
        write_commands(needed, done, out)?;
    }
    if let Some(order) = &done.order {
        keep(&order_path(out), &turns::lines(&order.steps))?;
    }
    for other in &done.others {
        let comment = format!("// another failure that was met: {}\n", other.title.replace('\n', " "));
        keep(&other_path(out, &other.signature), &(comment + &other.text))?;
    }
    Ok(())
}

/// The list itself, and programs that send it.
fn write_commands(needed: &[Sent], done: &Bisected, out: &Utf8Path) -> io::Result<()> {
    let list: Vec<&Sent> = needed.iter().collect();
    let lines: String = needed.iter().map(|sent| sent.line() + "\n").collect();
    let python = done.comment.replace("// ", "# ");
    keep(&out.with_extension("commands.jsonl"), &lines)?;
    keep(&out.with_extension("commands.js"), &(done.comment.clone() + &for_shells(&list)))?;
    keep(&out.with_extension("commands.py"), &(python + &for_python(&list)))?;
    keep(&out.with_extension("commands.rs"), &(done.comment.clone() + &for_rust(&list)))
}

fn tell_commands(below: &Below, out: &Utf8Path) {
    match below {
        Below::Nothing(why) => say(&format!("no list of commands: {why}")),
        Below::Commands { needed, of } => {
            let list = out.with_extension("commands.jsonl");
            say(&format!("{} of {of} commands are needed: {list}, and as .js, .py and .rs", needed.len()));
            needed.iter().for_each(|sent| say(&sent.line()));
        }
    }
}

fn tell(done: &Bisected, out: &Utf8Path) {
    say("");
    say(done.comment.trim_end());
    say(done.text.trim_end());
    for (number, beside) in (1..).zip(&done.beside) {
        say(&format!("beside it, as client {number} ({}):", beside_path(out, number)));
        say(beside.text.trim_end());
    }
    if let Some(order) = &done.order {
        say(&format!("in this order ({}):", order_path(out)));
        order.steps.iter().for_each(|step| say(&step.to_string()));
    }
    done.below.iter().for_each(|below| tell_commands(below, out));
    for other in &done.others {
        say(&format!("met on the way: {} ({})", other.title, other_path(out, &other.signature)));
    }
}

fn refused(found: &Found, interrupts: &Interrupts, error: BisectError) -> Result<ExitCode, CampaignError> {
    let file = &found.case.file;
    let sentence = format!("{file} {error}");
    match error {
        BisectError::Reduce(ReduceError::EndedEarly(_)) | BisectError::Interrupted => {
            eprintln!("error: {sentence}; nothing was written");
            Ok(interrupts.requested().map_or(ExitCode::PredicateFails, ExitCode::from))
        }
        BisectError::Reduce(ReduceError::DoesNotParse(_) | ReduceError::Module) => Err(CampaignError::SetUp(sentence)),
        BisectError::Reduce(ReduceError::Unwritable(_)) => Err(CampaignError::Disk(sentence)),
        BisectError::Broken(why) | BisectError::Reduce(ReduceError::Broken(why)) => Err(CampaignError::Server(why)),
        _ => Err(CampaignError::Predicate(sentence)),
    }
}
