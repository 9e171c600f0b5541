//! Several clients at the same time: copies of one file, or a file each.

use std::fmt::Write;

use jstestfuzz::server::practice::bugs::{Class, all};
use serde_json::Value;

use crate::program::{Place, Said, TRIAGE};

/// PRACTICE-11 needs one client that waits for documents and another that drops the collection.
const DROPPED_MEANWHILE: &str = "\
for (var i = 0; i < 150; i++) {
    if (i % 4 == 0) { db.c.drop(); db.createCollection('c', {capped: true, size: 4096}); db.c.insert({_id: 1}); }
    var r = db.runCommand({find: 'c', tailable: true, awaitData: true});
    if (r.ok) { db.runCommand({getMore: r.cursor.id, collection: 'c', maxTimeMS: 20}); }
}
";
const SERVER: [&str; 4] = ["--server", "practice", "--bugs", "PRACTICE-11"];

fn run(place: &Place, words: &[&str]) -> Said {
    place.fuzz(&[&["run", "--no-capture"], words, &SERVER].concat())
}

fn execution(place: &Place, name: &str) -> Value {
    let text = std::fs::read_to_string(place.latest().join("executions").join(name).join("record.json")).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["execution"].clone()
}

#[test]
fn a_bug_that_needs_two_clients_is_met_by_two_copies_and_never_by_one() {
    let place = Place::new();
    let test = place.file("drops.js", DROPPED_MEANWHILE);
    let alone = run(&place, &[&test]);
    assert_eq!(alone.code, Some(0), "{}", alone.all());
    let said = run(&place, &[&test, "--numClientsPerFixture", "2"]);
    assert_eq!(said.code, Some(1), "{}", said.all());
    let (class, title) = &place.failures()[0];
    assert_eq!(class, "Crash");
    assert!(title.contains(" of client 0, ") && title.contains(" of client 1"), "{title}");
    assert!(said.out.contains("--clients 2"), "the line to copy lacks them: {}", said.out);
}

#[test]
fn a_file_that_fails_with_two_clients_is_bisected_with_two() {
    let place = Place::new();
    let mut text = String::new();
    (0..30).for_each(|n| writeln!(text, "db.other.insert({{_id: ObjectId(), n: {n}}});").unwrap());
    let test = place.file("drops.js", format!("{text}{DROPPED_MEANWHILE}{text}"));
    let words = [&["bisect", &test, "--no-capture", "--clients", "2", "--budget", "2m"][..], &SERVER].concat();
    let said: Said = place.command(TRIAGE, &words).output().unwrap().into();
    assert_eq!(said.code, Some(0), "{}", said.all());
    let minimal = std::fs::read_to_string(place.path().join("drops.min.js")).unwrap();
    assert!(!minimal.contains("db.other") && minimal.contains("getMore"), "{minimal}");
    assert!(minimal.lines().any(|line| line.starts_with("//") && line.contains("--clients 2")), "{minimal}");
}

#[test]
fn different_programs_that_fail_together_are_made_small_one_after_another() {
    let place = Place::new();
    let padding = |name: &str| (0..12).map(|n| format!("db.{name}.insert({{n: {n}}});\n")).collect::<String>();
    let waits = "for (var i = 0; i < 150; i++) {
        var r = db.runCommand({find: 'c', tailable: true, awaitData: true});
        if (r.ok) { db.runCommand({getMore: r.cursor.id, collection: 'c', maxTimeMS: 50}); }
    }\n";
    let drops = "for (var i = 0; i < 40; i++) {
        db.c.drop(); db.createCollection('c', {capped: true, size: 4096}); db.c.insert({_id: 1}); sleep(20);
    }\n";
    let waits = place.file("waits.js", padding("one") + waits);
    let drops = place.file("drops.js", padding("two") + drops);
    let words = ["bisect", &waits, "--together", &drops, "--no-capture", "--budget", "100s", "--jobs", "2"];
    let said: Said = place.command(TRIAGE, &[&words[..], &SERVER].concat()).output().unwrap().into();
    assert_eq!(said.code, Some(0), "{}", said.all());
    let read = |name: &str| std::fs::read_to_string(place.path().join(name)).unwrap();
    let (first, second) = (read("waits.min.js"), read("waits.min.client-1.js"));
    assert!(first.contains("getMore") && !first.contains("db.one"), "{first}");
    // Whether they meet hangs on time: a program that does not fail when it is asked to stays, and that is said.
    let stays = said.out.contains("it stays as it is");
    let smaller = second.matches("db.two").count() < 12;
    assert!(second.contains("drop") && smaller != stays, "{second}\n{}", said.all());
}

#[test]
fn a_run_of_different_programs_ends_with_the_smallest_of_each() {
    let place = Place::new();
    let words = ["--seed", "5", "--sets", "8", "--clients", "2", "--different-programs", "--triage-budget", "200s"];
    let server = ["--server", "practice", "--bugs", "PRACTICE-6", "--stop-at-first-failure", "--no-capture"];
    let said = place.fuzz(&[&words[..], &server].concat());
    assert_eq!(said.code, Some(1), "{}", said.all());
    let minimal = place.summary()["failures"]["blocks"][0]["minimal"].clone();
    let path = minimal["path"].as_str().unwrap_or_else(|| panic!("{}", said.all())).to_owned();
    let [first, second] = [path.clone(), path.replace(".js", ".client-1.js")].map(|path| {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        text.lines().filter(|line| !line.starts_with("//")).collect::<Vec<_>>().join("\n")
    });
    // The two were thousands of lines; the failure needs one of them.
    assert!(first.len() + second.len() < 2_000 && (first + &second).contains("getMore"), "{}", said.all());
}

#[test]
fn a_failure_that_needs_the_other_clients_program_alone_is_found_in_that() {
    let place = Place::new();
    let padding = |name: &str| (0..8).map(|n| format!("db.{name}.insert({{n: {n}}});\n")).collect::<String>();
    let idle = place.file("idle.js", padding("one"));
    let fails = place.file("fails.js", padding("two") + "db.c.find({$addFields: {}}).itcount();\n" + &padding("two"));
    let words = ["bisect", &idle, "--together", &fails, "--no-capture", "--budget", "60s", "--server", "practice"];
    let said: Said = place.command(TRIAGE, &words).output().unwrap().into();
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(said.out.contains("fails without this program"), "{}", said.all());
    let program = |name: &str| {
        let text = std::fs::read_to_string(place.path().join(name)).unwrap();
        text.lines().filter(|line| !line.starts_with("//")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(program("idle.min.js").trim(), "");
    let second = program("idle.min.client-1.js");
    assert!(second.contains("$addFields") && !second.contains("insert"), "{second}");
}

/// It fails if the other's document is there already, and only the other knows what is in it.
const READS: &str = "sleep(60);
var filter = {};
filter[db.c.findOne({_id: 'b'}).operator] = {};
db.c.find(filter).itcount();
";
const WRITES: &str = "if (Date.now() % 3 != 0) { sleep(200); }\ndb.c.insert({_id: 'b', operator: '$addFields'});\n";

#[test]
fn an_order_that_comes_by_chance_is_recorded_and_forced_and_then_it_always_fails() {
    let place = Place::new();
    let padding = |name: &str| (0..6).map(|n| format!("db.{name}.insert({{n: {n}}});\n")).collect::<String>();
    let reads = place.file("reads.js", padding("one") + READS);
    let writes = place.file("writes.js", padding("two") + WRITES);
    let server = ["--server", "practice", "--bugs", "PRACTICE-1", "--no-capture"];
    let triage =
        |words: &[&str]| -> Said { place.command(TRIAGE, &[words, &server].concat()).output().unwrap().into() };
    let bisect = || triage(&["bisect", &reads, "--together", &writes, "--interleave", "--seldom"]);
    // By chance they meet in every third run; in none of eleven one time in a hundred.
    let said = (0..3).map(|_| bisect()).find(|said| said.code == Some(0)).expect("they met in no run");
    assert!(said.out.contains("fails 10 of 10 runs with its "), "{}", said.all());
    let read = |name: &str| std::fs::read_to_string(place.path().join(name)).unwrap();
    let (first, second, order) = (read("reads.min.js"), read("reads.min.client-1.js"), read("reads.min.order.jsonl"));
    assert!(!first.contains("db.one") && !first.contains("sleep") && first.contains("in a recorded order"), "{first}");
    assert!(!second.contains("db.two") && !second.contains("sleep") && second.contains("$addFields"), "{second}");
    let insert = order.find(r#"{"client":1,"command":"insert test.c","replied":true}"#).expect("the other's insert");
    let find = order.find(r#"{"client":0,"command":"find test.c","replied":false}"#).expect("a find");
    assert!(insert < find, "{order}");
    // Late by itself, the other is waited for.
    let late = place.file("late.js", WRITES.replace("if (Date.now() % 3 != 0)", ""));
    let repro =
        |words: &[&str]| triage(&[&["repro", "reads.min.js", "--together", &late, "--runs", "4"], words].concat());
    let forced = repro(&["--order", "reads.min.order.jsonl"]);
    assert!(forced.out.contains("4 of 4 runs failed"), "{}", forced.all());
    assert!(repro(&[]).out.contains("0 of 4 runs failed"), "without its order it never does");
}

#[test]
fn an_order_is_for_several_clients_and_a_broken_one_is_named() {
    let place = Place::new();
    let test = place.file("test.js", "db.c.drop();");
    let said: Said =
        place.command(TRIAGE, &[&["bisect", &test, "--interleave"][..], &SERVER].concat()).output().unwrap().into();
    assert!(said.code == Some(2) && said.errors.contains("--clients"), "{}", said.all());
    let order = place.file("order.jsonl", "{\"client\":0}\n");
    let words = [&["repro", &test, "--clients", "2", "--order", &order][..], &SERVER].concat();
    let said: Said = place.command(TRIAGE, &words).output().unwrap().into();
    assert!(said.code == Some(2) && said.errors.contains("order.jsonl: line 1: "), "{}", said.all());
}

#[test]
fn with_different_programs_each_client_runs_a_file_of_its_own_and_verdicts_name_it() {
    let place = Place::new();
    let insert = "db.shared.insert({_id: 'NAME', main: TestData.isMainTest, of: TestData.numTestClients});
        assert.soon(function() { return db.shared.count() == 2; });";
    let one = place.file("one.js", insert.replace("NAME", "one"));
    let two = place.file("two.js", insert.replace("NAME", "two") + "\nthrow new Error('of the second');");
    let three = place.file("three.js", "print('three');");
    let words = [&one, &two, &three, "--clients", "2", "--different-programs"];
    let said = run(&place, &words);
    // Each waits for the other's document: they ran at the same time.
    assert!(said.out.contains("[1/2] one.js") && said.out.contains("[2/2] three.js: clean"), "{}", said.out);
    assert!(said.out.contains("client 1: ") && said.out.contains("of the second"), "{}", said.out);
    let record = execution(&place, "one");
    let other = &record["clients"][0];
    assert!(other["file"].as_str().unwrap().ends_with("two.js"), "{record}");
    assert_eq!(place.summary()["effectiveness"]["files"], 4, "two and twice three.js");
}

#[test]
fn a_client_that_hangs_ends_all_and_its_file_is_the_one_to_look_at() {
    let place = Place::new();
    let spin = all().iter().find(|bug| bug.class == Class::Spin).unwrap();
    let works = place.file("works.js", "for (var i = 0; i < 20; i++) { db.runCommand({ping: 1}); sleep(10); }");
    let hangs = place.file("hangs.js", spin.program);
    let words = ["run", &works, &hangs, "--clients", "2", "--different-programs", "--no-capture", "--hang-min", "1s"];
    let said = place.fuzz(&[&words[..], &["--server", "practice", "--bugs", spin.id]].concat());
    assert_eq!(said.code, Some(1), "{}", said.all());
    assert_eq!(place.failures().len(), 1, "who was ended with it is no failure: {}", said.all());
    assert_eq!(place.failures()[0].0, "Hang");
    let record = execution(&place, "works");
    assert!(record["file"].as_str().unwrap().ends_with("hangs.js") && !record["hang"].is_null(), "{record}");
    assert!(record["clients"][0]["hang"].is_null(), "{record}");
}
