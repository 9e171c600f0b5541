//! Logging in by both SCRAM mechanisms: by the connection string, by `db.auth`, by `new Mongo`, and by the command line.

use super::gate::{Gate, LOGIN, PASSWORD, USER};
use super::*;

const WRITE: &str = "assert.commandWorked(db.c.insert({a: 1})); assert.eq(db.c.count(), 1); db.c.drop();";

#[test]
fn a_connection_string_logs_in_by_either_mechanism() {
    for mechanism in ["SCRAM-SHA-1", "SCRAM-SHA-256"] {
        let gate = Gate::start(mechanism, None);
        for options in ["", "&authSource=test", &format!("&authMechanism={mechanism}")] {
            run(&format!("mongodb://{LOGIN}@{}/?w=1{options}", gate.address), WRITE).completed();
        }
    }
}

#[test]
fn scripts_log_in_and_out_and_connections_opened_anew_stay_logged_in() {
    for mechanism in ["SCRAM-SHA-1", "SCRAM-SHA-256"] {
        let gate = Gate::start(mechanism, None);
        let script = format!(
            "assert.commandFailedWithCode(db.runCommand({{count: 'c'}}), 13);
             assert.eq(db.auth({USER:?}, 'wrong'), 0);
             assert.throws(() => db.getMongo().auth({{user: 'nobody', pwd: 'x', db: 'admin'}}));
             assert.throws(() => new Mongo('mongodb://nobody:x@' + db.getMongo().host));
             assert.eq(db.getSiblingDB('admin').auth({USER:?}, {PASSWORD:?}), 1);
             {WRITE}
             assert.commandWorked(db.logout());
             assert.commandFailedWithCode(db.runCommand({{count: 'c'}}), 13);
             assert.eq(db.auth({{user: {USER:?}, pwd: {PASSWORD:?}, mechanism: '{mechanism}'}}), 1);
             {WRITE}
             const other = new Mongo('mongodb://{LOGIN}@' + db.getMongo().host + '/x');
             assert.commandWorked(other.getDB(other.defaultDB).runCommand({{count: 'c'}}));
             connect(db.getMongo().host + '/y', {USER:?}, {PASSWORD:?}).c.count();"
        );
        let ran = run(&format!("mongodb://{}", gate.address), &script).completed();
        assert!(ran.printed.iter().any(|line| line.contains("Authentication failed.")), "{:?}", ran.printed);
        let all = format!("{:?} {:?}", ran.printed, ran.notes);
        assert!(!all.contains("ecret"), "{all}");
    }
}

#[test]
fn threads_and_parallel_shells_are_logged_in_as_their_maker_and_no_longer() {
    let gate = Gate::start("SCRAM-SHA-256", None);
    let script = format!(
        "const count = function () {{ return db.runCommand({{count: 'c'}}).ok; }};
         const thread = function () {{ const one = new Thread(count); one.start(); return one.returnData(); }};
         assert.eq(thread(), 0);
         assert.eq(db.getSiblingDB('admin').auth({USER:?}, {PASSWORD:?}), 1);
         assert.eq(thread(), 1);
         startParallelShell(\"assert.commandWorked(db.runCommand({{count: 'c'}}))\")();
         const inner = new Thread(function (count) {{
             const one = new Thread(count); one.start(); return one.returnData();
         }}, count);
         inner.start();
         assert.eq(inner.returnData(), 1);
         db.getSiblingDB('admin').logout();
         assert.eq(thread(), 0);"
    );
    run(&format!("mongodb://{}", gate.address), &script).completed();
}

#[test]
fn the_command_line_logs_in_for_files_and_checks() {
    let gate = Gate::start("SCRAM-SHA-256", None);
    let place = Place::new();
    let file = place.file("a.js", "assert.commandWorked(db.c.insert({a: 1}));");
    let said = place.fuzz(&["run", &file, "--uri", &format!("mongodb://{LOGIN}@{}/work", gate.address)]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    let text = std::fs::read_to_string(place.latest().join("executions/a/record.json"));
    let record: serde_json::Value = serde_json::from_str(&text.unwrap_or_else(|_| panic!("{}", said.all()))).unwrap();
    let check = &record["execution"]["checks"][0];
    assert!(check["looked_at"].as_u64() > Some(0) && check["not_done"].is_null(), "{check}");
    assert!(said.out.contains(&format!("as {USER}")) && !said.all().contains("ecret"), "{}", said.all());
}

#[test]
fn a_wrong_password_ends_the_run_before_it_begins() {
    let gate = Gate::start("SCRAM-SHA-256", None);
    let place = Place::new();
    let file = place.file("a.js", "1;");
    let said = place.fuzz(&["run", &file, "--uri", &format!("mongodb://jo%2Ce%3D:wrong@{}", gate.address)]);
    assert_eq!(said.code, Some(2), "{}", said.all());
    assert!(said.errors.contains("does not let us in") && said.errors.contains("code 18"), "{}", said.all());
    assert!(!said.all().contains("wrong"), "{}", said.all());
}
