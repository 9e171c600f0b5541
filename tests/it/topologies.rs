//! Replica sets and sharded clusters: the practice server's own, and those of programs that take a mongod's and a mongos's
//! flags and speak the dialect of old and of new ones.

use serde_json::Value;

use crate::given_mongod::program;
use crate::program::{FUZZ, Place, Said};

/// Both dialects: text logs with wire version 7, JSON logs with wire version 21.
const DIALECTS: [&str; 2] = ["old", "new"];

/// Serves as a mongod or a mongos of that dialect.
fn serve(dialect: &str, bugs: &str) -> String {
    format!(
        "exec {FUZZ} practice-server --port $port --dbpath ${{dbpath:-.}} --logpath $log --dialect {dialect} --bugs {bugs} $member"
    )
}

/// A record of the last run.
fn record(place: &Place, name: &str) -> Value {
    let text = std::fs::read_to_string(place.latest().join("executions").join(name).join("record.json")).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["execution"].clone()
}

/// A check's entry in a record.
fn check(record: &Value, name: &str) -> Value {
    let checks = record["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no {name} in {checks:?}")).clone()
}

fn is_clean(said: &Said) {
    assert_eq!(said.code, Some(0), "{}", said.all());
}

const WRITES: &str =
    "db.c.drop(); for (let i = 0; i < 50; i++) db.c.insert({_id: i, a: [i]}, {writeConcern: {w: 'majority'}});
    db.c.createIndex({a: 1}); db.c.update({}, {$set: {b: 1}}, {multi: true}); db.c.remove({_id: 7});
    assert.eq(db.c.count(), 49);";

#[test]
fn a_replica_set_is_initiated_followed_and_compared() {
    let place = Place::new();
    let test = place.file("a.js", format!("{WRITES} assert.eq(db.hello().hosts.length, 3);"));
    let words = ["run", &test, "--server", "practice", "--bugs", "none", "--topology", "replica-set", "--nodes", "3"];
    let said = place.fuzz(&words);
    is_clean(&said);
    assert!(said.out.contains("practice, replica set of 3 at 127.0.0.1:"), "{}", said.out);
    let record = record(&place, "a");
    assert_eq!(record["servers"].as_array().unwrap().len(), 3);
    let looked_at = |name| check(&record, name)["looked_at"].as_u64().unwrap();
    assert_eq!(looked_at("validate"), 6, "one collection and the oplog on three nodes: {record}");
    assert_eq!(looked_at("dbhash"), 1);
    assert!(looked_at("oplog") > 100);
    assert!(record["checks"].as_array().unwrap().iter().all(|check| check["not_done"].is_null()), "{record}");
}

#[test]
fn a_cluster_is_made_of_sets_and_files_talk_to_its_router() {
    let place = Place::new();
    let hello = "assert.eq(db.hello().msg, 'isdbgrid'); assert.eq(db.adminCommand({listShards: 1}).shards.length, 2);
        assert.commandWorked(db.getSiblingDB('other').c.insert({_id: 1}));";
    let test = place.file("a.js", format!("{hello} {WRITES}"));
    let words = ["run", &test, "--server", "practice", "--bugs", "none", "--topology", "sharded", "--nodes", "2"];
    let said = place.fuzz(&words);
    is_clean(&said);
    assert!(said.out.contains("practice, cluster of 2 shards of 2 at"), "{}", said.out);
    let record = record(&place, "a");
    // Config server, two shards of two, router; each database on one shard's two nodes.
    assert_eq!(record["servers"].as_array().unwrap().len(), 6);
    assert_eq!(check(&record, "dbhash")["looked_at"], 2, "{record}");
}

#[test]
fn mongods_and_mongoses_of_both_dialects_come_in_every_shape() {
    for dialect in DIALECTS {
        let place = Place::new();
        let mongod = program(&place, "bin/mongod", &serve(dialect, "none"));
        program(&place, "bin/mongos", &serve(dialect, "none"));
        let test = place.file("a.js", WRITES);
        let version = if dialect == "old" { "version 4.0.28 (wire 7, " } else { "version 7.0.0 (wire 21, " };
        for shape in [&["standalone"][..], &["replica-set", "--nodes", "2"], &["sharded", "--shards", "2"]] {
            let said = place.fuzz(&[&["run", &test, "--mongod", &mongod, "--topology"], shape].concat());
            is_clean(&said);
            assert!(said.out.contains(version), "{shape:?}: {}", said.out);
        }
    }
}

#[test]
fn a_secondary_that_dies_after_the_file_is_a_failure_of_that_file_in_both_dialects() {
    for dialect in DIALECTS {
        let place = Place::new();
        let mongod = program(&place, "mongod", &serve(dialect, "PRACTICE-44"));
        let bad = "db.a.drop(); db.b.drop(); db.a.insert({}); db.b.insert({}); db.a.renameCollection('b', true);";
        let (bad, good) = (place.file("bad.js", bad), place.file("good.js", WRITES));
        let said = place.fuzz(&["run", &bad, &good, "--mongod", &mongod, "--topology", "replica-set", "--no-capture"]);
        assert_eq!(said.code, Some(1), "{}", said.all());
        let failures = place.failures();
        assert_eq!(failures.len(), 1, "{}", said.all());
        assert_eq!(failures[0].0, "FatalAssertion", "{dialect}: {}", said.all());
        assert!(failures[0].1.starts_with("mongod-1"), "{}", failures[0].1);
        assert!(said.out.contains("good.js: clean"), "{}", said.out);
    }
}

#[test]
fn nodes_with_different_documents_are_a_failure_that_shows_one_and_is_bisected() {
    let place = Place::new();
    let padding = |from: u32| (from..from + 20).map(|n| format!("db.d.insert({{_id: {n}}});\n")).collect::<String>();
    let bad = "db.c.insert({_id: 1, a: [1]});\ndb.c.update({_id: 1}, {$pop: {a: 1}});\n";
    let test = place.file("a.js", format!("{}{bad}{}", padding(0), padding(100)));
    let server = ["--server", "practice", "--bugs", "PRACTICE-43", "--topology", "replica-set"];
    let said = place.fuzz(&[&["run", &test][..], &server].concat());
    assert_eq!(said.code, Some(1), "{}", said.all());
    let (class, title) = &place.failures()[0];
    assert_eq!(class, "Inconsistency");
    assert!(title.contains("test.c") && title.contains("a: [] }"), "{title}");
    let words = [&["bisect", &test, "--out", "jstestfuzz"][..], &server].concat();
    let bisected: Said = place.command(crate::program::TRIAGE, &words).output().unwrap().into();
    assert_eq!(bisected.code, Some(0), "{}", bisected.all());
    let minimal = std::fs::read_to_string(place.path().join("a.min.js")).unwrap();
    let code: String = minimal.lines().filter(|line| !line.starts_with("//")).flat_map(str::split_whitespace).collect();
    assert!(code.len() < 80 && !code.contains("db.d"), "{minimal}");
}

mod gdb {
    use super::*;
    use jstestfuzz::server::practice::bugs::{Class, all};

    #[test]
    #[ignore = "needs gdb, which tests/run installs"]
    fn a_hang_of_the_primary_leaves_stacks_and_cores_of_every_node() {
        let place = Place::new();
        let spin = all().iter().find(|bug| bug.class == Class::Spin).unwrap();
        let hangs = place.file("hangs.js", spin.program);
        let words = ["run", &hangs, "--server", "practice", "--topology", "replica-set", "--hang-min", "1s", "--bugs"];
        let said = place.fuzz(&[&words[..], &[spin.id]].concat());
        assert_eq!(said.code, Some(1), "{}", said.all());
        let record = record(&place, "hangs");
        let processes = record["capture"]["processes"].as_array().unwrap();
        let mut names: Vec<&str> = processes.iter().map(|process| process["name"].as_str().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, ["practice-0", "practice-1"], "{}", record["capture"]);
        let cores = record["capture"]["files"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap());
        assert_eq!(cores.filter(|name| name.starts_with("dump_practice-")).count(), 2, "{}", record["capture"]);
    }
}

#[test]
fn where_there_is_nothing_to_compare_the_record_says_so() {
    let place = Place::new();
    let test = place.file("a.js", WRITES);
    is_clean(&place.fuzz(&["run", &test, "--server", "practice", "--bugs", "none", "--checks", "dbhash,oplog"]));
    let record = record(&place, "a");
    for name in ["dbhash", "oplog"] {
        let said = check(&record, name)["not_done"].as_str().unwrap().to_owned();
        assert!(said.starts_with("nothing to compare"), "{said}");
    }
    let wrong = place.fuzz(&["run", &test, "--checks", "hash"]);
    assert!(wrong.code == Some(2) && wrong.errors.contains("'hash' is no check"), "{}", wrong.all());
}

#[test]
fn what_cannot_be_had_in_that_shape_is_told_in_one_sentence() {
    let place = Place::new();
    let test = place.file("a.js", WRITES);
    let nodes = place.fuzz(&["run", &test, "--nodes", "3"]);
    assert!(nodes.code == Some(2) && nodes.errors.contains("--topology"), "{}", nodes.all());
    let mongod = program(&place, "mongod", &serve("new", "none"));
    let deaf = program(&place, "deaf/mongod", &serve("new", "none").replace("$member", ""));
    let sharded = ["run", &test, "--topology", "sharded"];
    let set = ["run", &test, "--topology", "replica-set"];
    for (words, telling) in [
        ([&set[..], &["--uri", "127.0.0.1:1"]].concat(), "--topology is for servers that we start"),
        ([&sharded[..], &["--mongod", &mongod]].concat(), "name one with --mongos PATH"),
        ([&sharded[..], &["--mongod", &mongod, "--mongos", "/nowhere/mongos"]].concat(), "/nowhere/mongos"),
        ([&set[..], &["--mongod", &deaf]].concat(), "refuses replSetInitiate"),
    ] {
        let said = place.fuzz(&words);
        assert_eq!(said.code, Some(2), "{words:?}: {}", said.all());
        assert!(said.errors.contains(telling), "{words:?}: {}", said.errors);
    }
}
