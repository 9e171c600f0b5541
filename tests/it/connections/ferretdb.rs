//! The same with a real server, which knows SCRAM-SHA-256 only. `tests/run` installs it.

use camino::Utf8Path;
use jstestfuzz::server::{ServerChoice, choose};

use super::tls::Authority;
use super::*;
use crate::program::Said;

const WRITE: &str = "assert.commandWorked(db.c.insert({a: 1})); assert.eq(db.c.count(), 1); db.c.drop();";

/// A table of servers that stands in for the shipped entry.
fn table(place: &Place, variant: &str) -> String {
    let text = std::fs::read_to_string(format!("{}/tests/fixtures/servers/{variant}", env!("CARGO_MANIFEST_DIR")));
    place.file("servers.toml", text.unwrap().replace("CERTIFICATES", place.path().to_str().unwrap()))
}

/// `fuzz` against a variant of the server.
fn fuzz(place: &Place, variant: &str, words: &[&str]) -> Said {
    let (table, folder) = (table(place, variant), std::env::var("JSTESTFUZZ_SERVERS_DIR").ok());
    let mut all = words.to_vec();
    all.extend(["--server", "ferretdb", "--server-file", &table, "--base-port", "28000"]);
    all.extend(folder.iter().flat_map(|folder| ["--servers-dir", folder.as_str()]));
    place.fuzz(&all)
}

fn with_certificates() -> Place {
    let (place, authority) = (Place::new(), Authority::new());
    let (certificate, key) = authority.signed("127.0.0.1");
    place.file("ca.pem", authority.pem());
    place.file("server.pem", certificate);
    place.file("key.pem", key);
    place
}

#[test]
#[ignore = "needs ferretdb, which tests/run installs"]
fn it_lets_us_in_and_keeps_others_out() {
    let place = Place::new();
    let script = format!(
        "{WRITE}
         assert.eq(db.auth('postgres', 'wrong'), 0);
         assert.throws(() => new Mongo('mongodb://postgres:wrong@' + db.getMongo().host));
         const other = connect('mongodb://postgres:se%2Fcret@' + db.getMongo().host + '/other');
         assert.commandWorked(other.runCommand({{ping: 1}}));
         assert.eq(other.getSiblingDB('admin').auth('postgres', 'se/cret'), 1);"
    );
    let file = place.file("a.js", script);
    let said = fuzz(&place, "ferretdb_login.toml", &["run", &file]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(said.out.contains("a.js: clean"), "{}", said.all());
}

#[test]
#[ignore = "needs ferretdb, which tests/run installs"]
fn it_is_fuzzed_through_tls() {
    let place = with_certificates();
    let said = fuzz(&place, "ferretdb_tls.toml", &["--sets", "1", "--seed", "1", "--no-confirm"]);
    assert!(matches!(said.code, Some(0 | 1)), "{}", said.all());
    let figures = &place.summary()["effectiveness"];
    assert!(figures["accepted"].as_f64().unwrap() > 50.0, "{figures}");
}

#[test]
#[ignore = "needs ferretdb, which tests/run installs"]
fn a_running_one_is_reached_by_its_connection_string_alone() {
    let place = with_certificates();
    let file = place.file("a.js", WRITE);
    let choice = ServerChoice {
        own: Some(FUZZ.into()),
        name: Some("ferretdb".into()),
        file: Some(table(&place, "ferretdb_tls.toml").into()),
        servers_dir: std::env::var("JSTESTFUZZ_SERVERS_DIR").ok().map(Into::into),
        base_port: 28_000,
        ..ServerChoice::default()
    };
    let mut server = choose(&choice, Utf8Path::from_path(&place.path().join("server")).unwrap()).unwrap().topology;
    server.start().unwrap();
    let uri = server.connection().to_uri();
    assert!(uri.contains("postgres:se%2Fcret@127.0.0.1:") && uri.contains("tlsCAFile="), "{uri}");
    let said =
        place.fuzz(&["run", &file, "--uri", &format!("{uri}&readPreference=secondaryPreferred&compressors=zlib")]);
    server.stop(Duration::from_secs(5));
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(said.out.contains("over TLS") && !said.all().contains("cret"), "{}", said.all());
}
