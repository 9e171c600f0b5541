//! `fuzz server start`, `list` and `stop`: a server in the background, for a desk.

use crate::program::Place;

#[test]
fn a_server_in_the_background_is_listed_fuzzed_by_its_uri_and_stopped() {
    let place = Place::new();
    let servers = place.path().join("servers");
    let server =
        |words: &[&str]| place.fuzz(&[&["server"], words, &["--servers-dir", servers.to_str().unwrap()]].concat());
    let started = server(&["start", "practice", "--bugs", "none"]);
    assert_eq!(started.code, Some(0), "{}", started.all());
    let uri = started.out.split_whitespace().find(|word| word.starts_with("mongodb://")).unwrap().to_owned();
    assert!(server(&["start", "practice"]).out.contains(&format!("runs already at {uri}")));
    assert!(server(&["list"]).out.contains(&format!("[runs at {uri}]")));
    let said = place.fuzz(&["--uri", &uri, "--sets", "1", "--seed", "1"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(said.out.contains("it is never started or stopped"), "{}", said.all());
    let stopped = server(&["stop", "practice"]);
    assert!(stopped.code == Some(0) && stopped.out.contains("is stopped"), "{}", stopped.all());
    assert!(server(&["stop", "practice"]).out.contains("does not run"));
}
