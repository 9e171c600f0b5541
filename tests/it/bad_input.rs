//! What users get wrong: one sentence that names the thing and the remedy, exit code 2, nothing half-written.

use std::net::TcpListener;

use crate::program::{Place, Said};

/// Runs `fuzz`, which must refuse in one sentence that holds all of `words`.
fn refused(place: &Place, arguments: &[&str], words: &[&str]) -> Said {
    let before = contents(place);
    let said = place.fuzz(arguments);
    assert_eq!(said.code, Some(2), "{arguments:?}: {}", said.all());
    for word in words {
        assert!(said.errors.contains(word), "{arguments:?} does not say {word:?}: {}", said.all());
    }
    assert!(!said.errors.contains("panicked") && !said.errors.contains("backtrace"), "{}", said.all());
    assert_eq!(contents(place), before, "{arguments:?} left something behind");
    said
}

fn in_one_sentence(place: &Place, arguments: &[&str], words: &[&str]) {
    let said = refused(place, arguments, words);
    assert_eq!(said.errors.trim_end().lines().count(), 1, "{}", said.all());
    assert!(said.errors.starts_with("error: "), "{}", said.all());
}

fn contents(place: &Place) -> Vec<std::path::PathBuf> {
    let mut found: Vec<_> = place.path().read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

#[test]
fn a_missing_and_an_empty_corpus() {
    let place = Place::new();
    in_one_sentence(&place, &["--corpus", "nowhere"], &["nowhere", "--corpus"]);
    std::fs::create_dir(place.path().join("empty")).unwrap();
    in_one_sentence(&place, &["--corpus", "empty"], &["empty", "--corpus"]);
}

#[test]
fn an_unknown_server_and_one_that_is_not_installed() {
    let place = Place::new();
    in_one_sentence(&place, &["--server", "mongdo", "--sets", "1"], &["mongdo", "practice"]);
    let words = ["--server", "ferretdb", "--servers-dir", "none-here", "--sets", "1"];
    in_one_sentence(&place, &words, &["ferretdb", "fuzz server install ferretdb"]);
}

#[test]
fn a_uri_that_does_not_answer_and_one_that_is_none() {
    let place = Place::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    in_one_sentence(&place, &["--uri", &format!("mongodb://{free}"), "--sets", "1"], &[&free, "--uri"]);
    in_one_sentence(&place, &["--uri", "http://x", "--sets", "1"], &["http://x", "mongodb://"]);
}

#[test]
fn an_output_folder_that_cannot_be_written() {
    let place = Place::new();
    let file = place.file("in-the-way", "");
    in_one_sentence(&place, &["--out", &file, "--sets", "1"], &["in-the-way", "--out"]);
    in_one_sentence(&place, &["--out", "/proc/jstestfuzz", "--sets", "1"], &["/proc/jstestfuzz", "--out"]);
}

#[test]
fn numbers_that_make_no_sense() {
    let place = Place::new();
    refused(&place, &["--sets", "0"], &["--sets", "0"]);
    refused(&place, &["--sets", "many"], &["--sets", "many"]);
    refused(&place, &["--hang-min", "30"], &["30s"]);
    refused(&place, &["--only", "no-such-mutator"], &["no-such-mutator", "identifier"]);
    refused(&place, &["--bugs", "PRACTICE-99", "--sets", "1"], &["PRACTICE-99"]);
    refused(&place, &["--gdb-script", "no-such.gdb", "--sets", "1"], &["--gdb-script", "no-such.gdb", "No such file"]);
    refused(&place, &["--core-size", "much", "--sets", "1"], &["--core-size", "256MiB"]);
    refused(&place, &["--core-compress", "lzma", "--sets", "1"], &["--core-compress", "zstd"]);
}

#[test]
fn files_that_cannot_be_read() {
    let place = Place::new();
    in_one_sentence(&place, &["run", "nowhere.js"], &["nowhere.js"]);
    let latin = place.file("latin1.js", b"var s = '\xe4';");
    in_one_sentence(&place, &["run", &latin], &["latin1.js", "UTF-8"]);
    std::fs::create_dir(place.path().join("folder.js")).unwrap();
    in_one_sentence(&place, &["run", "folder.js"], &["folder.js"]);
}

#[test]
fn a_port_in_use() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let servers = place.path().to_str().unwrap();
    let words = ["server", "start", "practice", "--port", &port, "--servers-dir", servers];
    let said = place.fuzz(&words);
    assert_eq!(said.code, Some(2), "{}", said.all());
    assert!(said.errors.contains(&port) && said.errors.contains("--port"), "{}", said.all());
    // A run that only names where to begin takes the next free one.
    let script = place.file("one.js", "db.c.insert({a: 1});");
    let said = place.fuzz(&["run", &script, "--server", "practice", "--bugs", "none", "--base-port", &port]);
    assert_eq!(said.code, Some(0), "{}", said.all());
}

#[test]
fn a_file_that_the_loader_cannot_use_is_counted_and_named_with_its_reason() {
    let place = Place::new();
    place.file("corpus/good.js", "db.c.insert({a: 1});");
    place.file("corpus/broken.js", "var = ;");
    place.file("corpus/latin1.js", b"var s = '\xe4';");
    place.file("corpus/large.js", "// ".to_owned() + &"x".repeat(4 << 20));
    std::os::unix::fs::symlink(place.path().join("corpus"), place.path().join("corpus/loop")).unwrap();
    let said = place.fuzz(&["corpus", "stats", "corpus"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(said.out.contains("files       1, 3 left out"), "{}", said.all());
    for (name, reason) in [("broken.js", "line 1"), ("latin1.js", "UTF-8"), ("large.js", "4 M")] {
        let line = said.out.lines().find(|line| line.contains(name)).unwrap_or_default();
        assert!(line.contains(reason), "{name}: {}", said.all());
    }
}

#[test]
fn a_corpus_outside_a_git_checkout_is_said_in_one_line_and_used() {
    let place = Place::new();
    place.file("corpus/good.js", "db.c.insert({a: 1});");
    let said = place.fuzz(&["generate", "--corpus", "corpus", "--sets", "1"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    let lines: Vec<&str> = said.out.lines().filter(|line| line.contains("git")).collect();
    assert_eq!(lines.len(), 1, "{}", said.all());
}
