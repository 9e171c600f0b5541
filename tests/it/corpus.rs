//! Facts about the jstests that are shipped.

use crate::program::Place;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");

/// Every shipped test, sorted.
pub fn files() -> Vec<String> {
    fn collect(folder: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "js") {
                found.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    let mut found = Vec::new();
    collect(CORPUS.as_ref(), &mut found);
    found.sort();
    found
}

#[test]
fn there_are_at_least_forty_of_a_middling_length_and_each_says_what_it_is_for() {
    let files = files();
    assert!(files.len() >= 40, "{}", files.len());
    for path in &files {
        assert!(std::fs::read_to_string(path).unwrap().starts_with("// "), "{path} begins with no comment");
    }
    let stats = Place::new().fuzz(&["corpus", "stats"]).out;
    let median: u32 = stats.split("median ").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
    assert!((20..=32).contains(&median), "{stats}");
    assert!(stats.contains(", 0 left out"), "{stats}");
}

#[test]
fn every_one_runs_clean_on_the_practice_server() {
    let place = Place::new();
    let said = place.fuzz(&["corpus", "check", "--server", "practice", "--bugs", "none"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    let clean = said.out.lines().filter(|line| line.starts_with("clean ")).count();
    assert_eq!(clean, files().len(), "{}", said.all());
}

#[test]
fn a_check_tells_failing_tests_from_those_that_need_something() {
    let place = Place::new();
    place.file("own/clean.js", "db.c.insert({a: 1});");
    place.file("own/fails.js", "db.c.insert({a: 1});\nassert.eq(1, 2);");
    place.file("own/name.js", "db.c.insert({a: 1}); Frobnicate();");
    place.file("own/stage.js", "db.c.aggregate([{$noSuchStage: {}}]).itcount();");
    place.file("own/says.js", "// Needs: a miracle (lacking in practice).\nassert.eq(1, 2);");
    place.file("own/broken.js", "var = ;");
    let said = place.fuzz(&["corpus", "check", "own", "--server", "practice", "--bugs", "none"]);
    assert_eq!(said.code, Some(1), "{}", said.all());
    for (name, word, why) in [
        ("clean.js", "clean ", ""),
        ("fails.js", "fails ", "[1] != [2] are not equal at fails.js:2:"),
        ("name.js", "needs ", "the name Frobnicate"),
        ("stage.js", "needs ", "$noSuchStage"),
        ("says.js", "needs ", "a miracle"),
        ("broken.js", "left out ", "does not parse"),
    ] {
        let line = said.out.lines().find(|line| line.contains(name)).unwrap_or_default();
        assert!(line.starts_with(word) && line.contains(why), "{name}: {}", said.all());
    }
    assert!(said.out.contains("5 tests: 1 clean, 1 fail, 3 need something"), "{}", said.all());
}

#[test]
fn every_subject_has_a_group_with_a_purpose() {
    let readme = std::fs::read_to_string(format!("{CORPUS}/README.md")).unwrap();
    for entry in std::fs::read_dir(CORPUS).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || readme.contains(&format!("`{name}")), "corpus/README.md says nothing of {name}");
    }
}
