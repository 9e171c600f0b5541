//! The check before everything: does the file fail, how often, with which failure, and in which way must it be run?

use std::time::Duration;

use super::stand::{Seen, Stands, answer_of};
use super::trial::{Patience, ShowsIn, Trial};
use super::wanted::Wanted;
use super::{BisectError, Case, TOO_SELDOM, Way};
use crate::run::Execution;
use crate::triage::Rate;
use crate::wire::turns::Step;

/// Runs that show whether a failure is sure, if all of them fail.
const ENOUGH: u32 = 3;
/// Runs of a file alone, side by side, as long as they do not agree.
const ALONE: [usize; 2] = [3, 8];
/// The same of a whole batch, which takes long.
const AFTER_EARLIER: [usize; 2] = [3, 2];
/// The same of many passes in each run: the first says whether there is anything to be seen.
const OVER_AND_OVER: [usize; 3] = [1, 2, 2];
/// Runs of what turned out not to fail always.
const MORE: u32 = 11;
/// No candidate needs to be quicker than that, and no reply.
const LEAST: Duration = Duration::from_secs(1);
const LEAST_REPLY: Duration = Duration::from_millis(500);

/// What the check found.
#[derive(Clone, Debug)]
pub struct Checked {
    pub wanted: Wanted,
    /// How often it failed.
    pub rate: Rate,
    /// How it has to be run for that.
    pub way: Way,
    /// Where it has to be looked for.
    pub shows_in: ShowsIn,
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
    pub fn by_a_run(wanted: Wanted, failing: &Execution, way: Way) -> Self {
        Self {
            shows_in: places(&wanted, failing),
            wanted,
            rate: Rate { failed: 2, runs: 2 },
            way,
            patience: patience(failing, failing.elapsed),
            setting: setting(failing),
            hint: hint(failing),
            order: Vec::new(),
        }
    }
}

/// Of several nodes one may fail when the file is over: whoever looks at all their data waits for that.
fn places(wanted: &Wanted, failing: &Execution) -> ShowsIn {
    let places = ShowsIn::places_of(wanted.class);
    ShowsIn { data: places.data || failing.servers.len() > 1, ..places }
}

fn setting(execution: &Execution) -> String {
    format!("{}, shell {}", execution.product, execution.shell)
}

/// Runs the case in one way after another until it fails often enough; if it never does, the way that it fails most in.
/// A file alone is run `most` times at least before it is said not to fail.
pub fn check(stands: &Stands, case: &Case, most: u32) -> Result<Checked, BisectError> {
    let (mut best, mut other, mut count) = (None::<Checked>, None, 0);
    for way in Way::all(case) {
        let mut runs = runs(stands, case, way, most)?;
        count += runs.rate.runs;
        other = other.or(runs.other.take());
        let most = best.as_ref().map_or(0.0, |best| best.rate.share());
        best = runs.checked(case, way).filter(|here| here.rate.share() > most).or(best);
        if best.as_ref().is_some_and(|best| best.rate.share() >= TOO_SELDOM) {
            break;
        }
    }
    best.ok_or(match other {
        Some(other) => BisectError::FailsOtherwise(other.title, count),
        None => BisectError::DoesNotFail(count),
    })
}

/// More runs of a file that failed in all of the first and not in the next: what comes now and then comes three times in
/// a row now and then.
pub fn more_runs(stands: &Stands, case: &Case, checked: &Checked) -> Result<Rate, BisectError> {
    let trial = Trial::fresh(checked.way.files(case), checked.shows_in);
    let more = super::checked_runs(stands, &trial, &checked.wanted, MORE)?;
    // One that did not fail is known: the reduction's own check, or what made many parts seem needed.
    Ok(Rate { failed: checked.rate.failed + more.failed, runs: checked.rate.runs + more.runs + 1 })
}

/// The statement after the last completed one, and all before it: what comes later did not run.
fn hint(failing: &Execution) -> Vec<usize> {
    let died = !failing.exits.is_empty() || failing.hang.is_some();
    let last = failing.last_completed().filter(|_| died && failing.statements > 0);
    last.map(|last| vec![last as usize, last as usize + 1]).unwrap_or_default()
}

/// An order of magnitude above what the file takes without its hang. In a hanging file no reply that came is as slow as the
/// one that did not; who counts no replies has the statements that were completed.
fn patience(failing: &Execution, longest: Duration) -> Patience {
    if failing.hang.is_none() {
        return Patience { file: (longest * 10).max(LEAST), reply: None };
    }
    let millis = || failing.completed.iter().map(|one| one.millis);
    let (all, statement) = (Duration::from_millis(millis().sum()), Duration::from_millis(millis().max().unwrap_or(0)));
    let reply = failing.commands.values().map(|figures| figures.slowest).max().filter(|slowest| !slowest.is_zero());
    let slowest = reply.unwrap_or(statement);
    Patience { file: (all * 10).max(LEAST), reply: Some((slowest * 10).max(LEAST_REPLY)) }
}

#[derive(Default)]
struct Runs {
    rate: Rate,
    /// With the first execution that showed it, and its order.
    wanted: Option<(Wanted, Execution, Vec<Step>)>,
    other: Option<Wanted>,
    longest: Duration,
    /// Whether one failed at the server's end only.
    at_end: bool,
    /// Files that a run took to fail, at most.
    files: usize,
}

/// A few runs on fresh servers; more if those do not agree, or none fails.
fn runs(stands: &Stands, case: &Case, way: Way, most: u32) -> Result<Runs, BisectError> {
    let (mut runs, files) = (Runs::default(), way.files(case));
    let alone = [ALONE[0], ALONE[1].max(most as usize)];
    let counts: &[usize] = match way {
        Way::Alone => &alone,
        Way::AfterEarlier => &AFTER_EARLIER,
        Way::OverAndOver(_) => &OVER_AND_OVER,
    };
    for (nth, count) in counts.iter().enumerate() {
        let trial = |stacks| Trial { stacks, ..Trial::fresh(files.clone(), ShowsIn::places_in(case)) };
        // The first of all says where the server stood; that takes seconds.
        let answers: Vec<_> = (0..*count).map(|at| stands.order(trial(nth == 0 && at == 0))).collect();
        for answer in answers {
            let seen = answer_of(&answer).map_err(BisectError::Broken)?;
            if seen.execution.interrupted {
                return Err(BisectError::Interrupted);
            }
            runs.add(case, seen);
        }
        let agree = runs.rate.is_sure() && runs.rate.runs >= ENOUGH;
        if agree || (runs.rate.failed == 0 && matches!(way, Way::OverAndOver(_))) {
            break;
        }
    }
    Ok(runs)
}

impl Runs {
    fn add(&mut self, case: &Case, seen: Seen) {
        let Seen { execution, judgement, order, files, shows_at_end, .. } = seen;
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
        self.files = self.files.max(files);
        self.at_end |= shows_at_end;
        if self.wanted.is_none() {
            let wanted = case.wanted.clone().or(first);
            self.wanted = wanted.map(|wanted| (wanted, execution, order));
        }
    }

    /// What they come to, if one failed.
    fn checked(self, case: &Case, way: Way) -> Option<Checked> {
        let (wanted, failing, order) = self.wanted?;
        let hint = if case.hint.is_empty() { hint(&failing) } else { case.hint.clone() };
        let shows_in = ShowsIn { end: self.at_end, ..places(&wanted, &failing) };
        Some(Checked {
            wanted,
            shows_in,
            rate: self.rate,
            way: way.cut(case, self.files),
            patience: patience(&failing, self.longest),
            setting: setting(&failing),
            hint,
            order,
        })
    }
}
