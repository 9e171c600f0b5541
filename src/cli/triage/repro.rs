//! `triage repro`: does it fail again, how often, and under which shell?

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::bisect::{found, run_options, several_clients};
use crate::campaign::{Again, CampaignError, Runs, Showing, repro};
use crate::cli::options::RunArguments;
use crate::exit_code::ExitCode;
use crate::interrupt::Interrupts;
use crate::report::say;
use crate::shell::ShellChoice;
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
    /// Shells to run it under, each so often: a failure that one shell alone shows may be the shell's
    #[arg(long, value_name = "SHELL", value_delimiter = ',')]
    shells: Vec<ShellChoice>,
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

/// Runs it: 1 if it failed at least once as it should, 3 if never.
pub fn run(arguments: &ReproArguments, interrupts: &Interrupts) -> Result<ExitCode, CampaignError> {
    let mut found = found(&arguments.target, &arguments.batch, &arguments.together, &arguments.run)?;
    let options = run_options(&arguments.run, &found)?;
    let order = arguments.order.as_deref().map(order).transpose()?;
    if order.is_some() {
        several_clients(&options, "--order")?;
    }
    let shells = if arguments.shells.is_empty() { vec![options.shell.clone()] } else { arguments.shells.clone() };
    let mut all: Vec<(ShellChoice, Again)> = Vec::new();
    for shell in shells {
        let mut options = options.clone();
        options.shell = shell.clone();
        let jobs = usize::from(arguments.jobs);
        let several = arguments.shells.len() > 1;
        let runs = Runs { count: arguments.runs, jobs, order: order.as_deref() };
        let again = repro(&mut found.case, &options, runs, interrupts, |number, showing| {
            let under = if several { format!("{shell} ") } else { String::new() };
            say(&format!("{under}run {number}: {}", words(showing)));
        })?;
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
fn conclude(all: &[(ShellChoice, Again)]) {
    let (with, without): (Vec<_>, Vec<_>) = all.iter().partition(|(_, again)| again.same.failed > 0);
    let names =
        |list: &[&(ShellChoice, Again)]| list.iter().map(|one| one.0.to_string()).collect::<Vec<_>>().join(", ");
    if !with.is_empty() && !without.is_empty() {
        let (with, without) = (names(&with), names(&without));
        say(&format!("only {with} shows it and {without} does not: look at what the shells send before the server"));
    } else if with.len() > 1 {
        say("every shell shows it: it is the server's");
    }
}
