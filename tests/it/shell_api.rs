//! The harness's JavaScript, tested in JavaScript: programs that hold it to what tests of the old shell rely on.

use crate::embedded::Programs;
use jstestfuzz::shell::ShellEnd;

const LAST_LINE: &str = "all as it should be";

fn holds(name: &str) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/shell_api");
    let (end, printed) = Programs::start(folder).run(name);
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
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/shell_api");
    let (end, printed) = Programs::start(folder).run("modern_failing.js");
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
