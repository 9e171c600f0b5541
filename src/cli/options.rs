//! Flags. Names and defaults are those that all commands share.

use std::time::Duration;

use camino::Utf8PathBuf;
use clap::Args;

use super::server_options::ServerArguments;
use crate::campaign::{Clients, FuzzOptions, RunOptions, TriageBudget};
use crate::config;
use crate::corpus::NewSince;
use crate::mutate::MUTATORS;
use crate::run::capture::CaptureOptions;
use crate::run::check::Checks;
use crate::shell::ShellChoice;
use crate::wrap::Shape;

/// Flags of every command that runs files.
#[derive(Debug, Args)]
pub struct RunArguments {
    #[command(flatten)]
    server: ServerArguments,
    /// No file hangs that ran shorter than this [default: 30s, or what fits the server]
    #[arg(long, value_name = "TIME", value_parser = config::duration, env = "JSTESTFUZZ_HANG_MIN")]
    hang_min: Option<Duration>,
    /// A file hangs that runs so many times the average
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..), env = "JSTESTFUZZ_HANG_MULTIPLE")]
    hang_multiple: u32,
    /// The capture of one hang or crash takes no longer
    #[arg(long, value_name = "TIME", default_value = "120s", value_parser = config::duration, env = "JSTESTFUZZ_CAPTURE_TIME")]
    capture_time: Duration,
    /// A larger core is not written
    #[arg(long, value_name = "SIZE", default_value = "4GiB", value_parser = config::size, env = "JSTESTFUZZ_CORE_SIZE")]
    core_size: u64,
    /// Cores kept of one run, the newest
    #[arg(long, value_name = "N", default_value_t = 5, env = "JSTESTFUZZ_CORE_KEEP")]
    core_keep: u16,
    /// How cores are kept: zstd or none
    #[arg(long, value_name = "HOW", default_value = "zstd", value_parser = ["zstd", "none"], env = "JSTESTFUZZ_CORE_COMPRESS")]
    core_compress: String,
    /// gdb commands that run before ours, for printers and more
    #[arg(long, value_name = "FILE", value_parser = script, env = "JSTESTFUZZ_GDB_SCRIPT")]
    gdb_script: Option<Utf8PathBuf>,
    /// Keeps no stacks and cores of hangs and crashes
    #[arg(long, env = "JSTESTFUZZ_NO_CAPTURE")]
    no_capture: bool,
    /// Clients that run a file at the same time
    #[arg(long, alias = "numClientsPerFixture", value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=50), env = "JSTESTFUZZ_CLIENTS")]
    clients: u16,
    /// Each client runs a file of its own: as many files at the same time as there are clients
    #[arg(long, env = "JSTESTFUZZ_DIFFERENT_PROGRAMS")]
    different_programs: bool,
    /// What is checked after each file, with commas between: validate, and dbhash and oplog on the nodes of replica sets;
    /// or none
    #[arg(long, value_name = "CHECKS", default_value = "validate,dbhash,oplog", value_parser = Checks::parse, env = "JSTESTFUZZ_CHECKS")]
    checks: Checks,
    /// Known failures with their tickets, which do not fail the run; see docs/known-failures.md
    #[arg(long, value_name = "FILE", env = "JSTESTFUZZ_KNOWN")]
    pub known: Option<Utf8PathBuf>,
    /// What runs the files: embedded, mongosh[=PATH] or mongo[=PATH]
    #[arg(long, value_name = "SHELL", default_value_t, env = "JSTESTFUZZ_SHELL")]
    shell: ShellChoice,
    /// Memory of the shell's engine; the legacy mongo keeps its own bound
    #[arg(long, value_name = "SIZE", default_value = "256MiB", value_parser = config::size, env = "JSTESTFUZZ_SHELL_MEMORY")]
    shell_memory: u64,
    /// Ends the run at the first failure of the server
    #[arg(long, env = "JSTESTFUZZ_STOP_AT_FIRST_FAILURE")]
    stop_at_first_failure: bool,
    /// Goes on after a failure, which is so without it too
    #[arg(long, alias = "continueOnFailure", conflicts_with = "stop_at_first_failure")]
    continue_on_failure: bool,
    /// Where everything is written
    #[arg(long, value_name = "DIR", default_value = "jstestfuzz", env = "JSTESTFUZZ_OUT")]
    pub out: Utf8PathBuf,
    /// The number on which every random choice hangs; drawn and printed if not given
    #[arg(long, value_name = "N", env = "JSTESTFUZZ_SEED")]
    seed: Option<u64>,
    /// Prints failures and the summary only
    #[arg(short, long)]
    pub quiet: bool,
}

/// `fuzz run`
#[derive(Debug, Args)]
pub struct RunFiles {
    /// JavaScript files, run in this order against one server
    #[arg(required_unless_present = "judge_only", value_name = "FILE")]
    pub files: Vec<Utf8PathBuf>,
    /// How often all of them are run
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub repeat: u32,
    /// Runs nothing: judges the records of the last run in --out, or the records and folders that are named
    #[arg(long)]
    pub judge_only: bool,
    #[command(flatten)]
    pub run: RunArguments,
}

/// The main job's flags.
#[derive(Debug, Args)]
pub struct FuzzArguments {
    /// A folder of jstests; may be given several times [default: the shipped corpus]
    #[arg(long, value_name = "DIR", alias = "jsTestsDir", env = "JSTESTFUZZ_CORPUS", value_delimiter = ':')]
    corpus: Vec<Utf8PathBuf>,
    /// How many fuzzed files are made
    #[arg(long, value_name = "N", alias = "numGeneratedFiles", default_value_t = 150, value_parser = clap::value_parser!(u64).range(1..=1_000_000), env = "JSTESTFUZZ_SETS")]
    sets: u64,
    /// How many jstests go into one
    #[arg(long, value_name = "N", alias = "numSourceFiles", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=1000), env = "JSTESTFUZZ_SOURCE_FILES")]
    source_files: u16,
    /// Since when a jstest counts as new: a revision, a date, or none [default: the upstream branch, else 14 days]
    #[arg(long, value_name = "REV|DATE|none", env = "JSTESTFUZZ_NEW_SINCE")]
    new_since: Option<String>,
    /// Per cent of the statements that carry a substitution
    #[arg(long, value_name = "PER CENT", default_value_t = 42, value_parser = clap::value_parser!(u8).range(0..=100), env = "JSTESTFUZZ_SUBSTITUTIONS")]
    substitutions: u8,
    /// Uses this mutator only; may be given several times
    #[arg(long, value_name = "MUTATOR", value_parser = mutator)]
    only: Vec<String>,
    /// Does not use this mutator; may be given several times
    #[arg(long, value_name = "MUTATOR", value_parser = mutator)]
    exclude: Vec<String>,
    /// Runs the drawn jstests unmutated first [default: on where $CI is set]
    #[arg(long, overrides_with = "no_baseline", env = "JSTESTFUZZ_BASELINE")]
    baseline: bool,
    /// Does not run them
    #[arg(long, overrides_with = "baseline")]
    no_baseline: bool,
    /// Does not run the file of each new failure once more on a fresh server
    #[arg(long, env = "JSTESTFUZZ_NO_CONFIRM")]
    no_confirm: bool,
    /// Time at the end for making the file of each new failure small: a time, or per cent of the run and at least 30 s;
    /// 0 for not at all
    #[arg(long, value_name = "TIME|PER CENT", default_value = "10%", value_parser = triage_budget, env = "JSTESTFUZZ_TRIAGE_BUDGET")]
    triage_budget: TriageBudget,
    #[command(flatten)]
    pub run: RunArguments,
}

fn triage_budget(text: &str) -> Result<TriageBudget, String> {
    match text.strip_suffix('%') {
        Some(share) => {
            let share = share.trim().parse().ok().filter(|share| *share <= 1000);
            share.map(TriageBudget::Share).ok_or_else(|| format!("'{text}' is no share; write 10% or 5m"))
        }
        None if text == "0" => Ok(TriageBudget::Time(Duration::ZERO)),
        None => config::duration(text).map(TriageBudget::Time),
    }
}

/// A file that is there, wherever it is read from: debuggers run in folders of their own.
fn script(path: &str) -> Result<Utf8PathBuf, String> {
    std::fs::File::open(path).map_err(|error| error.to_string())?;
    camino::absolute_utf8(path).map_err(|error| error.to_string())
}

fn mutator(name: &str) -> Result<String, String> {
    if MUTATORS.iter().any(|(one, _)| one.name() == name) {
        return Ok(name.to_owned());
    }
    let names: Vec<&str> = MUTATORS.iter().map(|(one, _)| one.name()).collect();
    Err(format!("there is no such mutator; there are {}", names.join(", ")))
}

impl RunArguments {
    /// True if the command line says which server.
    pub fn names_a_server(&self) -> bool {
        self.server.is_named()
    }

    /// The same without clap.
    pub fn options(&self) -> RunOptions {
        RunOptions {
            out: self.out.clone(),
            server: self.server.choice(),
            hang_min: self.hang_min,
            hang_multiple: self.hang_multiple,
            capture: (!self.no_capture).then(|| self.capture()),
            shell: self.shell.clone(),
            shell_memory: self.shell_memory,
            clients: Clients { count: self.clients, different: self.different_programs },
            checks: self.checks,
            known: self.known.clone(),
            stop_at_first_failure: self.stop_at_first_failure,
            seed: self.seed.unwrap_or_else(drawn_seed),
            repeat: self.repeat(),
        }
    }

    fn capture(&self) -> CaptureOptions {
        CaptureOptions {
            time: self.capture_time,
            core_size: self.core_size,
            core_keep: self.core_keep.into(),
            compress: self.core_compress == "zstd",
            gdb_script: self.gdb_script.clone(),
        }
    }

    fn repeat(&self) -> Vec<String> {
        let shell = (self.shell != ShellChoice::Embedded).then(|| self.shell.to_string());
        let shell = shell.into_iter().flat_map(|shell| ["--shell".to_owned(), shell]);
        shell.chain(self.server.repeat()).collect()
    }
}

impl FuzzArguments {
    /// The same without clap.
    pub fn options(&self) -> FuzzOptions {
        let corpus = if self.corpus.is_empty() { vec![shipped_corpus()] } else { self.corpus.clone() };
        let new_since = match self.new_since.as_deref() {
            None => NewSince::Automatic,
            Some("none") => NewSince::Nothing,
            Some(point) => NewSince::Point(point.to_owned()),
        };
        let substitutions = usize::from(self.substitutions);
        FuzzOptions {
            run: self.run.options(),
            corpus,
            sets: self.sets,
            source_files: usize::from(self.source_files),
            new_since,
            shape: Shape { substitutions, only: self.only.clone(), exclude: self.exclude.clone() },
            confirm: !self.no_confirm,
            triage_budget: self.triage_budget,
            baseline: self.baseline || (!self.no_baseline && in_ci()),
        }
    }
}

/// CI systems say so.
fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false" && value != "0")
}

/// Beside the working directory's checkout if we are run from one, else where this program was built.
pub fn shipped_corpus() -> Utf8PathBuf {
    Utf8PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus"))
}

/// Small enough to be typed again.
fn drawn_seed() -> u64 {
    let now = jiff::Timestamp::now().as_nanosecond() as u64;
    let mixed = blake3::hash(&[now.to_le_bytes(), u64::from(std::process::id()).to_le_bytes()].concat());
    let bytes = mixed.as_bytes();
    u64::from(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}
