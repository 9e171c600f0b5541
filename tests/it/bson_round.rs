//! Documents of every type go through the shell and back: read by `find`, written by `insert`, compared byte for byte.
//!
//! What the shell's rules change on the way is written down in [`by_the_rules`], and nothing else may change.

use std::time::Duration;

use jstestfuzz::doc;
use jstestfuzz::wire::bson::{Bson, Decimal128, Document, Timestamp};
use jstestfuzz::wire::client::Client;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRng, TestRunner};

use crate::embedded::Server;
use crate::program::{FUZZ, Place};

const DOCUMENTS: usize = 400;

/// Keys of all kinds but those with a meaning: a server refuses `$`, and a dot is a path.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,3}",
        1 => Just(String::new()),
        1 => "[0-9]{1,2}",
        1 => prop_oneof![Just("4294967294".to_owned()), Just("4294967295".to_owned()), Just("01".to_owned())],
        1 => "[äöü€ 🙂-]{1,3}",
        1 => prop_oneof![Just("__proto__".to_owned()), Just("constructor".to_owned()), Just("length".to_owned())],
    ]
}

fn number() -> impl Strategy<Value = Bson> {
    let doubles = prop_oneof![
        any::<f64>().prop_map(|value| if value.is_nan() { f64::NAN } else { value }),
        (-10_i32..10).prop_map(f64::from),
        prop_oneof![Just(-0.0), Just(f64::INFINITY), Just(f64::MIN_POSITIVE), Just(5e-324), Just(2_147_483_648.0)],
    ];
    let decimals = ["0", "-0", "NaN", "Infinity", "-Infinity", "9.99E+6144", "1E-6176", "1.10", "-123456789.5", "1E+3"];
    prop_oneof![
        doubles.prop_map(Bson::Double),
        prop_oneof![any::<i32>(), Just(i32::MIN), Just(i32::MAX), -3..3].prop_map(Bson::Int32),
        prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), -3_i64..3].prop_map(Bson::Int64),
        prop::sample::select(decimals.to_vec()).prop_map(|text| Bson::Decimal128(Decimal128::parse(text).unwrap())),
    ]
}

fn common() -> impl Strategy<Value = Bson> {
    let dates =
        prop_oneof![any::<i32>().prop_map(|date| i64::from(date) * 1_000), Just(8_640_000_000_000_000), Just(-1)];
    prop_oneof![
        3 => number(),
        2 => ".{0,8}".prop_map(Bson::String),
        1 => any::<bool>().prop_map(Bson::Boolean),
        1 => Just(Bson::Null),
        1 => dates.prop_map(Bson::DateTime),
        1 => any::<[u8; 12]>().prop_map(Bson::ObjectId),
        1 => (0_u8..8, vec(any::<u8>(), 16)).prop_map(|(subtype, bytes)| Bson::Binary { subtype, bytes }),
        1 => (1..u32::MAX, any::<u32>())
            .prop_map(|(seconds, increment)| Bson::Timestamp(Timestamp { seconds, increment })),
        1 => ("[a-z.*]{0,4}", prop_oneof![Just(""), Just("i"), Just("im"), Just("s")])
            .prop_filter_map("a pattern that JavaScript takes", |(pattern, options)| {
                let taken = !pattern.starts_with('*') && !pattern.contains("**") && !pattern.is_empty();
                taken.then(|| Bson::Regex { pattern, options: options.into() })
            }),
        1 => prop_oneof![Just(Bson::MinKey), Just(Bson::MaxKey)],
    ]
}

/// Types that no driver writes any more, and dates beyond what JavaScript counts.
fn deprecated() -> impl Strategy<Value = Bson> {
    prop_oneof![
        Just(Bson::Undefined),
        "[a-z]{0,3}".prop_map(Bson::Symbol),
        ("[a-z]{1,3}\\.[a-z]{1,3}", any::<[u8; 12]>()).prop_map(|(namespace, id)| Bson::DbPointer { namespace, id }),
        Just(Bson::JavaScript("function (x) { return x; }".into())),
        Just(Bson::JavaScriptWithScope { code: "x + 1".into(), scope: doc! { "x": 1.0 } }),
        prop_oneof![Just(8_640_000_000_000_001_i64), Just(-9_000_000_000_000_000), Just(1_i64 << 60)]
            .prop_map(Bson::DateTime),
    ]
}

fn documents(leaf: BoxedStrategy<Bson>) -> impl Strategy<Value = Document> {
    let value = leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Bson::Array),
            vec((key(), inner), 0..5).prop_map(|fields| Bson::Document(fields.into_iter().collect())),
        ]
    });
    vec((key(), value), 0..6).prop_map(|fields| fields.into_iter().collect())
}

/// What the shell may change: integer-like keys go first, of two equal keys the last value stays at the first place, a
/// symbol becomes a string, and among int32 elements of an array every integral double of their range is one too.
fn by_the_rules(document: &Document) -> Document {
    let mut fields: Vec<(String, Bson)> = Vec::new();
    for (key, value) in document.iter() {
        let value = value_by_the_rules(value);
        match fields.iter_mut().find(|(known, _)| known == key) {
            Some(known) => known.1 = value,
            None => fields.push((key.to_owned(), value)),
        }
    }
    fields.sort_by_key(|(key, _)| index_of(key).unwrap_or(u64::MAX));
    fields.into_iter().collect()
}

/// A key that JavaScript takes for a place in a list.
fn index_of(key: &str) -> Option<u64> {
    let number: u64 = key.parse().ok()?;
    (number.to_string() == key && number < 0xffff_ffff).then_some(number)
}

fn value_by_the_rules(value: &Bson) -> Bson {
    match value {
        Bson::Document(inner) => Bson::Document(by_the_rules(inner)),
        Bson::JavaScriptWithScope { code, scope } => {
            Bson::JavaScriptWithScope { code: code.clone(), scope: by_the_rules(scope) }
        }
        Bson::Symbol(text) => Bson::String(text.clone()),
        Bson::Array(items) => {
            let int32 = items.iter().any(|item| matches!(item, Bson::Int32(_)));
            let narrow = |item: &Bson| match value_by_the_rules(item) {
                Bson::Double(number) if int32 && is_int32(number) => Bson::Int32(number as i32),
                other => other,
            };
            Bson::Array(items.iter().map(narrow).collect())
        }
        other => other.clone(),
    }
}

fn is_int32(number: f64) -> bool {
    f64::from(number as i32) == number && !(number == 0.0 && number.is_sign_negative())
}

/// The same documents in every run.
fn drawn(strategy: impl Strategy<Value = Document>) -> Vec<Document> {
    let rng = TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut draw = |number: usize| {
        let fields = strategy.new_tree(&mut runner).unwrap().current();
        let mut document = doc! { "_id": (number as i32) };
        fields.iter().filter(|(key, _)| *key != "_id").for_each(|(key, value)| document.push(key, value.clone()));
        document
    };
    (0..DOCUMENTS).map(&mut draw).collect()
}

fn client(address: &str) -> Client {
    let mut client = Client::connect(address, Duration::from_secs(5)).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    client
}

fn ok(client: &mut Client, command: &Document) -> Document {
    let reply = client.command("round", command).unwrap();
    assert_eq!(reply.get("ok").and_then(Bson::as_f64), Some(1.0), "{command:?}: {reply:?}");
    assert_eq!(reply.get("writeErrors"), None, "{reply:?}");
    reply
}

/// Puts the documents in, lets the shell copy them, and reads both sides.
fn copied_by_the_shell(address: &str, documents: &[Document]) -> Vec<(Document, Document)> {
    let mut client = client(address);
    for name in ["source", "copy"] {
        let _ = client.command("round", &doc! { "drop": (name) }).unwrap();
    }
    for some in documents.chunks(50) {
        let some: Vec<Bson> = some.iter().cloned().map(Bson::Document).collect();
        ok(&mut client, &doc! { "insert": "source", "documents": (Bson::Array(some)) });
    }
    let place = Place::new();
    let script = place.file(
        "copy.js",
        "db = db.getSiblingDB('round');
        db.source.find().sort({_id: 1}).forEach(function (one) { assert.writeOK(db.copy.insert(one)); });",
    );
    let said = place.fuzz(&["run", &script, "--uri", &format!("mongodb://{address}"), "--hang-min", "60s"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    let read = |client: &mut Client, name: &str| -> Vec<Document> {
        let command = doc! { "find": (name), "sort": { "_id": 1 }, "batchSize": 100_000 };
        let reply = ok(client, &command);
        let batch = reply.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
        batch.iter().map(|one| one.as_document().unwrap().clone()).collect()
    };
    let (before, after) = (read(&mut client, "source"), read(&mut client, "copy"));
    assert_eq!((before.len(), after.len()), (documents.len(), documents.len()));
    before.into_iter().zip(after).collect()
}

/// A server moves `_id` to the front, whatever key the shell puts before it.
fn stored(document: &Document) -> Document {
    let (id, rest): (Vec<_>, Vec<_>) = document.iter().partition(|(key, _)| *key == "_id");
    id.into_iter().chain(rest).map(|(key, value)| (key.to_owned(), value.clone())).collect()
}

fn differences(pairs: &[(Document, Document)]) -> Vec<String> {
    let expected = |before: &Document| stored(&by_the_rules(before));
    let differs = |(before, after): &&(Document, Document)| expected(before).to_bytes() != after.to_bytes();
    let tell = |(before, after): &(Document, Document)| format!("{:?}\n  became {after:?}", expected(before));
    pairs.iter().filter(differs).map(tell).collect()
}

#[test]
fn every_type_comes_back_byte_for_byte_through_the_practice_server() {
    let server = Server::start();
    let leaf = prop_oneof![4 => common(), 1 => deprecated()].boxed();
    let pairs = copied_by_the_shell(&server.address, &drawn(documents(leaf)));
    let differences = differences(&pairs);
    let some = differences.len().min(5);
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences[..some].join("\n"));
}

#[test]
fn text_that_is_not_utf8_is_read_with_replacements_and_harms_nothing() {
    let server = Server::start();
    let mut client = client(&server.address);
    ok(&mut client, &doc! { "insert": "odd", "documents": [{ "_id": 1, "s": "abXYcd" }] });
    let place = Place::new();
    // The practice server keeps what it is sent; the bytes are broken on their way to it.
    let mut bytes = doc! { "insert": "odd", "documents": [{ "_id": 2, "s": "abXYcd" }], "$db": "round" }.to_bytes();
    let at = bytes.windows(2).position(|two| two == b"XY").unwrap();
    bytes[at..at + 2].copy_from_slice(&[0xff, 0xfe]);
    client.round_trip(&bytes).unwrap();
    let text = "db = db.getSiblingDB('round'); var s = db.odd.findOne({_id: 2}).s; assert.eq(s, 'ab\\ufffd\\ufffdcd');";
    let script = place.file("read.js", text);
    let said = place.fuzz(&["run", &script, "--uri", &format!("mongodb://{}", server.address)]);
    assert_eq!(said.code, Some(0), "{}", said.all());
}

mod ferretdb {
    use super::*;

    /// Stops the server when it goes.
    struct Started<'a>(&'a Place, Vec<String>);

    impl Drop for Started<'_> {
        fn drop(&mut self) {
            let words: Vec<&str> = self.1.iter().map(String::as_str).collect();
            let _ = self.0.command(FUZZ, &[&["server", "stop", "ferretdb"], &words[..]].concat()).output();
        }
    }

    #[test]
    #[ignore = "needs ferretdb, which tests/run installs"]
    fn every_common_type_comes_back_byte_for_byte() {
        let place = Place::new();
        let folder = std::env::var("JSTESTFUZZ_SERVERS_DIR").map(|dir| vec!["--servers-dir".to_owned(), dir]);
        let started = Started(&place, folder.unwrap_or_default());
        let words: Vec<&str> = started.1.iter().map(String::as_str).collect();
        let said = place.fuzz(&[&["server", "start", "ferretdb"], &words[..]].concat());
        let uri = said.out.split_whitespace().find_map(|word| word.strip_prefix("mongodb://")).unwrap();
        let pairs = copied_by_the_shell(uri, &drawn(documents(common().boxed())));
        let differences = differences(&pairs);
        let some = differences.len().min(5);
        assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences[..some].join("\n"));
    }
}
