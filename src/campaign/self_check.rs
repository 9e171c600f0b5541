//! Every planted bug through the whole pipeline: real server, real shell, the judge.
//!
//! The alarm before each run hears a crash and a hang. This hears all that is planted, and that decoys make no noise.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use camino::Utf8Path;

use super::CampaignError;
use super::planted::PlantedRun;
use crate::interrupt::Interrupts;
use crate::judge::{Judgement, Verdict};
use crate::report::{BugRow, Heard};
use crate::run::Execution;
use crate::run::check::Checks;
use crate::server::practice::bugs::{Class, PlantedBug};
use crate::shell::embedded::EmbeddedShell;

/// The smallest programs take well under a second. What is not heard right is tried again with the practice server's own
/// threshold: a busy machine is slow, not deaf.
const LIMITS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];
/// A smallest program has a handful of documents.
const CHECK_FOR: Duration = Duration::from_secs(5);

/// What is checked, and by whom.
pub struct SelfCheck<'a> {
    /// Our own executable.
    pub own: &'a Utf8Path,
    /// Which bugs.
    pub bugs: Vec<&'static PlantedBug>,
    /// How many at a time.
    pub jobs: usize,
    /// Where programs and server files go.
    pub folder: &'a Utf8Path,
    /// Says what an execution comes to.
    pub judge: fn(&Execution) -> Judgement,
}

/// Tries every bug; `tell` hears of each in the order of the list, as soon as all before it are done.
///
/// An interrupt ends it early, with fewer rows.
///
/// # Errors
/// A practice server, the shell or the disk could not be had.
pub fn self_check(
    check: &SelfCheck<'_>,
    interrupts: &Interrupts,
    mut tell: impl FnMut(&BugRow),
) -> Result<Vec<BugRow>, CampaignError> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = channel();
    std::thread::scope(|scope| {
        for _ in 0..check.jobs.clamp(1, check.bugs.len().max(1)) {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || work(check, interrupts, next, &sender));
        }
        drop(sender);
        in_order(&receiver, &mut tell).inspect_err(|_| next.store(usize::MAX, Ordering::Relaxed))
    })
}

type Done = (usize, Result<BugRow, CampaignError>);

/// Takes one bug after another until there is none left.
fn work(check: &SelfCheck<'_>, interrupts: &Interrupts, next: &AtomicUsize, done: &Sender<Done>) {
    let take = || next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |at| at.checked_add(1)).ok();
    while let Some(at) = take().filter(|_| interrupts.requested().is_none()) {
        let Some(bug) = check.bugs.get(at) else { return };
        let row = hear(check, interrupts, bug);
        if interrupts.requested().is_some() || done.send((at, row)).is_err() {
            return;
        }
    }
}

fn in_order(done: &Receiver<Done>, tell: &mut impl FnMut(&BugRow)) -> Result<Vec<BugRow>, CampaignError> {
    let mut rows: Vec<BugRow> = Vec::new();
    let mut waiting = BTreeMap::new();
    for (at, row) in done {
        waiting.insert(at, row?);
        while let Some(row) = waiting.remove(&rows.len()) {
            tell(&row);
            rows.push(row);
        }
    }
    // After an interrupt there may be gaps.
    rows.extend(waiting.into_values());
    Ok(rows)
}

/// Runs one bug's program and compares what the judge says with what is right.
fn hear(check: &SelfCheck<'_>, interrupts: &Interrupts, bug: &'static PlantedBug) -> Result<BugRow, CampaignError> {
    let started = Instant::now();
    let mut shell = EmbeddedShell::new(check.own.to_owned());
    let mut row = BugRow::new(bug);
    for limit in LIMITS {
        let folder = &check.folder.join(bug.id);
        let run = PlantedRun {
            own: check.own,
            interrupts,
            folder,
            bug,
            limit,
            checks: Checks { time: CHECK_FOR, ..Checks::ALL },
        };
        let fails = |execution: &Execution| (check.judge)(execution).failures().next().is_some();
        let (execution, tries) = run.run(&mut shell, fails)?;
        row.tries += tries;
        write_down(&mut row, bug, &(check.judge)(&execution));
        if row.heard.is_right() || interrupts.requested().is_some() {
            break;
        }
    }
    row.elapsed = started.elapsed();
    Ok(row)
}

fn write_down(row: &mut BugRow, bug: &PlantedBug, judgement: &Judgement) {
    let mut classes: Vec<String> =
        judgement.failures().filter_map(|finding| Some(format!("{:?}", finding.class?))).collect();
    classes.sort();
    classes.dedup();
    row.heard = compare(bug.class, judgement.verdict, &classes);
    row.seen = if classes.is_empty() { format!("{:?}", judgement.verdict) } else { classes.join(", ") };
    row.title = judgement.findings.first().map(|finding| finding.title.clone()).unwrap_or_default();
}

/// A bug is found where all that failed is called by a right name; a decoy may show nothing at all.
fn compare(class: Class, verdict: Verdict, seen: &[String]) -> Heard {
    let right = class.verdicts();
    match class {
        Class::Decoy if verdict <= Verdict::Expected => Heard::Innocent,
        Class::Decoy => Heard::FalseAlarm,
        _ if seen.is_empty() => Heard::Missed,
        _ if seen.iter().all(|name| right.contains(&name.as_str())) => Heard::Found,
        _ => Heard::Misjudged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(class: Class, verdict: Verdict, seen: &[&str]) -> Heard {
        compare(class, verdict, &seen.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn a_bug_is_found_only_under_its_own_name() {
        assert_eq!(heard(Class::Spin, Verdict::Failure, &["Hang"]), Heard::Found);
        assert_eq!(heard(Class::Spin, Verdict::Failure, &["Crash"]), Heard::Misjudged);
        assert_eq!(heard(Class::Spin, Verdict::Failure, &["Crash", "Hang"]), Heard::Misjudged);
        assert_eq!(heard(Class::Spin, Verdict::Unknown, &[]), Heard::Missed);
    }

    #[test]
    fn a_decoy_that_makes_any_noise_is_a_false_alarm() {
        assert_eq!(heard(Class::Decoy, Verdict::Clean, &[]), Heard::Innocent);
        assert_eq!(heard(Class::Decoy, Verdict::Unknown, &[]), Heard::FalseAlarm);
        assert_eq!(heard(Class::Decoy, Verdict::Failure, &["Hang"]), Heard::FalseAlarm);
    }

    #[test]
    fn rows_are_told_in_order_however_they_come() {
        let bugs = crate::server::practice::bugs::all();
        let (sender, receiver) = channel();
        for at in [2, 0, 1] {
            sender.send((at, Ok(BugRow::new(&bugs[at])))).unwrap();
        }
        drop(sender);
        let mut told = Vec::new();
        in_order(&receiver, &mut |row: &BugRow| told.push(row.id.clone())).unwrap();
        assert_eq!(told, ["PRACTICE-1", "PRACTICE-2", "PRACTICE-3"]);
    }
}
