//! A failing file again and again on fresh servers, under one shell or several.

use camino::Utf8PathBuf;

use super::bisect::stand::{Seen, Setting, Stands, answer_of};
use super::bisect::together::{Together, TurnsWanted};
use super::bisect::trial::{ShowsIn, Trial};
use super::bisect::{Case, Wanted, Way};
use super::{CampaignError, RunOptions};
use crate::interrupt::Interrupts;
use crate::triage::Rate;
use crate::triage::commands::list;
use crate::wire::turns::Step;

/// What one run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Showing {
    /// The wanted failure.
    Same(String),
    /// Another.
    Other(String),
    /// None; the worst of what was seen, if anything.
    Nothing(Option<String>),
}

/// What all runs under one shell came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Again {
    /// Runs with the wanted failure.
    pub same: Rate,
    /// Runs with another.
    pub other: u32,
    /// Commands that did not get their turn in the order.
    pub untimely: u32,
}

/// How often, and how.
#[derive(Clone, Copy, Debug)]
pub struct Runs<'a> {
    /// How often.
    pub count: u32,
    /// Servers side by side.
    pub jobs: usize,
    /// The order of the clients' commands that is forced.
    pub order: Option<&'a [Step]>,
}

/// Runs the case so often, each on a fresh server; `tell` hears of each. Without a known failure the first that is
/// seen is the wanted one, and stays so in `case`.
///
/// # Errors
/// Server, shell or disk could not be had.
pub fn repro(
    case: &mut Case,
    options: &RunOptions,
    runs: Runs<'_>,
    interrupts: &Interrupts,
    mut tell: impl FnMut(u32, &Showing),
) -> Result<Again, CampaignError> {
    let trial = trial(case);
    with_stands(&case.clone(), options, runs, interrupts, |stands| {
        let answers: Vec<_> = (0..runs.count).map(|_| stands.order(trial.clone())).collect();
        let mut again = Again::default();
        for (number, answer) in (1..).zip(answers) {
            let seen = answer_of(&answer).map_err(CampaignError::Server)?;
            if seen.execution.interrupted {
                break;
            }
            let showing = showing(case, &seen);
            again.same.runs += 1;
            again.same.failed += u32::from(matches!(showing, Showing::Same(_)));
            again.untimely += seen.untimely;
            again.other += u32::from(matches!(showing, Showing::Other(_)));
            tell(number, &showing);
        }
        Ok(again)
    })
}

/// The commands that a run of the case sends, as a list that runs in its place without any JavaScript.
///
/// # Errors
/// Server, shell or disk could not be had, or the connection shows no command.
pub fn recorded(case: &Case, options: &RunOptions, interrupts: &Interrupts) -> Result<String, CampaignError> {
    let trial = Trial { tap: true, stacks: false, ..trial(case) };
    let seen = with_stands(case, options, Runs { count: 1, jobs: 1, order: None }, interrupts, |stands| {
        stands.run(trial).map_err(CampaignError::Server)
    })?;
    let lines: String = list(&seen.tapped).iter().map(|sent| sent.recorded().line() + "\n").collect();
    if lines.is_empty() {
        return Err(CampaignError::SetUp("no command was seen on its way: the connection is no plain one".into()));
    }
    Ok(lines)
}

fn trial(case: &Case) -> Trial {
    let shows_in = ShowsIn { data: case.validate, ..ShowsIn::places_in(case) };
    Trial { stacks: true, ..Trial::fresh(Way::AfterEarlier.files(case), shows_in) }
}

fn with_stands<T>(
    case: &Case,
    options: &RunOptions,
    runs: Runs<'_>,
    interrupts: &Interrupts,
    work: impl FnOnce(&Stands) -> Result<T, CampaignError>,
) -> Result<T, CampaignError> {
    let folder = tempfile::Builder::new().prefix("triage-repro-").tempdir();
    let folder = folder.map_err(|error| CampaignError::Disk(error.to_string()))?;
    let folder = Utf8PathBuf::from_path_buf(folder.path().to_owned())
        .map_err(|_| CampaignError::SetUp("the temporary folder's path is not UTF-8; set TMPDIR".into()))?;
    let roots: Vec<Utf8PathBuf> = case.file.parent().map(ToOwned::to_owned).into_iter().collect();
    let together = Together::default();
    together.set(case.together.clone());
    together.set_turns(runs.order.map_or(TurnsWanted::No, |order| TurnsWanted::Forced(order.to_vec())));
    let setting = Setting { options, roots: &roots, folder: &folder, interrupts, together: &together };
    Stands::set_up(&setting, runs.jobs, work)
}

fn showing(case: &mut Case, seen: &Seen) -> Showing {
    let first = seen.judgement.failures().next();
    if case.wanted.is_none() {
        case.wanted = first.map(Wanted::of);
    }
    let is_wanted = case.wanted.as_ref().is_some_and(|wanted| wanted.is_in(&seen.judgement));
    let title = || seen.judgement.findings.first().map(|finding| finding.title.clone());
    match first {
        Some(finding) if is_wanted => Showing::Same(finding.title.clone()),
        Some(finding) => Showing::Other(finding.title.clone()),
        None => Showing::Nothing(title()),
    }
}
