//! Expressions, accumulators and schemas with arguments of the right names and any values.

use super::{Trial, leaf, number, survives_on, value};
use crate::server::practice::bugs::Bugs;
use crate::wire::bson::{Bson, Document};
use crate::{bson, doc};
use parking_lot::Mutex;
use proptest::prelude::*;
use proptest::sample::select;
use std::sync::LazyLock;

/// A server with documents of every kind, which no other test disturbs.
static FILLED: LazyLock<Mutex<Trial>> = LazyLock::new(|| {
    let mut trial = Trial::with(Bugs::none());
    let edges = [i64::MIN, -1, 0, 1_709_250_306_789, 253_402_300_799_999, i64::MAX].map(Bson::DateTime);
    let documents = edges.into_iter().enumerate().map(|(at, date)| {
        doc! { "_id": (at as i32), "a": { "b": [1, "x", null, { "c": 2.5 }] }, "b": date, "list": [3, 1, 2], "s": "Ω𝄞ab12" }
    });
    trial.insert("filled", documents.collect());
    Mutex::new(trial)
});

const NAMED: &[(&str, &[&str])] = &[
    ("$dateToString", &["date", "format", "timezone", "onNull"]),
    ("$dateFromString", &["dateString", "format", "timezone", "onError", "onNull"]),
    ("$dateFromParts", &["year", "month", "day", "hour", "minute", "second", "millisecond", "timezone"]),
    ("$dateFromParts", &["isoWeekYear", "isoWeek", "isoDayOfWeek", "hour", "timezone"]),
    ("$dateToParts", &["date", "timezone", "iso8601"]),
    ("$dateAdd", &["startDate", "unit", "amount", "timezone"]),
    ("$dateSubtract", &["startDate", "unit", "amount", "timezone"]),
    ("$dateDiff", &["startDate", "endDate", "unit", "timezone", "startOfWeek"]),
    ("$dateTrunc", &["date", "unit", "binSize", "timezone", "startOfWeek"]),
    ("$isoWeekYear", &["date", "timezone"]),
    ("$week", &["date", "timezone"]),
    ("$regexFind", &["input", "regex", "options"]),
    ("$regexFindAll", &["input", "regex", "options"]),
    ("$replaceOne", &["input", "find", "replacement"]),
    ("$replaceAll", &["input", "find", "replacement"]),
    ("$sortArray", &["input", "sortBy"]),
    ("$getField", &["field", "input"]),
    ("$setField", &["field", "input", "value"]),
    ("$unsetField", &["field", "input"]),
    ("$filter", &["input", "cond", "limit"]),
    ("$zip", &["inputs", "useLongestLength", "defaults"]),
    ("$firstN", &["input", "n"]),
    ("$lastN", &["input", "n"]),
    ("$maxN", &["input", "n"]),
    ("$minN", &["input", "n"]),
];

const LISTED: &[&str] =
    &["$divide", "$mod", "$trunc", "$round", "$multiply", "$avg", "$pow", "$abs", "$ceil", "$log", "$toDecimal"];

const ACCUMULATORS: &[(&str, &[&str])] = &[
    ("$firstN", &["input", "n"]),
    ("$maxN", &["input", "n"]),
    ("$top", &["sortBy", "output"]),
    ("$bottom", &["sortBy", "output"]),
    ("$topN", &["n", "sortBy", "output"]),
    ("$bottomN", &["n", "sortBy", "output"]),
];

const KEYWORDS: &[&str] = &[
    "bsonType",
    "type",
    "enum",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "multipleOf",
    "minLength",
    "pattern",
    "items",
    "additionalItems",
    "minItems",
    "uniqueItems",
    "required",
    "properties",
    "patternProperties",
    "additionalProperties",
    "maxProperties",
    "dependencies",
    "description",
    "noSuchKeyword",
];

const TEXTS: &[&str] = &[
    "year",
    "quarter",
    "month",
    "week",
    "day",
    "hour",
    "millisecond",
    "fortnight",
    "monday",
    "Europe/Berlin",
    "+05:45",
    "-99:99",
    "Pacific/Apia",
    "%Y-%m-%dT%H:%M:%S.%LZ",
    "%G %V %u %j %U %z %Z %b %B %",
    "%Q",
    "2020-01-02T03:04:05Z",
    "9999-12-31",
    "-009999-01-01",
    "0000-00-00",
    "Feb",
    "$a",
    "$b",
    "$list",
    "$s",
    "$$REMOVE",
    "(a)|(b)*",
    "",
    "é",
    "i",
];

/// What an argument of one of the expressions may well be.
fn argument() -> impl Strategy<Value = Bson> {
    prop_oneof![
        4 => select(TEXTS).prop_map(Bson::from),
        2 => number(),
        1 => any::<i64>().prop_map(Bson::DateTime),
        1 => (-40..40).prop_map(Bson::Int32),
        1 => leaf(),
        1 => prop::collection::vec(leaf(), 0..4).prop_map(Bson::Array),
        1 => select(vec![bson!({ "a.b": 1, "c": (-1) }), bson!({}), bson!({ "$literal": "$a" })]),
    ]
}

fn of_shape(shapes: &'static [(&'static str, &'static [&'static str])]) -> impl Strategy<Value = Document> {
    select(shapes).prop_flat_map(|(name, fields)| {
        let fields: Vec<_> =
            fields.iter().map(|field| (Just(*field), prop::option::weighted(0.9, argument()))).collect();
        fields.prop_map(move |fields| {
            let given = fields.into_iter().filter_map(|(field, value)| Some((field.to_owned(), value?)));
            [(name.to_owned(), Bson::Document(given.collect()))].into_iter().collect()
        })
    })
}

fn expression() -> impl Strategy<Value = Document> {
    let listed = (select(LISTED), prop::collection::vec(prop_oneof![3 => number(), 1 => argument()], 1..3));
    let listed = listed.prop_map(|(name, values)| [(name.to_owned(), Bson::Array(values))].into_iter().collect());
    prop_oneof![3 => of_shape(NAMED), 1 => listed]
}

fn schema() -> impl Strategy<Value = Bson> {
    let words = select(&["int", "string", "object", "number", "array", "a", "^a", "list", "blob", "["][..]);
    let plain = prop_oneof![
        2 => number(),
        2 => words.clone().prop_map(Bson::from),
        1 => any::<bool>().prop_map(Bson::Boolean),
        1 => prop::collection::vec(words.prop_map(Bson::from), 0..3).prop_map(Bson::Array),
        1 => value(),
    ];
    plain.prop_recursive(5, 24, 3, |inner| {
        let key = prop_oneof![4 => select(KEYWORDS), 1 => select(&["a", "b", "list", "^l"][..])];
        let fields = prop::collection::vec((key.prop_map(str::to_owned), inner.clone()), 0..4);
        prop_oneof![
            4 => fields.prop_map(|fields| Bson::Document(fields.into_iter().collect())),
            1 => prop::collection::vec(inner, 0..3).prop_map(Bson::Array),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, max_shrink_iters: 500, ..ProptestConfig::default() })]

    #[test]
    fn no_expression_kills_the_server(expression in expression()) {
        let stage = bson!([{ "$project": { "x": (expression.clone()) } }]);
        survives_on(&FILLED, false, &doc! { "aggregate": "filled", "pipeline": stage, "cursor": {} });
        survives_on(&FILLED, false, &doc! { "find": "filled", "projection": { "x": expression } });
    }

    #[test]
    fn no_accumulator_kills_the_server(accumulator in of_shape(ACCUMULATORS)) {
        let stage = bson!([{ "$group": { "_id": { "b": "$s" }, "x": accumulator } }]);
        survives_on(&FILLED, false, &doc! { "aggregate": "filled", "pipeline": stage, "cursor": {} });
    }

    #[test]
    fn no_schema_kills_the_server(schema in schema()) {
        survives_on(&FILLED, false, &doc! { "find": "filled", "filter": { "$jsonSchema": schema } });
    }
}

#[test]
fn long_paths_and_deep_projections_are_refused_and_not_followed() {
    let mut trial = Trial::new();
    trial.insert("c", vec![doc! { "_id": 1 }]);
    let long: Document = [(vec!["a"; 100_000].join("."), bson!("$_id"))].into_iter().collect();
    for stage in ["$project", "$addFields"] {
        let stage: Document = [(stage.to_owned(), Bson::Document(long.clone()))].into_iter().collect();
        let pipeline = Bson::Array(vec![stage.into()]);
        assert_eq!(trial.code(doc! { "aggregate": "c", "pipeline": pipeline, "cursor": {} }), 15);
    }
    assert_eq!(trial.code(doc! { "find": "c", "projection": long }), 15);
}
