//! Connections of the embedded shell and of `fuzz --uri`: to odd servers, through TLS, compressed, logged in, and to
//! replica sets. Servers are small fakes in this process, the built-in one behind a gate, and a real one.

mod fake;
mod ferretdb;
mod gate;
mod login;
mod odd_replies;
mod replica_set;
mod tls;

use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use jstestfuzz::doc;
use jstestfuzz::shell::embedded::EmbeddedShell;
use jstestfuzz::shell::{Job, Limits, Note, Report, Shell, ShellEnd};
use jstestfuzz::wire::uri::Settings;

use crate::program::{FUZZ, Place};
use fake::{Answer, Fake, ok};

/// What came of a script.
struct Ran {
    end: ShellEnd,
    printed: Vec<String>,
    notes: Vec<Note>,
}

impl Ran {
    fn completed(self) -> Self {
        assert_eq!(self.end, ShellEnd::Completed, "{:?} {:?}", self.printed, self.notes);
        self
    }
}

/// Runs a script against the servers of a connection string.
fn run(uri: &str, script: &str) -> Ran {
    let place = Place::new();
    let job = Job {
        name: "script.js".into(),
        path: Utf8PathBuf::from(place.file("script.js", script)),
        server: Settings::parse(uri).unwrap(),
        database: "test".into(),
        roots: Vec::new(),
        test_data: "{}".into(),
        limits: Limits {
            interrupt_after: Duration::from_secs(30),
            read_timeout: Duration::from_secs(10),
            memory: 256 << 20,
            output: 1 << 20,
        },
    };
    let mut shell = EmbeddedShell::new(FUZZ.into());
    let mut running = shell.run(&job).unwrap();
    let (mut printed, mut notes) = (Vec::new(), Vec::new());
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        match running.next(deadline).expect("the script ends within a minute") {
            Report::Output(lines) => printed.extend(lines),
            Report::Noted(note) => notes.push(note),
            Report::Ended(ended) => return Ran { end: ended.end, printed, notes },
            _ => {}
        }
    }
}

#[test]
fn strangers_are_refused_and_the_given_server_has_several_names() {
    let fake = Fake::start(ok);
    let stranger = Fake::start(ok);
    let script = format!(
        "assert.commandWorked(new Mongo(db.getMongo().host).adminCommand({{ping: 1}}));
         assert.commandWorked(connect('localhost:{}/other').runCommand({{ping: 1}}));
         assert.throws(() => new Mongo('{}'));
         assert.throws(() => new Mongo('mongodb://{},{}'));
         assert.eq(db.getMongo().getMaxWireVersion(), 21);",
        fake.port(),
        stranger.address,
        fake.address,
        stranger.address
    );
    run(&format!("mongodb://{}", fake.address), &script).completed();
    assert!(stranger.seen().is_empty());
    assert!(fake.seen().iter().any(|one| one.database == "other"));
}

#[test]
fn a_connection_that_a_script_closed_refuses_commands_and_no_other_does() {
    let fake = Fake::start(ok);
    let script = "var other = new Mongo(db.getMongo().host), third = new Mongo();
                  assert.commandWorked(other.adminCommand({ping: 1}));
                  other.close(); other.close();
                  var error = assert.throws(() => other.adminCommand({ping: 'closed'}));
                  assert(/not open/.test(error.message), tojson(error));
                  assert.commandWorked(third.adminCommand({ping: 1}));
                  assert.commandWorked(new Mongo().adminCommand({ping: 1}));
                  assert.commandWorked(db.runCommand({ping: 1}));
                  for (let at = 0; at < 300; at++) { new Mongo().close(); }";
    let ran = run(&format!("mongodb://{}", fake.address), script).completed();
    assert!(ran.notes.is_empty(), "{:?}", ran.notes);
    assert!(fake.seen().iter().all(|seen| !format!("{seen:?}").contains("closed")), "{:?}", fake.seen());
}

#[test]
fn every_method_compresses_both_ways_and_never_a_greeting_or_a_secret() {
    for method in ["snappy", "zlib", "zstd"] {
        let fake = Fake::compressing(method, ok);
        let script = "db.adminCommand({hello: 1}); db.createUser({user: 'u', pwd: 'p', roles: []});
                      for (let at = 0; at < 3; ++at) assert.commandWorked(db.runCommand({ping: 1, text: 'x'.repeat(999)}));";
        let ran = run(&format!("mongodb://{}/?compressors={method}", fake.address), script).completed();
        assert!(ran.notes.is_empty(), "{:?}", ran.notes);
        for seen in fake.seen() {
            assert_eq!(seen.compressed, seen.command == "ping", "{method} {seen:?}");
        }
    }
}

#[test]
fn nothing_is_compressed_unasked() {
    let fake = Fake::compressing("zlib", ok);
    run(&format!("mongodb://{}", fake.address), "assert.commandWorked(db.runCommand({ping: 1}));").completed();
    assert!(fake.seen().iter().all(|seen| !seen.compressed));
}

#[test]
fn a_socket_in_the_file_system_does_as_well() {
    let place = Place::new();
    let path = place.path().join("mongodb-27017.sock");
    let fake = Fake::local(&path, ok);
    let encoded = path.to_str().unwrap().replace('/', "%2F");
    let script = "assert.commandWorked(db.runCommand({ping: 1})); assert.commandWorked(new Mongo(db.getMongo().host).adminCommand({ping: 1}));";
    run(&format!("mongodb://{encoded}"), script).completed();
    assert!(fake.seen().iter().any(|seen| seen.command == "ping"));
}

#[test]
fn servers_from_before_op_msg_are_spoken_to_in_their_own_way() {
    let fake = Fake::start(|command| match command.first().unwrap().0 {
        "isMaster" => Answer::Document(doc! { "ismaster": true, "ok": 1.0 }).with("maxWireVersion", 0),
        _ => ok(command),
    });
    let ran = run(&format!("mongodb://{}", fake.address), "assert.eq(db.runCommand({count: 'c'}).ok, 1);").completed();
    assert!(ran.notes.is_empty());
    let count = fake.seen().into_iter().find(|seen| seen.command == "count").unwrap();
    assert!(count.old && count.database == "test", "{count:?}");
}
