//! `--known`, and what else people do with signatures and old records.

use crate::crash_logs::Fixture;
use crate::program::{FUZZ, Place, Said, TRIAGE};
use jstestfuzz::judge::judge;
use jstestfuzz::store::Record;

const GUIDE: &str = include_str!("../../docs/known-failures.md");

/// The first block of that kind in the guide.
fn block(kind: &str) -> String {
    let (_, rest) = GUIDE.split_once(&format!("```{kind}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

fn with_example() -> Place {
    let place = Place::new();
    place.file("bug.js", block("js"));
    place.file("known.toml", block("toml"));
    place
}

/// The command of the guide.
fn run_example(place: &Place) -> Said {
    let command = block("sh");
    let words: Vec<&str> = command.split_whitespace().skip(1).collect();
    place.fuzz(&words)
}

fn triage(place: &Place, words: &[&str]) -> Said {
    place.command(TRIAGE, words).output().unwrap().into()
}

#[test]
fn the_guides_example_does_what_it_says() {
    let place = with_example();
    let said = run_example(&place);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(said.out.contains(block("text").trim()), "{}", said.all());
    assert!(place.failures().is_empty());
    let unknown = place.fuzz(&["run", "bug.js", "--server", "practice", "--bugs", "PRACTICE-2"]);
    assert_eq!(unknown.code, Some(1), "{}", unknown.all());
}

#[test]
fn an_expired_entry_fails_again_and_says_so() {
    let place = with_example();
    place.file("known.toml", block("toml").replace("2099-12-31", "2020-12-31"));
    let said = run_example(&place);
    assert_eq!(said.code, Some(1), "{}", said.all());
    assert!(said.out.contains("known as SERVER-12345, excused until 2020-12-31: that is past"), "{}", said.all());
}

#[test]
fn another_failure_beside_a_known_one_fails_the_run() {
    let place = with_example();
    let crash = place.file("crash.js", "db.c.find({$group: {_id: 1}}).itcount();");
    let words = ["--server", "practice", "--bugs", "PRACTICE-1,PRACTICE-2", "--known", "known.toml"];
    let said = place.fuzz(&[&["run", "bug.js", &crash][..], &words].concat());
    assert_eq!((said.code, place.failures().len()), (Some(1), 1), "{}", said.all());
    assert!(said.out.contains("known       SERVER-12345"), "{}", said.all());
}

#[test]
fn a_malformed_file_is_one_sentence_with_its_line_and_leaves_nothing() {
    let place = with_example();
    place.file("known.toml", block("toml").replace("expires", "expirse"));
    let said = run_example(&place);
    assert_eq!(said.code, Some(2), "{}", said.all());
    assert!(said.errors.contains("known.toml: line 3: ") && said.errors.trim().lines().count() == 1, "{}", said.errors);
    assert!(!place.path().join("jstestfuzz").exists());
    std::fs::remove_file(place.path().join("known.toml")).unwrap();
    let missing = run_example(&place);
    assert!(missing.code == Some(2) && missing.errors.contains("known.toml"), "{}", missing.all());
}

#[test]
fn a_corpus_check_takes_known_failures_too() {
    let place = with_example();
    std::fs::create_dir(place.path().join("jstests")).unwrap();
    std::fs::rename(place.path().join("bug.js"), place.path().join("jstests/bug.js")).unwrap();
    let words = ["corpus", "check", "jstests", "--server", "practice", "--bugs", "PRACTICE-2"];
    assert_eq!(place.fuzz(&words).code, Some(1));
    let said = place.fuzz(&[&words[..], &["--known", "known.toml"]].concat());
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(said.out.contains("known as SERVER-12345"), "{}", said.all());
}

#[test]
fn the_records_of_a_run_are_judged_again_without_running() {
    let place = with_example();
    place.fuzz(&["run", "bug.js", "--server", "practice", "--bugs", "PRACTICE-2"]);
    let before = std::fs::read_dir(place.path().join("jstestfuzz/runs")).unwrap().count();
    let said = place.fuzz(&["run", "--judge-only"]);
    assert_eq!(said.code, Some(1), "{}", said.all());
    assert!(said.out.ends_with("1 records: 1 failure; 1 different failures\n"), "{}", said.all());
    let known = place.fuzz(&["run", "--judge-only", "--known", "known.toml"]);
    assert_eq!(known.code, Some(0), "{}", known.all());
    assert_eq!(std::fs::read_dir(place.path().join("jstestfuzz/runs")).unwrap().count(), before);
    let folder = triage(&place, &["judge", "jstestfuzz"]);
    assert_eq!((folder.code, folder.out.lines().count()), (Some(1), 2), "{}", folder.all());
    let nothing = triage(&place, &["judge", "bug.js"]);
    assert!(nothing.code == Some(2) && nothing.errors.contains("bug.js"), "{}", nothing.all());
}

#[test]
fn five_sightings_are_kept_in_full_and_a_frequent_bug_is_said_to_block_progress() {
    let place = with_example();
    let names: Vec<String> = (0..7).map(|number| place.file(&format!("b{number}.js"), block("js"))).collect();
    let mut words = vec!["run", "--server", "practice", "--bugs", "PRACTICE-2"];
    words.extend(names.iter().map(String::as_str));
    let said = place.fuzz(&words);
    assert!(said.out.contains("blocks progress in 7 of 7 files"), "{}", said.all());
    assert!(said.out.contains("5 of 7 in full"), "{}", said.all());
    let kept = |name: &str| {
        let folders = std::fs::read_dir(place.latest().join("executions")).unwrap();
        folders.filter(|folder| folder.as_ref().unwrap().path().join(name).exists()).count()
    };
    assert_eq!((kept("record.json"), kept("shell.log")), (7, 5));
    assert!(place.latest().join("executions/b0/shell.log").exists());
}

/// Writes the record of a server that died with this log.
fn record(place: &Place, name: &str, log: &str) -> String {
    let execution = Fixture::parse(&format!("exit: signal 6\nprocess: mongod\n\n{log}\n")).execution();
    let judgement = judge(&execution);
    let text = serde_json::to_string(&Record::new(&execution, &judgement, &[])).unwrap();
    place.file(&format!("run/executions/{name}/record.json"), text)
}

#[test]
fn a_looser_signature_is_proposed_with_what_it_would_take_in() {
    let place = Place::new();
    let invariant = |expression: &str, file: &str| {
        format!("2019-05-01T10:00:00.000+0000 F -        [conn1] Invariant failure {expression} src/mongo/db/{file} 7")
    };
    let first = record(&place, "1", &invariant("a.isOK() && b", "x.cpp"));
    let second = record(&place, "2", &invariant("a.isOK() && c", "x.cpp"));
    record(&place, "3", &invariant("a.isOK() && d", "x.cpp"));
    // What the old signature covers already does not move.
    record(&place, "5", &invariant("a.isOK() && b", "x.cpp"));
    record(&place, "4", &invariant("a.isOK() && d", "y.cpp"));
    let signature = "invariant: Invariant failure a.isOK() && b x.cpp";
    let said = triage(&place, &["signature", "fit", signature, &first, &second]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(lines[0], "signature  invariant: Invariant failure a.isOK() && * x.cpp");
    assert_eq!(lines.iter().filter(|line| line.starts_with("moves ")).count(), 1, "{}", said.all());
    assert!(lines[2].contains("executions/3/record.json"), "{}", said.all());
    let foreign = triage(&place, &["signature", "fit", "hang: held find", &first]);
    assert!(foreign.code == Some(2) && foreign.errors.contains("no failure of the class hang"), "{}", foreign.all());
}

#[test]
fn the_program_that_wrote_a_newer_record_is_asked_for() {
    let place = Place::new();
    let path = place.file("record.json", r#"{"version": 99, "execution": {}}"#);
    let said = triage(&place, &["judge", &path]);
    assert_eq!(said.code, Some(2), "{}", said.all());
    assert!(said.errors.contains("version 99") && said.errors.trim().lines().count() == 1, "{}", said.errors);
}

#[test]
fn the_help_names_the_file_of_known_failures() {
    let said = Said::from(Place::new().command(FUZZ, &["run", "--help"]).output().unwrap());
    assert!(said.out.contains("--known <FILE>") && said.out.contains("docs/known-failures.md"), "{}", said.all());
}
