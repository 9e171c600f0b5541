//! The check before everything: does the file fail, how often, with which failure, and does it need others before it?

use std::time::Duration;

use camino::Utf8PathBuf;

use super::stand::{Patience, Seen, Stands, Trial, answer_of, shows_in_data};
use super::wanted::Wanted;
use super::{BisectError, Case};
use crate::run::Execution;
use crate::triage::Rate;
use crate::wire::turns::Step;

/// Runs that show whether a failure is sure.
const FIRST: usize = 3;
/// Runs of a file alone, if it is not.
const ALONE: usize = 11;
/// Runs of a whole batch, which take long.
const IN_BATCH: usize = 5;
/// No candidate needs to be quicker than that, and no reply.
const LEAST: Duration = Duration::from_secs(1);
const LEAST_REPLY: Duration = Duration::from_millis(500);

/// What the check found.
#[derive(Clone, Debug)]
pub struct Checked {
    pub wanted: Wanted,
    /// How often it failed.
    pub rate: Rate,
    /// It fails only after the earlier files.
    pub needs_earlier: bool,
    /// When candidates hang.
    pub patience: Patience,
    /// Server and shell.
    pub setting: String,
    /// Statements that probably matter.
    pub hint: Vec<usize>,
    /// In which order its clients' commands came, if they took turns.
    pub order: Vec<Step>,
}

impl Checked {
    /// What a run found that saw the failure and then saw it again on a fresh server.
    pub fn by_a_run(wanted: Wanted, failing: &Execution, needs_earlier: bool) -> Self {
        Self {
            wanted,
            rate: Rate { failed: 2, runs: 2 },
            needs_earlier,
            patience: patience(failing, failing.elapsed),
            setting: setting(failing),
            hint: hint(failing),
            order: Vec::new(),
        }
    }
}

fn setting(execution: &Execution) -> String {
    format!("{}, shell {}", execution.product, execution.shell)
}

/// Runs the case as it is, alone and, if that shows nothing, after the files before it.
pub fn check(stands: &Stands, case: &Case) -> Result<Checked, BisectError> {
    let alone = runs(stands, case, case.files(false), ALONE)?;
    let (seen, needs_earlier) = if alone.rate.failed > 0 || case.earlier.is_empty() {
        (alone, false)
    } else {
        (runs(stands, case, case.files(true), IN_BATCH)?, true)
    };
    let Some((wanted, failing, order)) = seen.wanted else {
        return Err(match seen.other {
            Some(other) => BisectError::FailsOtherwise(other.title, seen.rate.runs),
            None => BisectError::DoesNotFail(seen.rate.runs),
        });
    };
    let patience = patience(&failing, seen.longest);
    let setting = setting(&failing);
    let hint = if case.hint.is_empty() { hint(&failing) } else { case.hint.clone() };
    Ok(Checked { wanted, rate: seen.rate, needs_earlier, patience, setting, hint, order })
}

/// More runs of a file that failed in all of the first and not in the next: what comes now and then comes three times in
/// a row now and then.
pub fn more_runs(stands: &Stands, case: &Case, checked: &Checked) -> Result<Rate, BisectError> {
    let trial = Trial::fresh(case.files(checked.needs_earlier), shows_in_data(checked.wanted.class));
    let more = super::checked_runs(stands, &trial, &checked.wanted, ALONE as u32)?;
    // The run that did not fail is known of a reduction's own check.
    Ok(Rate { failed: checked.rate.failed + more.failed, runs: checked.rate.runs + more.runs + 1 })
}

/// The statement after the last completed one, and all before it: what comes later did not run.
fn hint(failing: &Execution) -> Vec<usize> {
    let died = !failing.exits.is_empty() || failing.hang.is_some();
    let last = failing.last_completed().filter(|_| died && failing.statements > 0);
    last.map(|last| vec![last as usize, last as usize + 1]).unwrap_or_default()
}

/// An order of magnitude above what the file takes without its hang. In a hanging file no statement that was completed is
/// as slow as the one that was not.
fn patience(failing: &Execution, longest: Duration) -> Patience {
    if failing.hang.is_none() {
        return Patience { file: (longest * 10).max(LEAST), reply: None };
    }
    let millis = || failing.completed.iter().map(|one| one.millis);
    let (all, slowest) = (Duration::from_millis(millis().sum()), Duration::from_millis(millis().max().unwrap_or(0)));
    Patience { file: (all * 10).max(LEAST), reply: Some((slowest * 10).max(LEAST_REPLY)) }
}

#[derive(Default)]
struct Runs {
    rate: Rate,
    /// With the first execution that showed it, and its order.
    wanted: Option<(Wanted, Execution, Vec<Step>)>,
    other: Option<Wanted>,
    longest: Duration,
}

/// A few runs on fresh servers; more if those do not agree, or none fails.
fn runs(stands: &Stands, case: &Case, files: Vec<Utf8PathBuf>, most: usize) -> Result<Runs, BisectError> {
    let mut runs = Runs { wanted: None, ..Runs::default() };
    for count in [FIRST, most - FIRST] {
        let trial = |stacks| Trial { stacks, ..Trial::fresh(files.clone(), validate(case)) };
        // The first of all says where the server stood; that takes seconds.
        let first = runs.rate.runs == 0;
        let answers: Vec<_> = (0..count).map(|at| stands.order(trial(first && at == 0))).collect();
        for answer in answers {
            let seen = answer_of(&answer).map_err(BisectError::Broken)?;
            if seen.execution.interrupted {
                return Err(BisectError::Interrupted);
            }
            runs.add(case, seen);
        }
        if runs.rate.is_sure() {
            break;
        }
    }
    Ok(runs)
}

fn validate(case: &Case) -> bool {
    case.wanted.as_ref().map_or(case.validate, |wanted| shows_in_data(wanted.class))
}

impl Runs {
    fn add(&mut self, case: &Case, seen: Seen) {
        let Seen { execution, judgement, order, .. } = seen;
        self.rate.runs += 1;
        self.longest = self.longest.max(execution.elapsed);
        let sought = self.wanted.as_ref().map(|(wanted, ..)| wanted).or(case.wanted.as_ref());
        let shows = match sought {
            Some(wanted) => wanted.is_in(&judgement),
            None => judgement.failures().next().is_some(),
        };
        let first = judgement.failures().next().map(Wanted::of);
        if !shows {
            self.other = self.other.take().or(first);
            return;
        }
        self.rate.failed += 1;
        if self.wanted.is_none() {
            let wanted = case.wanted.clone().or(first);
            self.wanted = wanted.map(|wanted| (wanted, execution, order));
        }
    }
}
