//! `--server-file`: servers of the user's own.

use crate::program::Place;

/// The example of the guide, as its readers copy it.
fn example() -> String {
    let guide = include_str!("../../docs/servers.md");
    let (_, block) = guide.split_once("```toml\n").unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_guides_ten_lines_run_a_server_that_we_do_not_know() {
    assert!(example().lines().count() <= 10);
    let place = Place::new();
    let table = place.file("my.toml", example());
    let file = place.file("a.js", "db.c.insert({a: 1}); assert.eq(db.c.count(), 1);");
    let said = place.fuzz(&["run", &file, "--server", "twin", "--server-file", &table]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(said.out.contains("twin at 127.0.0.1:") && said.out.contains("a.js: clean"), "{}", said.all());
    let unknown = place.fuzz(&["run", &file, "--server", "twin"]);
    assert!(unknown.code == Some(2) && unknown.errors.contains("no server is called 'twin'"), "{}", unknown.all());
    let listed = place.fuzz(&["server", "list", "--server-file", &table]);
    assert!(listed.out.contains("the practice server under another name"), "{}", listed.all());
}

#[test]
fn a_mistake_in_the_file_ends_the_run_before_it_begins_with_its_line() {
    let place = Place::new();
    let table = place.file("my.toml", example().replace("{port}", "{prot}"));
    let said = place.fuzz(&["--sets", "1", "--server", "twin", "--server-file", &table]);
    assert_eq!(said.code, Some(2), "{}", said.all());
    assert!(said.errors.contains("my.toml:8:13: there is no placeholder {prot}"), "{}", said.all());
    assert!(!place.path().join("jstestfuzz").exists(), "{}", said.all());
}
