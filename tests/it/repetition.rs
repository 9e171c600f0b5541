//! What repeats bit for bit, and what a second look at a run gives.

use crate::program::{Place, TRIAGE};

/// Names and bytes of the files of the last run.
fn made(place: &Place) -> Vec<(String, Vec<u8>)> {
    let folder = place.latest().join("files");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| {
        (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap())
    };
    let mut files: Vec<_> = entries.map(read).collect();
    files.sort();
    files
}

#[test]
fn one_seed_gives_the_same_bytes_in_two_runs_and_another_seed_does_not() {
    let place = Place::new();
    let run = |seed: &str| {
        let said = place.fuzz(&["generate", "--sets", "5", "--seed", seed]);
        assert_eq!(said.code, Some(0), "{}", said.all());
        made(&place)
    };
    let first = run("7");
    assert_eq!(first.len(), 10, "five files and their recipes");
    assert!(first == run("7"), "two runs of seed 7 differ");
    assert!(first != run("8"));
}

#[test]
fn a_drawn_seed_is_printed_and_gives_the_run_again() {
    let place = Place::new();
    let said = place.fuzz(&["generate", "--sets", "2"]);
    let seed = said.out.lines().find_map(|line| line.strip_prefix("seed")).unwrap().trim();
    let first = made(&place);
    place.fuzz(&["generate", "--sets", "2", "--seed", seed]);
    assert!(first == made(&place));
}

#[test]
fn the_printed_line_shows_the_failure_again_and_its_record_is_judged_alike() {
    let place = Place::new();
    let words = ["--seed", "1", "--sets", "40", "--server", "practice", "--bugs", "PRACTICE-2"];
    let said = place.fuzz(&[&words[..], &["--stop-at-first-failure", "--no-confirm"]].concat());
    let block = &place.summary()["failures"]["blocks"][0];
    let line = block["reproduce"].as_str().unwrap();
    let signature = block["signature"].as_str().unwrap();
    assert!(said.out.contains(line), "{}", said.all());
    let again = place.command("sh", &["-c", line]).output().unwrap();
    let text = String::from_utf8_lossy(&again.stdout);
    assert_eq!(again.status.code(), Some(1), "{text}");
    assert!(text.contains(&format!("[{signature}]")), "{text}");
    let folder = place.latest().join("executions").read_dir().unwrap().next().unwrap().unwrap().path();
    let record = folder.join("record.json");
    let judged = place.command(TRIAGE, &["judge", record.to_str().unwrap()]).output().unwrap();
    assert!(String::from_utf8_lossy(&judged.stdout).contains(signature), "{judged:?}");
}

#[test]
fn a_test_that_fails_by_itself_is_named_by_the_baseline_and_left_out() {
    let place = Place::new();
    place.file("jstests/good.js", "db.good.insert({a: 1});\nassert.eq(db.good.count(), 1);\n");
    place.file("jstests/bad.js", "assert.eq(1, 2, 'never true');\n");
    let words = ["--corpus", "jstests", "--sets", "2", "--seed", "1", "--server", "practice", "--bugs", "none"];
    let said = place.fuzz(&[&words[..], &["--baseline"]].concat());
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(said.out.contains("1 of 2 drawn files fail by themselves and are left out: bad.js"), "{}", said.all());
    let recipe = std::fs::read_to_string(place.latest().join("files/jstestfuzz-1-0000.recipe.json")).unwrap();
    assert!(recipe.contains("good.js") && !recipe.contains("bad.js"), "{recipe}");
}

#[test]
fn a_ci_system_gets_the_baseline_without_asking() {
    let place = Place::new();
    place.file("jstests/good.js", "db.good.insert({a: 1});\n");
    let words = ["--corpus", "jstests", "--sets", "1", "--server", "practice", "--bugs", "none"];
    let run = |ci: &str| place.command(crate::program::FUZZ, &words).env("CI", ci).output().unwrap().stdout;
    assert!(String::from_utf8_lossy(&run("true")).contains("all 1 drawn files run clean unmutated"));
    assert!(!String::from_utf8_lossy(&run("false")).contains("unmutated"));
}
