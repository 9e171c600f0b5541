//! One bug met again and again: counted every time, kept in full five times, and said to be in the way.

use crate::program::Place;

const CRASH: &str = "db.c.find({$group: {_id: 1}}).itcount();";

fn run(place: &Place, crashes: usize, clean: usize) -> String {
    let crashing = (0..crashes).map(|number| place.file(&format!("crash{number}.js"), format!("print(1); {CRASH}")));
    let files: Vec<String> = crashing
        .chain((0..clean).map(|number| place.file(&format!("clean{number}.js"), "db.c.insert({a: 1});")))
        .collect();
    let mut words = vec!["run"];
    words.extend(files.iter().map(String::as_str));
    words.extend(["--server", "practice", "--bugs", "PRACTICE-1"]);
    let said = place.fuzz(&words);
    assert_eq!(said.code, Some(1), "{}", said.all());
    assert_eq!(place.failures().len(), 1, "{}", said.all());
    said.out
}

#[test]
fn seven_sightings_are_counted_and_five_are_kept_in_full() {
    let place = Place::new();
    let out = run(&place, 7, 0);
    assert_eq!(place.summary()["failures"]["blocks"][0]["seen"], 7);
    assert!(out.contains("seen 7 times") && out.contains("5 of 7 in full, of the others the record"), "{out}");
    let kept = |name: &str| -> Vec<bool> {
        (0..7).map(|number| place.latest().join(format!("executions/crash{number}/{name}")).exists()).collect()
    };
    assert_eq!(kept("record.json"), [true; 7]);
    let full = [true, true, true, true, true, false, false];
    assert_eq!((kept("shell.log"), kept("capture")), (full.to_vec(), full.to_vec()));
}

#[test]
fn a_bug_in_more_than_one_of_a_hundred_files_is_said_to_block_progress() {
    let place = Place::new();
    let out = run(&place, 2, 3);
    assert!(out.contains("blocks progress in 2 of 5 files"), "{out}");
    let text = std::fs::read_to_string(place.latest().join("summary.txt")).unwrap();
    assert!(text.contains("blocks progress"), "{text}");
    let once = Place::new();
    assert!(!run(&once, 1, 3).contains("blocks progress"));
}
