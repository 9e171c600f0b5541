//! Replies that break the protocol are kept with their bytes; those that bend it are taken and noted.

use jstestfuzz::wire::client::Oddity;
use jstestfuzz::wire::message::op_msg;

use super::*;

fn reply(request: i32) -> Vec<u8> {
    op_msg(1, request, 0, &doc! { "ok": 1.0 }.to_bytes())
}

/// A server that answers `odd` with these bytes and everything else well.
fn odd(bytes: fn(i32) -> Vec<u8>) -> Fake {
    Fake::start(move |command| match command.first().unwrap().0 {
        "odd" => Answer::Bytes(bytes),
        _ => ok(command),
    })
}

/// Makes a reply of the request's number.
type Bytes = fn(i32) -> Vec<u8>;

const BROKEN: [(&str, Bytes); 6] = [
    ("a message claims 8 bytes", |request| {
        let mut bytes = reply(request);
        bytes[0] = 8;
        bytes
    }),
    ("a message claims -1 bytes", |request| {
        let mut bytes = reply(request);
        bytes[..4].fill(0xff);
        bytes
    }),
    ("unknown operation code", |request| {
        let mut bytes = reply(request);
        bytes[12] = 99;
        bytes
    }),
    ("more bytes than there are", |request| {
        let mut bytes = reply(request);
        bytes[21] = 200;
        bytes
    }),
    ("longer than its document", |request| {
        let mut bytes = reply(request);
        bytes.extend_from_slice(&[1, 2, 3]);
        bytes[0] += 3;
        bytes
    }),
    ("unknown type 0x66", |request| {
        let mut bytes = reply(request);
        bytes[25] = 0x66;
        bytes
    }),
];

#[test]
fn broken_replies_are_named_and_kept_with_their_bytes() {
    for (words, bytes) in BROKEN {
        let fake = odd(bytes);
        let script = "assert.throws(() => db.runCommand({odd: 1})); assert.commandWorked(db.runCommand({ping: 1}));";
        let ran = run(&format!("mongodb://{}", fake.address), script).completed();
        let [Note::BrokenReply { command, error, bytes: kept }] = &ran.notes[..] else { panic!("{:?}", ran.notes) };
        assert!(command == "odd" && error.contains(words), "{error}");
        let hex: String = bytes(0).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        assert!(kept.starts_with(&hex) && kept.len() <= 512, "{kept}");
    }
}

#[test]
fn a_reply_that_ends_too_early_is_a_lost_connection() {
    let fake = Fake::start(|command| match command.first().unwrap().0 {
        "odd" => Answer::Bytes(|request| reply(request)[..20].to_vec()),
        "ping" => ok(command),
        _ => ok(command),
    });
    // The fake goes on to wait for a request: the shell's own time limit ends the wait.
    let uri = format!("mongodb://{}/?socketTimeoutMS=300", fake.address);
    let ran = run(&uri, "assert.throws(() => db.runCommand({odd: 1}));").completed();
    assert!(matches!(&ran.notes[..], [Note::ReplyTimedOut { .. }]), "{:?}", ran.notes);
    let fake = Fake::start(|command| match command.first().unwrap().0 {
        "odd" => Answer::Close,
        _ => ok(command),
    });
    let ran = run(&format!("mongodb://{}", fake.address), "assert.throws(() => db.runCommand({odd: 1}));").completed();
    assert!(matches!(&ran.notes[..], [Note::ConnectionLost { .. }]), "{:?}", ran.notes);
}

type Expected = fn(&Oddity) -> bool;

#[test]
fn bent_replies_are_taken_and_each_kind_is_noted_once() {
    let bent: [(Bytes, Expected); 3] = [
        (|request| reply(request + 1_000), |oddity| matches!(oddity, Oddity::WrongResponseTo { got: 1_000.., .. })),
        (
            |request| op_msg(1, request, 0x14, &doc! { "ok": 1.0 }.to_bytes()),
            |oddity| *oddity == Oddity::ReservedFlags(0x14),
        ),
        (
            |request| op_msg(1, request, 0, &doc! { "ok": 0.0, "errmsg": "no" }.to_bytes()),
            |oddity| *oddity == Oddity::NoCode,
        ),
    ];
    for (bytes, expected) in bent {
        let fake = odd(bytes);
        let script = "for (let at = 0; at < 3; ++at) assert(db.runCommand({odd: 1}).ok !== undefined);";
        let ran = run(&format!("mongodb://{}", fake.address), script).completed();
        let odd: Vec<_> = ran
            .notes
            .iter()
            .filter_map(|note| match note {
                Note::OddReply { oddity, .. } => Some(oddity),
                _ => None,
            })
            .collect();
        assert!(odd.len() == 1 && expected(odd[0]), "{:?}", ran.notes);
    }
}

#[test]
fn a_broken_reply_is_a_failure_of_the_server_with_its_bytes() {
    let fake = odd(BROKEN[3].1);
    let place = Place::new();
    let file = place.file("odd.js", "db.runCommand({odd: 1});");
    let uri = format!("mongodb://joe:secret@{}/?authMechanism=PLAIN", fake.address);
    let said = place.fuzz(&["run", &file, "--uri", &uri]);
    assert_eq!(said.code, Some(1), "{}", said.all());
    assert_eq!(place.failures()[0].0, "BrokenReply", "{}", said.all());
    assert!(said.out.contains("its first bytes: "), "{}", said.all());
    let kept = format!("{} {}", said.all(), place.summary());
    assert!(kept.contains("joe:PASSWORD@") && !kept.contains("secret"), "{kept}");
}
