//! The alarm at full length: every planted bug is heard, decoys are not, and a deaf judge is found out.

use camino::Utf8Path;
use jstestfuzz::campaign::{SelfCheck, self_check};
use jstestfuzz::interrupt::Interrupts;
use jstestfuzz::judge::{Judgement, ORACLES, Verdict, judge};
use jstestfuzz::report::{BugRow, Heard};
use jstestfuzz::run::Execution;
use jstestfuzz::server::practice::bugs::{Bugs, Class, all};

use crate::program::{FUZZ, Place};

/// The judge, but for one oracle.
fn judge_without(left_out: &str, execution: &Execution) -> Judgement {
    let oracles = ORACLES.iter().filter(|oracle| oracle.name() != left_out);
    let mut findings: Vec<_> = oracles.flat_map(|oracle| oracle.judge(execution)).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    let verdict = findings.first().map_or(Verdict::Clean, |finding| finding.verdict);
    Judgement { verdict, findings }
}

fn without_hangs(execution: &Execution) -> Judgement {
    judge_without("hang", execution)
}

fn without_broken_data(execution: &Execution) -> Judgement {
    judge_without("invalid data", execution)
}

fn rows(bugs: &str, judge: fn(&Execution) -> Judgement) -> Vec<BugRow> {
    let place = Place::new();
    let folder = Utf8Path::from_path(place.path()).unwrap();
    let bugs = Bugs::parse(bugs).unwrap().switched_on().collect();
    let check = SelfCheck { own: FUZZ.into(), bugs, jobs: 2, folder, judge };
    self_check(&check, &Interrupts::default(), |_| {}).unwrap()
}

#[test]
fn every_planted_bug_is_found_under_its_name_and_decoys_are_innocent() {
    let said = Place::new().fuzz(&["self-check"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    for bug in all() {
        let line = said.out.lines().find(|line| line.split_whitespace().nth(1) == Some(bug.id)).unwrap();
        let right = if bug.class == Class::Decoy { "innocent " } else { "found " };
        assert!(line.starts_with(right), "{line}");
    }
}

#[test]
fn a_judge_that_is_deaf_to_growth_and_ends_fails_the_check() {
    let rows = rows("PRACTICE-21,PRACTICE-29", |execution| {
        judge(&Execution { shutdown: Vec::new(), usage: Vec::new(), log: Vec::new(), ..execution.clone() })
    });
    assert!(rows.iter().all(|row| row.heard == Heard::Missed), "{rows:?}");
}

#[test]
fn a_judge_that_is_deaf_to_hangs_misses_them_and_nothing_else() {
    let rows = rows("PRACTICE-1,PRACTICE-3,PRACTICE-26", without_hangs);
    let heard: Vec<Heard> = rows.iter().map(|row| row.heard).collect();
    assert_eq!(heard, [Heard::Found, Heard::Missed, Heard::Missed], "{rows:?}");
}

#[test]
fn a_judge_that_is_deaf_to_broken_data_misses_it() {
    let rows = rows("PRACTICE-4,PRACTICE-31", without_broken_data);
    assert!(rows.iter().all(|row| row.heard == Heard::Missed), "{rows:?}");
}

#[test]
fn a_judge_that_cries_at_everything_fails_on_decoys() {
    let rows = rows("decoys", |execution| {
        let title = "a slow command";
        let finding = jstestfuzz::judge::Finding::other(Verdict::Unknown, title);
        assert!(execution.exits.is_empty());
        Judgement { verdict: Verdict::Unknown, findings: vec![finding] }
    });
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row.heard == Heard::FalseAlarm), "{rows:?}");
}

#[test]
fn bugs_that_are_not_there_are_refused() {
    let said = Place::new().fuzz(&["self-check", "--bugs", "PRACTICE-0"]);
    assert_eq!(said.code, Some(2), "{}", said.all());
    assert!(said.errors.contains("PRACTICE-0"), "{}", said.all());
    assert_eq!(Place::new().fuzz(&["self-check", "--bugs", "none"]).code, Some(2));
}
