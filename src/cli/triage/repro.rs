//! `triage repro`: does it fail again, how often, and under which shell?

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::bisect::{found, run_options, several_clients};
use crate::campaign::bisect::Case;
use crate::campaign::{Again, CampaignError, RunOptions, Runs, Showing, recorded, repro};
use crate::cli::options::RunArguments;
use crate::exit_code::ExitCode;
use crate::interrupt::Interrupts;
use crate::report::say;
use crate::shell::ShellChoice;
use crate::shell::embedded::COMMANDS;
use crate::wire::turns::{Step, parse};

/// Flags of `triage repro`.
#[derive(Debug, Args)]
pub struct ReproArguments {
    /// A JavaScript file, a record.json, or the signature of a failure in the last run in --out
    #[arg(value_name = "FILE|RECORD|SIGNATURE")]
    target: String,
    /// How often it is run
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    runs: u32,
    /// Shells to run it under, each so often: a failure that one shell alone shows may be the shell's. `wire` is none: the
    /// commands of one run are recorded and sent again, without any JavaScript
    #[arg(long, value_name = "SHELL", value_delimiter = ',')]
    shells: Vec<Under>,
    /// Files that run before it on the same server, in their order
    #[arg(long, value_name = "FILE", num_args = 1..)]
    batch: Vec<Utf8PathBuf>,
    /// Files that other clients run at the same time
    #[arg(long, value_name = "FILE", num_args = 1..)]
    together: Vec<Utf8PathBuf>,
    /// The order of several clients' commands, as `triage bisect --interleave` left it: it is forced
    #[arg(long, value_name = "FILE")]
    order: Option<Utf8PathBuf>,
    /// Servers side by side
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    #[command(flatten)]
    run: RunArguments,
}

/// What runs the file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Under {
    Shell(ShellChoice),
    /// The commands that it sends, by themselves.
    Wire,
}

impl FromStr for Under {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "wire" {
            Ok(Self::Wire)
        } else {
            text.parse().map(Self::Shell).map_err(|why: String| why + ", and wire")
        }
    }
}

impl Display for Under {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shell(shell) => shell.fmt(f),
            Self::Wire => f.write_str("wire"),
        }
    }
}

/// A file that stands for another, as long as this lives.
struct Commands {
    _folder: tempfile::TempDir,
    case: Case,
}

/// The case with the commands that its file sends in the place of the file.
fn commands(case: &Case, options: &RunOptions, interrupts: &Interrupts) -> Result<Commands, CampaignError> {
    if options.clients.count > 1 {
        return Err(CampaignError::SetUp("wire is for one client; leave out --clients and --together".into()));
    }
    let lines = recorded(case, options, interrupts)?;
    let disk = |error: std::io::Error| CampaignError::Disk(error.to_string());
    let folder = tempfile::tempdir().map_err(disk)?;
    let name = case.file.file_stem().unwrap_or("file");
    let path = folder.path().join(name).with_extension(COMMANDS);
    fs_err::write(&path, lines).map_err(disk)?;
    let file = Utf8PathBuf::from_path_buf(path)
        .map_err(|_| CampaignError::SetUp("the temporary folder's path is not UTF-8; set TMPDIR".into()))?;
    Ok(Commands { _folder: folder, case: Case { file, ..case.clone() } })
}

/// Runs it: 1 if it failed at least once as it should, 3 if never.
pub fn run(arguments: &ReproArguments, interrupts: &Interrupts) -> Result<ExitCode, CampaignError> {
    let mut found = found(&arguments.target, &arguments.batch, &arguments.together, &arguments.run)?;
    let options = run_options(&arguments.run, &found)?;
    let order = arguments.order.as_deref().map(order).transpose()?;
    if order.is_some() {
        several_clients(&options, "--order")?;
    }
    let given = || vec![Under::Shell(options.shell.clone())];
    let shells = if arguments.shells.is_empty() { given() } else { arguments.shells.clone() };
    let mut all: Vec<(Under, Again)> = Vec::new();
    for shell in shells {
        let mut options = options.clone();
        options.shell = match &shell {
            Under::Shell(shell) => shell.clone(),
            Under::Wire => ShellChoice::Embedded,
        };
        let sent = (shell == Under::Wire).then(|| commands(&found.case, &options, interrupts)).transpose()?;
        let mut case = sent.as_ref().map_or(&found.case, |sent| &sent.case).clone();
        let jobs = usize::from(arguments.jobs);
        let several = arguments.shells.len() > 1;
        let runs = Runs { count: arguments.runs, jobs, order: order.as_deref() };
        let again = repro(&mut case, &options, runs, interrupts, |number, showing| {
            let under = if several { format!("{shell} ") } else { String::new() };
            say(&format!("{under}run {number}: {}", words(showing)));
        })?;
        found.case.wanted = case.wanted;
        let other = if again.other > 0 { format!(", {} with another", again.other) } else { String::new() };
        if again.untimely > 0 {
            say(&format!("{shell}: {} commands did not get their turn in the order", again.untimely));
        }
        say(&format!("{shell}: {} runs failed with this failure{other}", again.same));
        all.push((shell, again));
    }
    if let Some(interrupt) = interrupts.requested() {
        return Ok(interrupt.into());
    }
    conclude(&all);
    let shown = all.iter().any(|(_, again)| again.same.failed > 0);
    Ok(if shown { ExitCode::FailuresFound } else { ExitCode::PredicateFails })
}

fn order(path: &Utf8Path) -> Result<Vec<Step>, CampaignError> {
    let cannot = |why: String| {
        CampaignError::SetUp(format!("cannot read {path}: {why}; name a file that triage bisect --interleave wrote"))
    };
    parse(&fs_err::read_to_string(path).map_err(|error| cannot(error.to_string()))?).map_err(cannot)
}

fn words(showing: &Showing) -> String {
    match showing {
        Showing::Same(title) => format!("fails: {title}"),
        Showing::Other(title) => format!("fails otherwise: {title}"),
        Showing::Nothing(Some(title)) => format!("no failure; {title}"),
        Showing::Nothing(None) => "no failure".into(),
    }
}

/// What several shells together say.
fn conclude(all: &[(Under, Again)]) {
    let (with, without): (Vec<_>, Vec<_>) = all.iter().partition(|(_, again)| again.same.failed > 0);
    let names = |list: &[&(Under, Again)]| list.iter().map(|one| one.0.to_string()).collect::<Vec<_>>().join(", ");
    if !with.is_empty() && !without.is_empty() {
        let (with, without) = (names(&with), names(&without));
        say(&format!("only {with} shows it and {without} does not: look at what the shells send before the server"));
    } else if with.len() > 1 {
        say("every shell shows it: it is the server's");
    }
}
