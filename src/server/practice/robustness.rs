//! Whatever a client sends, this server answers and lives: without planted bugs a failure is our own.

mod expressions;
mod special;

use super::bugs::Bugs;
use super::commands::{self, Fields};
use super::trial::Trial;
use crate::wire::bson::{Bson, Decimal128, Document, Timestamp};
use crate::wire::message::{Frame, MessageError, op_msg, op_query};
use crate::{bson, doc};
use parking_lot::Mutex;
use proptest::prelude::*;
use proptest::sample::select;
use std::io::Write;
use std::net::TcpStream;
use std::sync::LazyLock;
use std::time::Duration;

static TRIAL: LazyLock<Mutex<Trial>> = LazyLock::new(|| Mutex::new(Trial::with(Bugs::none())));

/// A server of its own for the test that nobody else may disturb.
static QUIET: LazyLock<Mutex<Trial>> = LazyLock::new(|| Mutex::new(Trial::with(Bugs::none())));

const NAMES: &[&str] = &["a", "b", "_id", "a.b", "a.0", "a.$", "a.$[]", "a.$[x]", "x", "", "$a", "list.n", "$natural"];

const OPERATORS: &[&str] = &[
    "$set",
    "$unset",
    "$inc",
    "$mul",
    "$min",
    "$max",
    "$rename",
    "$setOnInsert",
    "$currentDate",
    "$push",
    "$addToSet",
    "$pop",
    "$pull",
    "$pullAll",
    "$bit",
    "$each",
    "$slice",
    "$sort",
    "$position",
    "$eq",
    "$gt",
    "$gte",
    "$in",
    "$lt",
    "$lte",
    "$ne",
    "$nin",
    "$and",
    "$not",
    "$nor",
    "$or",
    "$exists",
    "$type",
    "$expr",
    "$jsonSchema",
    "$mod",
    "$regex",
    "$options",
    "$text",
    "$where",
    "$search",
    "$language",
    "$meta",
    "$geoWithin",
    "$geoIntersects",
    "$geometry",
    "$box",
    "$center",
    "$centerSphere",
    "$polygon",
    "$near",
    "$nearSphere",
    "$minDistance",
    "$maxDistance",
    "$geoNear",
    "$all",
    "$elemMatch",
    "$size",
    "$bitsAllSet",
    "$match",
    "$group",
    "$project",
    "$addFields",
    "$unwind",
    "$lookup",
    "$graphLookup",
    "$facet",
    "$bucket",
    "$bucketAuto",
    "$sortByCount",
    "$limit",
    "$skip",
    "$sample",
    "$out",
    "$merge",
    "$graphLookup",
    "$unionWith",
    "$replaceRoot",
    "$redact",
    "$count",
    "$sum",
    "$avg",
    "$first",
    "$push",
    "$add",
    "$subtract",
    "$multiply",
    "$divide",
    "$pow",
    "$range",
    "$concat",
    "$substr",
    "$split",
    "$cond",
    "$switch",
    "$let",
    "$map",
    "$filter",
    "$reduce",
    "$zip",
    "$arrayElemAt",
    "$dateToString",
    "$dateFromString",
    "$toInt",
    "$convert",
    "$indexOfArray",
    "$setUnion",
    "$mergeObjects",
    "$objectToArray",
    "$arrayToObject",
    "$literal",
    "$trunc",
    "$round",
    "$strLenCP",
    "$regexMatch",
    "$dateAdd",
    "$dateDiff",
    "$dateTrunc",
    "$dateToParts",
    "$dateFromParts",
    "$isoWeek",
    "$regexFind",
    "$regexFindAll",
    "$replaceAll",
    "$sortArray",
    "$getField",
    "$setField",
    "$firstN",
    "$maxN",
    "$top",
    "$bottomN",
    "$setWindowFields",
    "$densify",
    "$fill",
];

fn key() -> impl Strategy<Value = String> {
    prop_oneof![3 => select(NAMES), 2 => select(OPERATORS)].prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = Bson> {
    let decimal = |text: &str| Bson::Decimal128(Decimal128::parse(text).unwrap_or(Decimal128::NAN));
    let mut edges = vec![decimal("9.99E+6144"), decimal("-9.99E+6144"), decimal("NaN"), decimal("1E-6176")];
    let doubles =
        [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 5e-324, -20.0, 0.1, 2_147_483_648.0, 4_294_967_296.0, 1.8e19];
    edges.extend(doubles.map(Bson::Double));
    edges.extend([i32::MIN, -1, 0, 1, 2, 3, i32::MAX].map(Bson::Int32));
    edges.extend([i64::MIN, -1, i64::MAX, 1 << 31, 1 << 62].map(Bson::Int64));
    select(edges)
}

const TEXTS: [&str; 18] = [
    "c",
    "d",
    "test.c",
    "a_1",
    "$a",
    "$$ROOT",
    "$a.b",
    "",
    "A\0B",
    "^(a+)+$",
    "1",
    "*",
    "text",
    "Ω𝄞",
    "textScore",
    "2d",
    "2dsphere",
    "\"a b\" -c",
];

fn leaf() -> impl Strategy<Value = Bson> {
    prop_oneof![
        4 => number(),
        3 => select(&TEXTS[..]).prop_map(Bson::from),
        1 => any::<bool>().prop_map(Bson::Boolean),
        1 => any::<i64>().prop_map(Bson::DateTime),
        1 => select(vec![
            Bson::Null, Bson::Undefined, Bson::MinKey, Bson::MaxKey, Bson::ObjectId([7; 12]),
            Bson::Timestamp(Timestamp { seconds: 0, increment: 0 }),
            Bson::Regex { pattern: "^(a|b)*c".to_owned(), options: "i".to_owned() },
            Bson::Binary { subtype: 4, bytes: vec![1; 16] },
            Bson::JavaScript("function() { return true; }".to_owned()),
        ]),
    ]
}

fn value() -> impl Strategy<Value = Bson> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            3 => prop::collection::vec((key(), inner.clone()), 0..4)
                .prop_map(|fields| Bson::Document(fields.into_iter().collect())),
            1 => prop::collection::vec(inner, 0..4).prop_map(Bson::Array),
        ]
    })
}

/// Values in the shape that a field of that name has in commands that work.
fn field(name: &'static str) -> BoxedStrategy<Bson> {
    let document =
        || prop::collection::vec((key(), value()), 0..4).prop_map(|fields| fields.into_iter().collect::<Document>());
    let shaped = match name {
        "documents" | "pipeline" | "arrayFilters" => {
            prop::collection::vec(document().prop_map(Bson::Document), 0..4).prop_map(Bson::Array).boxed()
        }
        "updates" => (document(), value(), any::<bool>(), any::<bool>())
            .prop_map(|(q, u, multi, upsert)| bson!([{ "q": q, "u": u, "multi": multi, "upsert": upsert }]))
            .boxed(),
        "deletes" => document().prop_map(|q| bson!([{ "q": q, "limit": 1 }])).boxed(),
        "indexes" => document().prop_map(|key| bson!([{ "key": key, "name": "a_1" }])).boxed(),
        "cursor" => Just(bson!({})).boxed(),
        "filter" | "query" | "sort" | "projection" | "fields" | "validator" | "key" => {
            document().prop_map(Bson::Document).boxed()
        }
        "collection" | "to" => Just(bson!("c")).boxed(),
        _ => value().boxed(),
    };
    prop_oneof![3 => shaped, 1 => value()].boxed()
}

fn command() -> impl Strategy<Value = (bool, Document)> {
    // What ends the process on purpose is not asked for.
    let all: Vec<_> = commands::all().filter(|command| command.name != "shutdown").collect();
    select(all).prop_flat_map(|command| {
        let known: &[&'static str] = match command.fields {
            Fields::Only(known) => known,
            Fields::Any => &["scale", "full", "index", "size", "to"],
        };
        let fields: Vec<_> = known.iter().map(|name| (Just(*name), prop::option::weighted(0.5, field(name)))).collect();
        let first = prop_oneof![6 => Just(bson!("c")), 1 => Just(bson!(1)), 1 => value()];
        (Just(command), first, fields).prop_map(|(command, first, fields)| {
            let mut sent = Document::new();
            sent.push(command.name, first);
            for (name, value) in fields {
                if let Some(value) = value {
                    sent.push(name, value);
                }
            }
            (command.admin_only, sent)
        })
    })
}

fn survives(admin: bool, command: &Document) {
    survives_on(&TRIAL, admin, command);
}

fn survives_on(trial: &Mutex<Trial>, admin: bool, command: &Document) {
    let mut trial = trial.lock();
    let database = if admin { "admin" } else { "test" };
    let reply = match trial.client.command(database, command) {
        Ok(reply) => reply,
        Err(error) => panic!("{command:?} got no reply: {error}"),
    };
    let code = reply.get("code").and_then(Bson::as_i64);
    assert!(!matches!(code, Some(1 | 8)), "{command:?} gave {reply:?}");
    let write_error =
        reply.get_array("writeErrors").and_then(|errors| errors.first()?.as_document()?.get("code")?.as_i64());
    assert!(!matches!(write_error, Some(1 | 8)), "{command:?} gave {reply:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn no_command_kills_the_server((admin, command) in command()) {
        survives(admin, &command);
        survives(true, &doc! { "ping": 1 });
    }

    #[test]
    fn after_any_updates_the_indexes_still_agree(updates in prop::collection::vec(field("updates"), 1..6)) {
        survives_on(&QUIET, false, &doc! { "drop": "agree" });
        survives_on(&QUIET, false, &doc! { "insert": "agree", "documents": [{ "_id": 1, "a": 1 }, { "_id": 2, "a": [1, 2] }] });
        let indexes = bson!([{ "key": { "a": 1 }, "name": "a_1" }, { "key": { "a.b": (-1), "b": 1 }, "name": "ab" }]);
        survives_on(&QUIET, false, &doc! { "createIndexes": "agree", "indexes": indexes });
        for update in updates {
            survives_on(&QUIET, false, &doc! { "update": "agree", "updates": update, "ordered": false });
        }
        let reply = QUIET.lock().ok(doc! { "validate": "agree" });
        prop_assert_eq!(reply.get("valid"), Some(&Bson::Boolean(true)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn garbage_on_the_wire_ends_one_connection_at_most(mut bytes in prop::collection::vec(any::<u8>(), 0..200), shape in 0..4) {
        let address = TRIAL.lock().address.clone();
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        match shape {
            // A true header before garbage.
            0 => bytes = op_msg(1, 0, 0, &bytes),
            1 => bytes = op_query(1, "test", &bytes),
            // A true message with one byte changed.
            2 => {
                let mut message = op_msg(1, 0, 0, &doc! { "ping": 1, "$db": "admin", "x": [{ "a": "b" }] }.to_bytes());
                let at = bytes.first().map_or(16, |byte| 16 + usize::from(*byte) % (message.len() - 16));
                message[at] ^= bytes.get(1).copied().unwrap_or(1);
                bytes = message;
            }
            _ => {}
        }
        let _ = stream.write_all(&bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        match Frame::read(&mut stream) {
            Ok(frame) => prop_assert!(frame.reply().is_ok()),
            Err(MessageError::Closed | MessageError::Io(_)) => {}
            Err(other) => prop_assert!(false, "{other}"),
        }
        survives(true, &doc! { "ping": 1 });
    }
}

#[test]
fn deep_documents_are_refused_and_not_followed() {
    let mut deep = Bson::Int32(1);
    for _ in 0..240 {
        deep = bson!({ "a": deep });
    }
    let mut trial = Trial::new();
    assert_eq!(trial.code(doc! { "insert": "c", "documents": [{ "deep": (deep.clone()) }] }), 15);
    for command in [
        doc! { "find": "c", "filter": { "a": (deep.clone()) } },
        doc! { "find": "c", "filter": { "$nor": [(deep.clone())] } },
        doc! { "aggregate": "c", "pipeline": [{ "$project": { "x": (deep.clone()) } }], "cursor": {} },
    ] {
        trial.run(command);
    }
    trial.ok(doc! { "ping": 1 });
}

#[test]
fn a_path_of_many_parts_makes_no_deep_document() {
    let mut trial = Trial::new();
    trial.insert("c", vec![doc! { "_id": 1 }]);
    let path = vec!["a"; 199].join(".");
    let update: Document = [(path, Bson::Int32(1))].into_iter().collect();
    assert_eq!(trial.code(doc! { "update": "c", "updates": [{ "q": {}, "u": { "$set": update } }] }), 15);
}
