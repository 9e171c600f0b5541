//! `--mongod PATH`, with programs that behave as a mongod does: the same flags, the same log, the same ways to die.

use std::os::unix::fs::PermissionsExt;

use crate::program::{FUZZ, Place};

/// Reads a mongod's flags into shell variables.
const FLAGS: &str = "#!/bin/sh
while [ $# -gt 0 ]; do
    case $1 in
    --dbpath) dbpath=$2; shift ;;
    --port) port=$2; shift ;;
    --logpath) log=$2; shift ;;
    --bind_ip) shift ;;
    --setParameter) parameters=\"$parameters $2\"; shift ;;
    --storageEngine) engine=$2; shift ;;
    --replSet|--configdb) member=\"$member $1 $2\"; shift ;;
    --shardsvr|--configsvr) member=\"$member $1\" ;;
    *) echo \"Error parsing command line: unrecognised option '$1'\"; exit 1 ;;
    esac
    shift
done
";

/// A program that takes a mongod's flags, `$dbpath`, `$port` and `$log`, and does that.
pub fn program(place: &Place, name: &str, body: &str) -> String {
    let path = place.file(name, format!("{FLAGS}{body}\n"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Turns the program into a server.
pub fn serve(bugs: &str) -> String {
    format!("exec {FUZZ} practice-server --port $port --dbpath $dbpath --logpath $log --bugs {bugs}")
}

/// One that takes SIGTERM for a suggestion and writes down that it came.
pub fn stubborn(place: &Place) -> String {
    let asked = place.path().join("asked-to-end");
    let body = format!(
        "trap 'touch {}' TERM\n{FUZZ} practice-server --port $port --dbpath $dbpath --logpath $log --bugs none &\nwhile :; do wait; done",
        asked.display()
    );
    // The practice server itself ends at SIGTERM; the program in front of it does not.
    program(place, "stubborn-mongod", &body)
}

#[test]
fn a_given_mongod_is_started_fuzzed_and_named() {
    let place = Place::new();
    let mongod = program(&place, "mongod", &serve("none"));
    let said = place.fuzz(&["--mongod", &mongod, "--sets", "2", "--seed", "1"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(said.out.contains(&format!("(--mongod {mongod})")), "{}", said.all());
    let said = place.command(FUZZ, &["--sets", "1", "--seed", "1"]).env("MONGOD", &mongod).output().unwrap();
    assert!(String::from_utf8_lossy(&said.stdout).contains("$MONGOD is"), "{said:?}");
}

#[test]
fn parameters_and_the_storage_engine_reach_the_mongod_and_the_line_to_copy() {
    let place = Place::new();
    let body = format!("echo \"$engine:$parameters\" >> $dbpath/../../got\n{}", serve("PRACTICE-1"));
    let mongod = program(&place, "mongod", &body);
    let crash = place.file("crash.js", "db.c.find({$group: {_id: 1}}).itcount();");
    let words = ["--mongodSetParameters", r#"{"a.b": {"mode": "alwaysOn"}, "c": 1}"#, "--storageEngine", "inMemory"];
    let said = place.fuzz(&[&["run", &crash, "--no-capture", "--mongod", &mongod], &words[..]].concat());
    assert_eq!(said.code, Some(1), "{}", said.all());
    let got = std::fs::read_to_string(place.latest().join("server/got")).unwrap();
    let wanted = r#"inMemory: enableTestCommands=1 a.b={"mode":"alwaysOn"} c=1"#;
    assert_eq!(got.lines().next(), Some(wanted), "{}", said.all());
    assert!(said.out.contains(r#"--set-parameters '{"a.b":"#), "the line to copy lacks them: {}", said.out);
    let none = place.fuzz(&["run", &crash, "--server", "practice", "--storage-engine", "inMemory"]);
    assert!(none.code == Some(2) && none.errors.contains("are for a mongod"), "{}", none.all());
}

#[test]
fn a_crashing_mongod_is_restarted_and_the_batch_goes_on() {
    let place = Place::new();
    let mongod = program(&place, "mongod", &serve("PRACTICE-1"));
    let crash = place.file("crash.js", "db.c.find({$group: {_id: 1}}).itcount();");
    let after = place.file("after.js", "db.c.insert({a: 1}); assert.eq(db.c.count(), 1);");
    let said = place.fuzz(&["run", &crash, &after, "--mongod", &mongod]);
    assert_eq!(said.code, Some(1), "{}", said.all());
    assert_eq!(place.failures().len(), 1, "{}", said.all());
    assert_eq!(place.failures()[0].0, "Crash");
    assert!(said.out.contains("after.js: clean"), "{}", said.all());
    let stopped = place.fuzz(&["run", &crash, &after, "--mongod", &mongod, "--stop-at-first-failure"]);
    assert!(!stopped.out.contains("after.js") && stopped.out.contains("cut short"), "{}", stopped.all());
}

#[test]
fn a_mongod_that_ends_at_once_shows_its_last_words() {
    let place = Place::new();
    let body = "echo '{\"s\":\"E\",\"msg\":\"Failed to set up listener\"}' >> $log\nexit 48";
    let mongod = program(&place, "mongod", body);
    let said = place.fuzz(&["--mongod", &mongod, "--sets", "1"]);
    assert_eq!(said.code, Some(2), "{}", said.all());
    assert!(said.errors.contains("Failed to set up listener") && said.errors.contains("48"), "{}", said.all());
    assert!(!place.path().join("jstestfuzz").exists());
}

#[test]
fn a_mongod_that_does_not_come_back_is_never_a_clean_run() {
    let place = Place::new();
    let once = format!("[ -e {0}/once ] && exit 14\ntouch {0}/once\n{1}", place.path().display(), serve("none"));
    let mongod = program(&place, "mongod", &once);
    let kill = place.file("kill.js", "db.adminCommand({shutdown: 1, force: true});");
    let after = place.file("after.js", "db.c.insert({a: 1});");
    let said = place.fuzz(&["run", &kill, &after, "--mongod", &mongod]);
    assert!(matches!(said.code, Some(1 | 75)), "{}", said.all());
    assert!(said.out.contains("there is no server to go on with"), "{}", said.all());
}

#[test]
fn a_mongod_that_is_missing_or_no_program_is_named() {
    let place = Place::new();
    let said = place.fuzz(&["--mongod", "nowhere/mongod", "--sets", "1"]);
    assert!(said.code == Some(2) && said.errors.contains("nowhere/mongod"), "{}", said.all());
    let plain = place.file("plain", "");
    let said = place.fuzz(&["--mongod", &plain, "--sets", "1"]);
    assert!(said.code == Some(2) && said.errors.contains("chmod +x"), "{}", said.all());
}

#[test]
fn a_mongod_that_fails_when_asked_to_end_is_a_failure_of_the_run() {
    let place = Place::new();
    let server = format!("{FUZZ} practice-server --port $port --dbpath $dbpath --logpath $log --bugs none");
    let last_words = r#"{"t":{},"s":"F","c":"CONTROL","id":4457001,"ctx":"x","msg":"Aborting process during exit due to prior failed tripwire assertions","attr":{}}"#;
    let body = format!(
        "trap 'kill $!; echo '\\''{last_words}'\\'' >> $log; exit 14' TERM\n{server} &\nwhile :; do wait; done"
    );
    let mongod = program(&place, "mongod", &body);
    let file = place.file("a.js", "db.c.insert({a: 1});");
    let said = place.fuzz(&["run", &file, "--mongod", &mongod]);
    assert_eq!(said.code, Some(1), "{}", said.all());
    let classes: Vec<String> = place.failures().into_iter().map(|(class, _)| class).collect();
    assert_eq!(classes, ["Tripwire"], "{}", said.all());
    assert!(place.latest().join("executions/shutdown/record.json").exists());
}
