//! `triage reduce` as a whole: commands as tests, files, signals.

use std::path::Path;
use std::process::Child;

use crate::interrupts::{processes_in, signal};
use crate::program::{Place, Said, TRIAGE, wait_for};

const SCRIPT: &str = "// A comment.\nvar coll = db.things;\nfor (var i = 0; i < 10; i++) {\n    coll.insert({_id: i});\n}\n\
    function check(x) {\n    if (x) {\n        assert.eq(needle(coll, {a: 1}), 7);\n    }\n    return x;\n}\n\
    print('between');\ncheck(other(coll));\ncoll.drop();\n";

fn triage(place: &Place, words: &[&str]) -> Said {
    place.command(TRIAGE, words).output().unwrap().into()
}

fn text(place: &Place, name: &str) -> String {
    std::fs::read_to_string(place.path().join(name)).unwrap()
}

/// Refuses with this code in one sentence that holds all of `words`, and writes nothing.
fn refused(place: &Place, arguments: &[&str], code: i32, words: &[&str]) {
    let said = triage(place, arguments);
    assert_eq!(said.code, Some(code), "{arguments:?}: {}", said.all());
    assert!(said.errors.starts_with("error: ") && said.errors.trim_end().lines().count() == 1, "{}", said.all());
    for word in words {
        assert!(said.errors.contains(word), "{arguments:?} does not say {word:?}: {}", said.all());
    }
    assert!(!place.path().join("out.js").exists(), "{arguments:?} wrote a result");
}

#[test]
fn a_file_becomes_what_its_test_needs() {
    let place = Place::new();
    place.file("in.js", SCRIPT);
    let words = ["reduce", "in.js", "--test", "grep -q needle {} && grep -q other {}", "--out", "out.js"];
    let said = triage(&place, &words);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert_eq!(text(&place, "out.js"), "needle;\nother;\n");
    assert_eq!(text(&place, "in.js"), SCRIPT);
    for words in
        ["statements", "drop-statement", "bytes became 13 (blanks left out) in ", "nothing more can be left out"]
    {
        assert!(said.out.contains(words), "{words}: {}", said.all());
    }
    let again = triage(&place, &[&words[..5], &["again.js", "--jobs", "3"]].concat());
    assert_eq!(again.code, Some(0), "{}", again.all());
    assert_eq!(text(&place, "again.js"), text(&place, "out.js"));
}

#[test]
fn the_test_must_hold_on_the_file_and_not_on_nothing() {
    let place = Place::new();
    place.file("in.js", SCRIPT);
    refused(&place, &["reduce", "in.js", "--test", "false", "--out", "out.js"], 3, &["in.js", "on the original"]);
    refused(&place, &["reduce", "in.js", "--test", "true", "--out", "out.js"], 3, &["in.js", "on the empty file"]);
}

#[test]
fn a_file_that_does_not_parse_is_reduced_by_lines_if_asked() {
    let place = Place::new();
    place.file("in.js", "f(1);\nvar = needle;\ng(;\nh();\n");
    let words = ["reduce", "in.js", "--test", "grep -q needle", "--out", "out.js"];
    refused(&place, &words, 2, &["in.js", "line 2, column 5", "--lines"]);
    let said = triage(&place, &[&words[..], &["--lines"]].concat());
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert_eq!(text(&place, "out.js"), "var = needle;\n");
}

#[test]
fn what_cannot_be_used_is_said_in_one_sentence() {
    let place = Place::new();
    place.file("in.js", SCRIPT);
    place.file("latin1.js", b"var s = '\xe4';");
    place.file("module.js", "import {a} from 'a.js'; needle(a);");
    place.file("large.js", "f();\n".repeat(1 << 20));
    std::fs::create_dir(place.path().join("folder")).unwrap();
    let reduce = |file, out| ["reduce", file, "--test", "grep -q needle", "--out", out];
    refused(&place, &reduce("nowhere.js", "out.js"), 2, &["nowhere.js"]);
    refused(&place, &reduce("latin1.js", "out.js"), 2, &["latin1.js", "UTF-8"]);
    refused(&place, &reduce("large.js", "out.js"), 2, &["large.js", "4 MB"]);
    refused(&place, &reduce("module.js", "out.js"), 2, &["module.js", "module", "--lines"]);
    refused(&place, &reduce("in.js", "folder"), 2, &["folder", "--out"]);
    refused(&place, &reduce("in.js", "no/such/out.js"), 2, &["no/such/out.js", "--out"]);
    refused(&place, &reduce("in.js", "./in.js"), 2, &["in.js", "--out"]);
    refused(&place, &["reduce", "in.js", "--test", "./no-such-test", "--out", "out.js"], 2, &["./no-such-test", "127"]);
    let state = [&reduce("in.js", "out.js")[..], &["--state", "in.js"]].concat();
    refused(&place, &state, 2, &["in.js", "--state"]);
    assert_eq!(text(&place, "in.js"), SCRIPT);
}

#[test]
fn a_sum_of_very_many_terms_is_no_trouble() {
    let place = Place::new();
    place.file("in.js", format!("x = {}1;\nneedle();\n", "a + ".repeat(10_000)));
    // A small stack for the main thread shows with a short sum what a long one would do.
    let line = format!("ulimit -s 1024; exec {TRIAGE} reduce in.js --test 'grep -q needle' --out out.js");
    let said: Said = place.command("sh", &["-c", &line]).output().unwrap().into();
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert_eq!(text(&place, "out.js"), "needle;\n");
}

#[test]
fn a_test_that_never_ends_is_killed_with_all_that_it_started() {
    let place = Place::new();
    place.file("in.js", "needle();\nother();\n");
    let test = "grep -q other {} && grep -q needle {} || { sleep 600 & sleep 600; }; true";
    let words = ["reduce", "in.js", "--test", test, "--out", "out.js", "--test-timeout", "200ms"];
    let said = triage(&place, &words);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert_eq!(text(&place, "out.js"), "needle;\nother;\n");
    let check = said.out.lines().find(|line| line.starts_with("check ")).unwrap_or_default();
    assert_eq!(check.split_whitespace().nth(3), Some("1"), "the empty file's test gave no answer: {}", said.all());
    assert!(processes_in(place.path()).is_empty(), "{:?}", processes_in(place.path()));
}

/// A reduction whose tests take a while and leave a byte each in `count`.
fn under_way(place: &Place, more: &[&str]) -> Child {
    let filler: String = (0..60).map(|at| format!("f{at}({at});\n")).collect();
    place.file("in.js", format!("{filler}needle(1, 2);\n{filler}other([3]);\n"));
    let test = "printf . >> count; sleep 0.03; grep -q needle {} && grep -q other {}";
    let words = ["reduce", "in.js", "--test", test, "--out", "out.js"];
    place.command(TRIAGE, &[&words[..], more].concat()).spawn().unwrap()
}

fn tests_run(place: &Place) -> u64 {
    std::fs::metadata(place.path().join("count")).map_or(0, |count| count.len())
}

fn wait_for_tests(place: &Place, number: u64) {
    wait_for("some tests", || (tests_run(place) >= number && place.path().join("out.js").exists()).then_some(()));
}

fn holds(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap();
    text.contains("needle") && text.contains("other")
}

#[test]
fn ctrl_c_keeps_the_best_so_far_and_says_so() {
    let place = Place::new();
    let child = under_way(&place, &[]);
    wait_for_tests(&place, 6);
    signal(&child, "-INT");
    let said: Said = child.wait_with_output().unwrap().into();
    assert_eq!(said.code, Some(130), "{}", said.all());
    assert!(said.out.contains("interrupted: this is the best so far"), "{}", said.all());
    let out = place.path().join("out.js");
    assert!(holds(&out) && text(&place, "out.js").len() < text(&place, "in.js").len());
    assert!(processes_in(place.path()).is_empty(), "{:?}", processes_in(place.path()));
}

#[test]
fn a_killed_reduction_goes_on_with_its_state_and_ends_alike() {
    let place = Place::new();
    let state = ["--state", "state", "--jobs", "2"];
    let mut child = under_way(&place, &state);
    wait_for_tests(&place, 9);
    signal(&child, "-KILL");
    child.wait().unwrap();
    wait_for("the end of every test", || processes_in(place.path()).is_empty().then_some(()));
    assert!(holds(&place.path().join("out.js")));
    let before = tests_run(&place);
    let said: Said = under_way(&place, &state).wait_with_output().unwrap().into();
    assert_eq!(said.code, Some(0), "{}", said.all());
    let (result, in_all) = (text(&place, "out.js"), tests_run(&place));
    let whole = Place::new();
    let said: Said = under_way(&whole, &[]).wait_with_output().unwrap().into();
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert_eq!(result, text(&whole, "out.js"));
    // At most the two that were running were lost.
    assert!(in_all <= tests_run(&whole) + 2, "{before} before, {in_all} in all, {} at once", tests_run(&whole));
}

#[test]
fn budgets_end_with_the_best_so_far() {
    let place = Place::new();
    let said: Said = under_way(&place, &["--tests", "12"]).wait_with_output().unwrap().into();
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert_eq!(tests_run(&place), 12);
    assert!(said.out.contains("--tests are spent") && holds(&place.path().join("out.js")), "{}", said.all());
}

#[test]
fn json_is_one_object_a_line() {
    let place = Place::new();
    place.file("in.js", SCRIPT);
    let words = ["reduce", "in.js", "--test", "grep -q needle", "--out", "out.js", "--json"];
    let said = triage(&place, &words);
    let events: Vec<serde_json::Value> =
        said.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let of = |name: &str| events.iter().filter(|event| event["event"] == name).count();
    let end = events.last().unwrap();
    assert_eq!((end["event"].as_str(), end["ending"].as_str()), (Some("end"), Some("minimal")), "{end}");
    assert_eq!(end["tests"].as_u64(), Some(of("tested") as u64));
    assert!(of("stage") > 3 && of("level") > 3 && of("best") > 1);
}
