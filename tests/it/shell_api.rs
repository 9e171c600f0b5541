//! The harness's JavaScript, tested in JavaScript: programs that hold it to what tests of the old shell rely on.

use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use jstestfuzz::shell::ShellEnd;

use crate::embedded::Programs;

const LAST_LINE: &str = "all as it should be";

/// Runs one program of the folder beside this file.
fn run(name: &str) -> (ShellEnd, Vec<String>) {
    run_file(&Utf8PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/shell_api")).join(name))
}

/// Runs a program to its end and gives how it ended and what it printed.
fn run_file(path: &Utf8Path) -> (ShellEnd, Vec<String>) {
    Programs::start(path.parent().unwrap()).run(path.file_name().unwrap())
}

fn holds(name: &str) {
    let (end, printed) = run(name);
    assert_eq!(end, ShellEnd::Completed, "{name}");
    assert_eq!(printed.last().map(String::as_str), Some(LAST_LINE), "{name} stopped early");
}

#[test]
fn assertions_pass_and_fail_in_the_words_that_tests_match() {
    holds("asserts.js");
}

#[test]
fn every_method_sends_the_command_that_it_stands_for() {
    holds("commands.js");
}

#[test]
fn the_globals_around_a_test_are_there_and_survive_what_it_overwrites() {
    holds("globals.js");
}

#[test]
fn writes_return_their_errors_and_the_driver_methods_throw_them() {
    holds("writes.js");
}

#[test]
fn threads_and_parallel_shells_have_a_context_and_a_connection_of_their_own() {
    let (end, printed) = run("threads.js");
    assert_eq!(end, ShellEnd::Completed, "{printed:#?}");
    assert_eq!(printed.last().map(String::as_str), Some(LAST_LINE));
    assert!(printed.contains(&"sh0| hello".to_owned()), "{printed:#?}");
    assert!(printed.iter().any(|line| line.starts_with("sh3| uncaught exception: ") && line.contains("not good")));
}

#[test]
fn a_thread_that_never_ends_goes_with_its_file() {
    let started = Instant::now();
    holds("hanging_thread.js");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn a_modern_test_imports_exports_and_awaits() {
    holds("modules.js");
}

#[test]
fn a_missing_module_and_an_await_without_end_are_clear_errors() {
    let end_of = |text: &str| {
        let place = crate::program::Place::new();
        run_file(&Utf8PathBuf::from(place.file("test.js", text))).0
    };
    let ShellEnd::UncaughtError { message } = end_of("import {x} from './nowhere.js'; x();") else { panic!() };
    assert!(message.contains("nowhere.js: not found below the corpus"), "{message}");
    let ShellEnd::UncaughtError { message } = end_of("await new Promise(() => {});") else { panic!() };
    assert!(message.contains("top-level await"), "{message}");
    let ShellEnd::UncaughtError { message } = end_of("import './test.js';\nassert.eq(1, 2);") else { panic!() };
    assert!(message.contains("[1] != [2] are not equal") && message.contains("test.js:2"), "{message}");
}

#[test]
fn queries_are_lazy_and_fetch_every_batch() {
    holds("queries.js");
}

#[test]
fn described_tests_run_after_the_last_line_with_their_hooks() {
    holds("modern.js");
}

#[test]
fn described_tests_of_a_fuzzed_file_run_where_they_stand() {
    holds("modern_fuzzed.js");
}

#[test]
fn a_failed_test_fails_its_file_and_says_where() {
    let (end, printed) = run("modern_failing.js");
    let ShellEnd::UncaughtError { message } = end else { panic!("{end:?}") };
    let first = message.lines().next().unwrap();
    assert_eq!(
        first,
        "uncaught exception: Error: 2 of 3 tests failed: block > fails: Error: [1] != [2] are not equal; \
         block > fails later: text :"
    );
    assert!(message.contains("@modern_failing.js:4:"), "{message}");
    assert!(message.ends_with("statement: assert.eq(1, 2);"), "{message}");
    assert!(printed.contains(&"ok: block > passes".to_owned()), "{printed:?}");
}

#[test]
fn a_module_imports_describe_from_where_the_old_tree_has_it() {
    holds("modern_module.js");
}
