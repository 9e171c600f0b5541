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

/// True for a test whose first comment says what it needs that ferretdb lacks.
pub fn names_a_need(path: &str) -> bool {
    std::fs::read_to_string(path).unwrap().starts_with("// Needs: ")
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
    let files = files();
    let mut words = vec!["run"];
    words.extend(files.iter().map(String::as_str));
    words.extend(["--server", "practice", "--bugs", "none"]);
    let said = place.fuzz(&words);
    assert_eq!(said.code, Some(0), "{}", said.all());
}

#[test]
fn every_subject_has_a_group_with_a_purpose() {
    let readme = std::fs::read_to_string(format!("{CORPUS}/README.md")).unwrap();
    for entry in std::fs::read_dir(CORPUS).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || readme.contains(&format!("`{name}")), "corpus/README.md says nothing of {name}");
    }
}
