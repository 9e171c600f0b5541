//! `triage list`, `show`, `locate`, `repro` and `compare` on runs with planted bugs.

use jstestfuzz::server::practice::bugs::all;

use crate::program::{Place, Said, TRIAGE};

fn triage(place: &Place, words: &[&str]) -> Said {
    place.command(TRIAGE, words).output().unwrap().into()
}

fn program(id: &str) -> &'static str {
    all().iter().find(|bug| bug.id == id).unwrap().program
}

/// A run of one framed file whose second statement is the bug's program.
fn run_of(place: &Place, id: &str) -> String {
    let mut text = String::new();
    jstestfuzz::wrap::push_framed(&mut text, 0, "db.plain.insert({a: 1});");
    jstestfuzz::wrap::push_framed(&mut text, 1, program(id));
    let file = place.file("fail.js", text);
    let said = place.fuzz(&["run", &file, "--server", "practice", "--bugs", id, "--no-capture"]);
    assert_eq!(said.code, Some(1), "{}", said.all());
    place.summary()["failures"]["blocks"][0]["signature"].as_str().unwrap().to_owned()
}

#[test]
fn failures_of_the_last_run_are_listed_and_shown() {
    let place = Place::new();
    let signature = run_of(&place, "PRACTICE-1");
    let said = triage(&place, &["list"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    let line = said.out.lines().nth(1).unwrap();
    assert!(line.starts_with(&format!("{signature}  crash ")) && line.contains("SIGSEGV"), "{}", said.all());
    let said = triage(&place, &["show", &signature[..5]]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    for wanted in ["FAILURE crash", "look first at   statement 1", "find(", "reproduce"] {
        assert!(said.out.contains(wanted), "{wanted}\n{}", said.all());
    }
    let json = triage(&place, &["list", "--json", place.latest().to_str().unwrap()]);
    let blocks: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(blocks[0]["signature"], signature.as_str());
}

#[test]
fn what_is_not_there_is_told_in_one_sentence() {
    let place = Place::new();
    let said = triage(&place, &["list"]);
    assert_eq!(said.code, Some(2), "{}", said.all());
    assert!(said.errors.contains("is no folder of a run that ended"), "{}", said.all());
    let signature = run_of(&place, "PRACTICE-1");
    let said = triage(&place, &["show", "zz"]);
    assert_eq!(said.code, Some(2), "{}", said.all());
    assert!(said.errors.contains(&signature), "{}", said.all());
}

#[test]
fn a_record_says_which_statement_to_look_at_and_shows_it() {
    let place = Place::new();
    run_of(&place, "PRACTICE-1");
    let record = place.latest().join("executions/fail/record.json");
    let said = triage(&place, &["locate", record.to_str().unwrap()]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    for wanted in ["last completed  statement 0 of 2", "without reply   ", "look first at   statement 1", "db."] {
        assert!(said.out.contains(wanted), "{wanted}\n{}", said.all());
    }
}

#[test]
fn the_timeline_has_statements_and_the_servers_words_side_by_side() {
    let place = Place::new();
    let signature = run_of(&place, "PRACTICE-1");
    let page = place.path().join("timeline.html");
    let said = triage(&place, &["locate", &signature, "--html", page.to_str().unwrap()]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    let line = |wanted: &str| said.out.lines().position(|line| line.contains(wanted));
    let done = line("> 0 done in ").expect(&said.out);
    let never = line("1 begins and is never done: db.").expect(&said.out);
    let death = line("signal 11").expect(&said.out);
    assert!(done < never && never < death, "{}", said.all());
    let head = said.out.lines().find(|line| line.contains("statements ")).unwrap();
    let column = head.find("practice").unwrap();
    assert!(said.out.lines().nth(death).unwrap()[..column].ends_with(' '), "{}", said.all());
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("signal 11") && page.contains("class=\"last\""), "{page}");
}

#[test]
fn a_failure_is_run_again_as_often_as_asked() {
    let place = Place::new();
    let signature = run_of(&place, "PRACTICE-6");
    let said = triage(&place, &["repro", &signature, "--runs", "3", "--no-capture"]);
    assert_eq!(said.code, Some(1), "{}", said.all());
    assert!(said.out.contains("embedded: 3 of 3 runs failed with this failure"), "{}", said.all());
    // The same file on a server without the bug.
    let file = place.path().join("fail.js");
    let words = ["repro", file.to_str().unwrap(), "--runs", "2", "--server", "practice", "--bugs", "none"];
    let said = triage(&place, &words);
    assert_eq!(said.code, Some(3), "{}", said.all());
    assert!(said.out.contains("0 of 2 runs failed"), "{}", said.all());
}

/// PRACTICE-6 takes a cursor, which has another number in each run.
#[test]
fn a_failure_is_confirmed_by_the_commands_alone_without_any_javascript() {
    for id in ["PRACTICE-1", "PRACTICE-6", "PRACTICE-4"] {
        let place = Place::new();
        let signature = run_of(&place, id);
        let words = ["repro", &signature, "--runs", "2", "--no-capture", "--shells", "embedded,wire"];
        let said = triage(&place, &words);
        assert_eq!(said.code, Some(1), "{id}: {}", said.all());
        for wanted in ["embedded: 2 of 2 runs", "wire: 2 of 2 runs", "every shell shows it: it is the server's"] {
            assert!(said.out.contains(wanted), "{id}: {wanted}\n{}", said.all());
        }
    }
}

#[test]
fn two_runs_differ_in_their_failures() {
    let (one, other) = (Place::new(), Place::new());
    run_of(&one, "PRACTICE-1");
    run_of(&other, "PRACTICE-6");
    let said = triage(&one, &["compare", "jstestfuzz", other.path().join("jstestfuzz").to_str().unwrap()]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    for wanted in ["gone            crash", "new             internal error", "0 in both"] {
        assert!(said.out.contains(wanted), "{wanted}\n{}", said.all());
    }
}

mod mongosh {
    use super::*;

    #[test]
    #[ignore = "needs mongosh, which tests/run installs"]
    fn a_crash_met_by_the_embedded_shell_is_confirmed_by_mongosh() {
        let place = Place::new();
        let signature = run_of(&place, "PRACTICE-1");
        let words = ["repro", &signature, "--runs", "1", "--no-capture", "--shells", "embedded,mongosh"];
        let said = triage(&place, &words);
        assert_eq!(said.code, Some(1), "{}", said.all());
        for wanted in ["embedded: 1 of 1 runs", "mongosh: 1 of 1 runs", "every shell shows it: it is the server's"] {
            assert!(said.out.contains(wanted), "{wanted}\n{}", said.all());
        }
    }
}
