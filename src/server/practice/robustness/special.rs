//! Places and searches of every shape: what passes the parsers must not stop the server either.

use super::{QUIET, number, survives_on};
use crate::wire::bson::{Bson, Document};
use crate::{bson, doc};
use proptest::prelude::*;
use proptest::sample::select;

const KINDS: [&str; 7] =
    ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"];

fn named(name: &str, value: Bson) -> Bson {
    Bson::Document([(name.to_owned(), value)].into_iter().collect())
}

fn coordinate() -> impl Strategy<Value = Bson> {
    prop_oneof![
        6 => (-4..5_i32).prop_map(Bson::Int32),
        2 => (-180.0..180.0_f64).prop_map(Bson::Double),
        1 => number(),
    ]
}

fn position() -> impl Strategy<Value = Bson> {
    prop::collection::vec(coordinate(), 1..4).prop_map(Bson::Array)
}

/// Some rings are closed.
fn ring() -> impl Strategy<Value = Bson> {
    (prop::collection::vec(position(), 0..7), any::<bool>()).prop_map(|(mut ring, closed)| {
        ring.extend(ring.first().filter(|_| closed).cloned());
        Bson::Array(ring)
    })
}

fn geometry() -> impl Strategy<Value = Bson> {
    let nested = |inner: BoxedStrategy<Bson>| prop::collection::vec(inner, 0..3).prop_map(Bson::Array).boxed();
    let coordinates =
        prop_oneof![position().boxed(), ring().boxed(), nested(ring().boxed()), nested(nested(ring().boxed())),];
    let simple = (select(&KINDS[..]), coordinates)
        .prop_map(|(kind, coordinates)| bson!({ "type": kind, "coordinates": coordinates }));
    prop_oneof![
        4 => position(),
        5 => simple.clone(),
        1 => prop::collection::vec(simple, 0..3)
            .prop_map(|parts| bson!({ "type": "GeometryCollection", "geometries": parts })),
    ]
}

fn near() -> impl Strategy<Value = Bson> {
    let bounds = || prop::option::of(coordinate());
    (geometry(), bounds(), bounds(), select(&["$near", "$nearSphere"][..]), any::<bool>()).prop_map(
        |(place, least, most, operator, legacy)| {
            let mut near = if legacy {
                doc! { operator: place }
            } else {
                doc! { "$geometry": place }
            };
            least.into_iter().for_each(|bound| near.push("$minDistance", bound));
            most.into_iter().for_each(|bound| near.push("$maxDistance", bound));
            if legacy { Bson::Document(near) } else { named(operator, near.into()) }
        },
    )
}

fn region() -> impl Strategy<Value = Bson> {
    let circle = (position(), coordinate()).prop_map(|(center, radius)| bson!([center, radius]));
    let shape = prop_oneof![
        geometry().prop_map(|geometry| named("$geometry", geometry)),
        (position(), position()).prop_map(|(low, high)| named("$box", bson!([low, high]))),
        (select(&["$center", "$centerSphere"][..]), circle).prop_map(|(shape, circle)| named(shape, circle)),
        ring().prop_map(|ring| named("$polygon", ring)),
    ];
    (select(&["$geoWithin", "$geoIntersects"][..]), shape).prop_map(|(operator, shape)| named(operator, shape))
}

fn search() -> impl Strategy<Value = Bson> {
    (r#"[ab "\-'é.]{0,12}"#, any::<bool>(), any::<bool>()).prop_map(
        |(words, case, marks)| bson!({ "$search": words, "$caseSensitive": case, "$diacriticSensitive": marks }),
    )
}

fn filter() -> impl Strategy<Value = Document> {
    prop_oneof![
        3 => (select(&["flat", "round"][..]), prop_oneof![near(), region()]).prop_map(|(path, test)| doc! { path: test }),
        2 => search().prop_map(|search| doc! { "$text": search }),
        1 => (search(), region()).prop_map(|(search, test)| doc! { "$or": [{ "$text": search }, { "round": test }] }),
    ]
}

fn commands() -> impl Strategy<Value = Document> {
    let score = || doc! { "s": { "$meta": "textScore" } };
    prop_oneof![
        4 => filter().prop_map(|filter| doc! { "find": "places", "filter": filter }),
        2 => filter().prop_map(move |filter| {
            doc! { "find": "places", "filter": filter, "sort": (score()), "projection": (score()), "limit": 2 }
        }),
        1 => filter().prop_map(|filter| doc! { "explain": { "find": "places", "filter": filter } }),
        1 => filter().prop_map(|filter| {
            doc! { "update": "places", "updates": [{ "q": filter, "u": { "$set": { "a": 1 } }, "upsert": true }] }
        }),
        2 => filter().prop_map(|filter| doc! { "aggregate": "places", "pipeline": [{ "$match": filter }], "cursor": {} }),
        4 => (geometry(), coordinate(), coordinate(), any::<bool>(), select(&["flat", "round"][..])).prop_map(
            |(near, most, factor, spherical, key)| {
                let stage = doc! {
                    "near": near, "distanceField": "d.e", "includeLocs": "l", "key": key, "spherical": spherical,
                    "maxDistance": most, "distanceMultiplier": factor,
                };
                doc! { "aggregate": "places", "pipeline": [{ "$geoNear": stage }], "cursor": {} }
            }
        ),
        6 => (geometry(), geometry(), "[ab é]{0,9}").prop_map(|(flat, round, text)| {
            doc! { "insert": "places", "documents": [{ "flat": flat, "round": round, "t": text }] }
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 1000, ..ProptestConfig::default() })]

    #[test]
    fn no_place_and_no_search_kills_the_server(commands in prop::collection::vec(commands(), 1..12)) {
        survives_on(&QUIET, false, &doc! { "drop": "places" });
        let indexes = bson!([
            { "key": { "flat": "2d" }, "name": "flat" },
            { "key": { "round": "2dsphere" }, "name": "round" },
            { "key": { "$**": "text" }, "name": "words" },
        ]);
        survives_on(&QUIET, false, &doc! { "createIndexes": "places", "indexes": indexes });
        for command in commands {
            survives_on(&QUIET, false, &command);
        }
    }
}
