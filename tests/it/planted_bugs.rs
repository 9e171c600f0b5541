//! Ground truth: what is planted is found and judged right, and nothing is found where nothing is planted.

use jstestfuzz::server::practice::bugs::{FoundBy, PlantedBug, all};

use crate::program::{Place, Said};

/// A run of at most 40 sets with one planted bug; ends at its first failure.
fn run_with(place: &Place, bug: &str) -> Said {
    place.fuzz(&["--seed", "1", "--sets", "40", "--server", "practice", "--bugs", bug, "--stop-at-first-failure"])
}

/// Asserts that every failure is of that class; says whether a second run showed it again.
fn failure_of(bug: &str, class: &str) -> String {
    let place = Place::new();
    let said = run_with(&place, bug);
    assert_eq!(said.code, Some(1), "{}", said.all());
    let failures = place.failures();
    assert!(!failures.is_empty() && failures.iter().all(|(seen, _)| seen == class), "{bug}: {failures:?}");
    place.summary()["failures"]["blocks"][0]["shown_again"].as_str().unwrap().to_owned()
}

fn is_found(bug: &str, class: &str) {
    let again = failure_of(bug, class);
    assert!(["Alone", "AfterEarlierFiles"].contains(&again.as_str()), "{bug}: {again}");
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
fn a_broken_instruction_is_a_crash() {
    is_found("PRACTICE-8", "Crash");
}

#[test]
fn a_bus_error_is_a_crash() {
    is_found("PRACTICE-9", "Crash");
}

#[test]
fn an_end_for_want_of_memory_is_found() {
    is_found("PRACTICE-18", "OutOfMemory");
}

#[test]
fn a_tripwire_that_the_process_survives_is_found() {
    is_found("PRACTICE-17", "Tripwire");
}

#[test]
fn a_report_that_lets_the_process_go_on_is_a_sanitizers() {
    is_found("PRACTICE-20", "Sanitizer");
}

#[test]
fn a_spin_at_the_edge_of_a_value_is_a_hang() {
    is_found("PRACTICE-24", "Hang");
}

#[test]
fn a_closed_connection_is_found() {
    is_found("PRACTICE-34", "DroppedConnection");
}

#[test]
fn every_bug_that_is_said_to_be_found_by_fuzzing_has_a_test_here() {
    let here = include_str!("planted_bugs.rs");
    let mut by_fuzzing = all().iter().filter(|bug| bug.found_by == FoundBy::Fuzzing).peekable();
    assert!(by_fuzzing.peek().is_some());
    for bug in by_fuzzing {
        assert!(here.contains(&format!("(\"{}\", \"", bug.id)), "{}", bug.id);
    }
}

#[test]
fn no_smallest_program_fails_on_a_server_without_bugs() {
    let place = Place::new();
    let file = |bug: &PlantedBug| place.file(&format!("{}.js", bug.id), bug.program);
    let files: Vec<String> = all().iter().map(file).collect();
    // How fast a busy machine is, is not the question here.
    let mut words = vec!["run", "--server", "practice", "--bugs", "none", "--hang-min", "20s"];
    words.extend(files.iter().map(String::as_str));
    let said = place.fuzz(&words);
    assert!(place.failures().is_empty(), "{}\n{:?}", said.all(), place.failures());
    let files: u64 = place.summary()["verdicts"].as_object().unwrap().values().filter_map(|count| count.as_u64()).sum();
    assert_eq!(files, all().len() as u64, "{}", said.all());
}

#[test]
fn no_planted_bug_fires_in_a_test_as_it_is() {
    let place = Place::new();
    let said = place.fuzz(&["corpus", "check", "--server", "practice", "--bugs", "all", "--hang-min", "2m"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(said.out.contains(" 0 with a failure of the server"), "{}", said.all());
}

/// Forty files with these bugs give not one verdict.
fn all_clean(bugs: &str) {
    let place = Place::new();
    let said = place.fuzz(&["--seed", "1", "--sets", "40", "--server", "practice", "--bugs", bugs]);
    assert_eq!((said.code, place.failures()), (Some(0), Vec::new()), "{}", said.all());
    assert_eq!(place.summary()["verdicts"]["Clean"], 40, "{}", said.all());
}

#[test]
fn a_server_without_bugs_gives_no_failure() {
    all_clean("none");
}

#[test]
fn a_server_that_is_slow_loud_and_large_gives_no_failure() {
    all_clean("decoys");
}
