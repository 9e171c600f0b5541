//! Ground truth: what is planted is found and judged right, and nothing is found where nothing is planted.

use crate::program::{Place, Said};

/// A run of at most 40 sets with one planted bug; ends at its first failure.
fn run_with(place: &Place, bug: &str) -> Said {
    place.fuzz(&["--seed", "1", "--sets", "40", "--server", "practice", "--bugs", bug, "--stop-at-first-failure"])
}

fn is_found(bug: &str, class: &str) {
    let place = Place::new();
    let said = run_with(&place, bug);
    assert_eq!(said.code, Some(1), "{}", said.all());
    let failures = place.failures();
    assert!(!failures.is_empty() && failures.iter().all(|(seen, _)| seen == class), "{bug}: {failures:?}");
    let again = place.summary()["failures"]["blocks"][0]["shown_again"].as_str().unwrap().to_owned();
    assert!(["Alone", "AfterEarlierFiles"].contains(&again.as_str()), "{}", said.all());
}

#[test]
fn a_segmentation_fault_is_a_crash() {
    is_found("PRACTICE-1", "Crash");
}

#[test]
fn an_abort_after_an_invariant_is_an_invariant_failure() {
    is_found("PRACTICE-2", "Invariant");
}

#[test]
fn a_deadlock_is_a_hang() {
    is_found("PRACTICE-3", "Hang");
}

#[test]
fn a_lost_index_entry_is_invalid_data() {
    is_found("PRACTICE-4", "InvalidData");
}

#[test]
fn a_spin_under_a_lock_is_a_hang() {
    is_found("PRACTICE-5", "Hang");
}

#[test]
fn a_leaked_exception_is_an_internal_error() {
    is_found("PRACTICE-6", "InternalError");
}

#[test]
fn every_planted_bug_has_a_test_here() {
    let listed = Place::new().fuzz(&["server", "bugs"]).out;
    let ids: Vec<&str> = listed.lines().filter(|line| line.starts_with("PRACTICE-")).collect();
    let here = include_str!("planted_bugs.rs");
    assert!(!ids.is_empty());
    for id in ids.iter().map(|line| line.split_whitespace().next().unwrap()) {
        assert!(here.contains(&format!("is_found(\"{id}\"")), "{id}");
    }
}

#[test]
fn the_smallest_program_of_each_bug_shows_it() {
    let place = Place::new();
    let listed = place.fuzz(&["server", "bugs"]).out;
    let mut id = "";
    let mut programs = 0;
    for line in listed.lines() {
        if let Some(program) = line.trim_start().strip_prefix("| ") {
            let file = place.file(&format!("{id}.js"), program);
            let said = place.fuzz(&["run", &file, "--server", "practice", "--bugs", id, "--hang-min", "2s"]);
            assert_eq!((said.code, place.failures().len()), (Some(1), 1), "{id}: {}", said.all());
            let innocent = place.fuzz(&["run", &file, "--server", "practice", "--bugs", "none"]);
            assert!(place.failures().is_empty(), "{id}: {}", innocent.all());
            programs += 1;
        } else if line.starts_with("PRACTICE-") {
            id = line.split_whitespace().next().unwrap();
        }
    }
    assert_eq!(programs, 6);
}

#[test]
fn a_server_without_bugs_gives_no_failure() {
    let place = Place::new();
    let said = place.fuzz(&["--seed", "1", "--sets", "40", "--server", "practice", "--bugs", "none"]);
    assert_eq!((said.code, place.failures()), (Some(0), Vec::new()), "{}", said.all());
    let summary = place.summary();
    assert_eq!(summary["verdicts"]["Clean"], 40, "{}", said.all());
}
