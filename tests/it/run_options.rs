//! Flags of runs that resmoke's users know: repeats, data elsewhere; and what one run leaves for the next.

use serde_json::Value;

use crate::program::Place;

const SERVER: [&str; 4] = ["--server", "practice", "--bugs", "none"];

#[test]
fn all_files_are_run_as_often_as_asked_whatever_fails() {
    let place = Place::new();
    let (one, two) = (place.file("one.js", "print(1);"), place.file("two.js", "throw new Error('two');"));
    let said = place.fuzz(&[&["run", &one, &two, "--repeat", "3", "--continueOnFailure"], &SERVER[..]].concat());
    assert_eq!(said.out.matches("one.js: clean").count(), 3, "{}", said.all());
    assert!(said.out.contains("[6/6] two.js"), "{}", said.all());
    let both = place.fuzz(&["run", &one, "--continue-on-failure", "--stop-at-first-failure"]);
    assert_eq!(both.code, Some(2), "{}", both.all());
}

#[test]
fn data_lies_where_it_shall_and_nothing_of_it_stays() {
    let place = Place::new();
    let data = place.path().join("elsewhere");
    let list = format!("print(tojson(ls('{}')));", data.display());
    let test = place.file("a.js", format!("db.c.insert({{a: 1}}); try {{ {list} }} catch (e) {{ print(e); }}"));
    let prefix = data.to_str().unwrap();
    let words = ["run", &test, "--topology", "replica-set", "--dbpathPrefix", prefix];
    let child = place.start(&[&words[..], &SERVER].concat());
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
    assert!(data.is_dir(), "no folder was made");
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0, "data stayed");
    // A server that dies leaves its data for who looks into it, and the link leads there.
    let crash = place.file("crash.js", "db.c.find({$group: {_id: 1}}).itcount();");
    let server = ["--server", "practice", "--bugs", "PRACTICE-1", "--dbpath-prefix", prefix, "--no-capture"];
    assert_eq!(place.fuzz(&[&["run", &crash], &server[..]].concat()).code, Some(1));
    let link = place.latest().join("server/practice-1/data");
    assert!(std::fs::read_link(&link).unwrap().starts_with(data.canonicalize().unwrap()), "{}", link.display());
}

#[test]
fn the_next_run_knows_what_files_of_a_kind_take() {
    let place = Place::new();
    // No sleep is longer than a fifth of a second.
    let sleeps =
        |times: u32| format!("for (var i = 0; i < {times}; i++) {{ db.runCommand({{ping: 1}}); sleep(200); }}");
    let test = place.file("a.js", sleeps(4));
    let words = [&["run", &test, "--hang-min", "5s", "--hang-multiple", "10"][..], &SERVER].concat();
    let first = place.fuzz(&words);
    assert_eq!(first.code, Some(0), "{}", first.all());
    let kept: Value =
        serde_json::from_slice(&std::fs::read(place.path().join("jstestfuzz/averages.json")).unwrap()).unwrap();
    assert_eq!((kept[0][0]["product"].as_str(), kept[0][1]["count"].as_u64()), (Some("practice"), Some(1)), "{kept}");
    // Ten times the average is above six seconds, which a run that knows nothing would call a hang.
    place.file("a.js", sleeps(29));
    let said = place.fuzz(&words);
    assert_eq!(said.code, Some(0), "{}", said.all());
    std::fs::write(place.path().join("jstestfuzz/averages.json"), "not JSON").unwrap();
    let quick = place.file("b.js", "db.c.insert({});");
    assert_eq!(place.fuzz(&[&["run", &quick], &SERVER[..]].concat()).code, Some(0));
}
