//! `triage bisect --commands`: the fewest wire commands that still fail, and programs that send them.

use serde_json::Value;

use crate::program::{Place, Said, TRIAGE};

/// The bug fires at a getMore whose collection is gone.
const FAILS: &str = "\
db.other.insert({a: 1});
db.c.drop();
for (var i = 0; i < 10; i++) { db.c.insert({_id: i, a: i}); }
var cursor = db.c.find().batchSize(2);
cursor.next(); cursor.next();
db.c.drop();
cursor.next();
";
const SERVER: [&str; 5] = ["--no-capture", "--server", "practice", "--bugs", "PRACTICE-6"];

fn bisected(place: &Place, program: &str, server: &[&str]) -> Said {
    let file = place.file("fail.js", program);
    let words = [&["bisect", &file, "--commands", "--budget", "3m"], server].concat();
    let said: Said = place.command(TRIAGE, &words).output().unwrap().into();
    assert_eq!(said.code, Some(0), "{}", said.all());
    said
}

fn read(place: &Place, name: &str) -> String {
    std::fs::read_to_string(place.path().join(name)).unwrap()
}

#[test]
fn the_fewest_commands_are_listed_and_a_shell_that_sends_them_meets_the_failure() {
    let place = Place::new();
    let said = bisected(&place, FAILS, &SERVER);
    let lines: Vec<Value> =
        read(&place, "fail.min.commands.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["db"], "test");
    assert_eq!(lines[0]["command"]["getMore"]["$cursorOf"], 2, "the third command opened the cursor: {lines:?}");
    assert!(said.out.contains("1 of 5 commands are needed"), "{}", said.out);
    let script = place.path().join("fail.min.commands.js");
    let run = place.fuzz(&[&["run", script.to_str().unwrap()], &SERVER[..]].concat());
    assert_eq!(run.code, Some(1), "{}", run.all());
    assert_eq!(place.failures()[0].0, "InternalError");
}

#[test]
fn commands_that_fail_only_side_by_side_are_no_list_and_that_is_said() {
    let place = Place::new();
    let both = "var join = startParallelShell(\"for (var i = 0; i < 200; i++) { var r = db.runCommand({find: 'c', tailable: true, awaitData: true}); if (r.ok) db.runCommand({getMore: r.cursor.id, collection: 'c', maxTimeMS: 50}); }\");
for (var i = 0; i < 40; i++) { db.c.drop(); db.createCollection('c', {capped: true, size: 4096}); db.c.insert({_id: 1}); sleep(20); }
join();
";
    let server = ["--no-capture", "--server", "practice", "--bugs", "PRACTICE-11", "--tests", "6"];
    let said = bisected(&place, both, &server);
    assert!(said.out.contains("no list of commands: "), "{}", said.out);
    assert!(!place.path().join("fail.min.commands.jsonl").exists());
}

mod pymongo {
    use super::*;
    use std::process::Command;

    use crate::embedded::Server;

    #[test]
    #[ignore = "needs pymongo, which tests/run installs"]
    fn a_python_program_that_sends_them_meets_the_failure_too() {
        let place = Place::new();
        bisected(&place, FAILS, &SERVER);
        let cache = std::env::var("XDG_CACHE_HOME").unwrap_or(format!("{}/.cache", std::env::var("HOME").unwrap()));
        let server = Server::with("PRACTICE-6");
        let uri = format!("mongodb://{}/?directConnection=true", server.address);
        let python = format!("{cache}/jstestfuzz/peers/pymongo/bin/python");
        let script = place.path().join("fail.min.commands.py");
        let output = Command::new(python).arg(script).arg(uri).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("bad_optional_access"), "{output:?}");
    }
}
