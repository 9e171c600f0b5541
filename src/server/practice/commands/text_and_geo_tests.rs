//! Facts about `$text` and geo queries as a client sees them.

use crate::server::practice::trial::Trial;
use crate::wire::bson::{Bson, Document};
use crate::{bson, doc};

fn index(trial: &mut Trial, key: Document) {
    let name: String = key.keys().collect::<Vec<_>>().join("_");
    trial.ok(doc! { "createIndexes": "c", "indexes": [{ "key": key, "name": name }] });
}

fn shops() -> Trial {
    let mut trial = Trial::new();
    let spec = doc! { "key": { "t": "text", "d": "text" }, "name": "words", "weights": { "t": 10 } };
    trial.ok(doc! { "createIndexes": "c", "indexes": [spec] });
    trial.insert(
        "c",
        vec![
            doc! { "_id": 1, "t": "Java Hut", "d": "coffee and cakes", "n": 1 },
            doc! { "_id": 2, "t": "Burger Buns", "d": "gourmet hamburgers", "n": 1 },
            doc! { "_id": 3, "t": "Coffee Shop", "d": "just coffee", "n": 2 },
            doc! { "_id": 4, "t": "Clothes Clothes Clothes", "d": "discount clothing", "n": 2 },
        ],
    );
    trial
}

fn text(search: &str) -> Document {
    doc! { "$text": { "$search": search } }
}

fn ids(documents: &[Document]) -> Vec<i64> {
    documents.iter().filter_map(|document| document.get("_id")?.as_i64()).collect()
}

fn aggregate(trial: &mut Trial, stages: Bson) -> Vec<Document> {
    let reply = trial.ok(doc! { "aggregate": "c", "pipeline": stages, "cursor": {} });
    let batch = reply.get_document("cursor").and_then(|cursor| cursor.get_array("firstBatch"));
    batch.unwrap_or_default().iter().filter_map(Bson::as_document).cloned().collect()
}

fn refused(trial: &mut Trial, stages: Bson) -> i64 {
    trial.code(doc! { "aggregate": "c", "pipeline": stages, "cursor": {} })
}

#[test]
fn a_search_needs_a_text_index_even_without_a_collection() {
    let mut trial = Trial::new();
    let q = text("x");
    let commands = [
        doc! { "find": "c", "filter": (q.clone()) },
        doc! { "count": "c", "query": (q.clone()) },
        doc! { "distinct": "c", "key": "a", "query": (q.clone()) },
        doc! { "update": "c", "updates": [{ "q": (q.clone()), "u": { "$set": { "a": 1 } } }] },
        doc! { "delete": "c", "deletes": [{ "q": (q.clone()), "limit": 0 }] },
        doc! { "findAndModify": "c", "query": (q.clone()), "remove": true },
        doc! { "aggregate": "c", "pipeline": [{ "$match": q }], "cursor": {} },
    ];
    for command in commands.clone() {
        assert_eq!(trial.code(command.clone()), 27, "{command:?}");
    }
    trial.insert("c", vec![doc! { "_id": 1, "a": "x" }]);
    for command in commands.clone() {
        assert_eq!(trial.code(command.clone()), 27, "{command:?}");
    }
    index(&mut trial, doc! { "$**": "text" });
    for command in commands {
        trial.ok(command);
    }
}

#[test]
fn words_find_and_weights_order() {
    let mut trial = shops();
    assert_eq!(ids(&trial.find("c", doc! { "filter": (text("coffee")) })), [1, 3]);
    assert_eq!(ids(&trial.find("c", doc! { "filter": (text("coffee -cake")) })), [3]);
    assert_eq!(ids(&trial.find("c", doc! { "filter": (text("\"coffee shop\"")) })), [3]);
    let score = doc! { "s": { "$meta": "textScore" } };
    let found = trial.find("c", doc! { "filter": (text("coffee")), "sort": (score.clone()), "projection": score });
    assert_eq!(ids(&found), [3, 1]);
    assert_eq!(found[0].get("t"), Some(&Bson::from("Coffee Shop")));
    // 10 * 0.75 from the title and 1.1 or 0.75 from the description, where "just" is a stop word.
    assert_eq!(found[0].get("s"), Some(&Bson::Double(8.6)));
    assert_eq!(trial.ok(doc! { "count": "c", "query": (text("clothes")) }).get("n"), Some(&Bson::Int32(1)));
}

#[test]
fn writes_search_too() {
    let mut trial = shops();
    let update = doc! { "q": (text("coffee")), "u": { "$set": { "seen": true } }, "multi": true };
    assert_eq!(trial.ok(doc! { "update": "c", "updates": [update] }).get("nModified"), Some(&Bson::Int32(2)));
    trial.ok(doc! { "delete": "c", "deletes": [{ "q": (text("hamburger")), "limit": 0 }] });
    assert_eq!(ids(&trial.find("c", doc! {})), [1, 3, 4]);
    let fields = doc! { "s": { "$meta": "textScore" } };
    let command = doc! { "findAndModify": "c", "query": (text("java")), "remove": true, "fields": fields };
    assert!(trial.ok(command).get_document("value").unwrap().contains("s"));
}

#[test]
fn a_pipeline_keeps_the_score_until_documents_are_put_together() {
    let mut trial = shops();
    let score = || bson!({ "$meta": "textScore" });
    let stages = bson!([
        { "$match": { "$text": { "$search": "coffee clothes" }, "n": 2 } },
        { "$project": { "t": 1 } },
        { "$addFields": { "s": (score()), "twice": { "$multiply": [(score()), 2] } } },
        { "$sort": { "s": (score()) } },
    ]);
    let found = aggregate(&mut trial, stages);
    assert_eq!(ids(&found), [4, 3]);
    let twice = found[0].get("s").and_then(Bson::as_f64).map(|score| score * 2.0);
    assert_eq!(found[0].get("twice").and_then(Bson::as_f64), twice);
    assert_eq!(refused(&mut trial, bson!([{ "$limit": 1 }, { "$match": (text("x")) }])), 17313);
    assert_eq!(refused(&mut trial, bson!([{ "$addFields": { "s": (score()) } }])), 40218);
    assert_eq!(refused(&mut trial, bson!([{ "$sort": { "s": (score()) } }])), 40218);
}

#[test]
fn a_score_without_a_search_is_refused() {
    let mut trial = shops();
    let score = doc! { "s": { "$meta": "textScore" } };
    assert_eq!(trial.code(doc! { "find": "c", "sort": (score.clone()) }), 40218);
    assert_eq!(trial.code(doc! { "find": "c", "projection": score }), 40218);
    assert_eq!(trial.code(doc! { "find": "c", "filter": (text("x")), "hint": "words" }), 2);
    assert_eq!(trial.code(doc! { "insert": "c", "documents": [{ "t": "x", "language": "klingon" }] }), 17262);
}

#[test]
fn a_compound_text_index_wants_its_prefix() {
    let mut trial = Trial::new();
    index(&mut trial, doc! { "n": 1, "t": "text" });
    trial.insert("c", vec![doc! { "_id": 1, "n": 1, "t": "x" }, doc! { "_id": 2, "n": 2, "t": "x" }]);
    assert_eq!(trial.code(doc! { "find": "c", "filter": (text("x")) }), 291);
    let filter = doc! { "n": 2, "$text": { "$search": "x" } };
    assert_eq!(ids(&trial.find("c", doc! { "filter": filter })), [2]);
}

fn places(kind: &str) -> Trial {
    let mut trial = Trial::new();
    if !kind.is_empty() {
        index(&mut trial, doc! { "loc": kind });
    }
    trial.insert("c", (0..5).map(|id| doc! { "_id": id, "loc": [(10 - id), 0], "n": (id % 2) }).collect());
    trial
}

#[test]
fn near_needs_its_index_and_sorts_by_distance() {
    let near = doc! { "loc": { "$near": [0, 0], "$maxDistance": 8 } };
    for kind in ["", "2dsphere"] {
        assert_eq!(places(kind).code(doc! { "find": "c", "filter": (near.clone()) }), 291, "{kind}");
    }
    let mut trial = places("2d");
    assert_eq!(ids(&trial.find("c", doc! { "filter": (near.clone()) })), [4, 3, 2]);
    assert_eq!(ids(&trial.find("c", doc! { "filter": (near.clone()), "limit": 1, "skip": 1 })), [3]);
    assert_eq!(ids(&trial.find("c", doc! { "filter": (near.clone()), "sort": { "_id": 1 } })), [2, 3, 4]);
    assert_eq!(refused(&mut trial, bson!([{ "$match": near }])), 5_626_500);
    let sphere = doc! { "loc": { "$nearSphere": { "$geometry": { "type": "Point", "coordinates": [0, 0] }, "$minDistance": 800_000 } } };
    assert_eq!(ids(&places("2dsphere").find("c", doc! { "filter": sphere })), [2, 1, 0]);
}

#[test]
fn within_and_intersects_need_no_index() {
    let mut trial = places("");
    let filter = doc! { "loc": { "$geoWithin": { "$box": [[0, 0], [7, 1]] } } };
    assert_eq!(ids(&trial.find("c", doc! { "filter": filter })), [3, 4]);
    let line = doc! { "type": "LineString", "coordinates": [[8, (-1)], [8, 1]] };
    let filter = doc! { "loc": { "$geoIntersects": { "$geometry": line } } };
    assert_eq!(trial.ok(doc! { "count": "c", "query": (filter.clone()) }).get("n"), Some(&Bson::Int32(1)));
    assert_eq!(ids(&aggregate(&mut trial, bson!([{ "$match": filter }]))), [2]);
    assert_eq!(trial.code(doc! { "find": "c", "filter": { "loc": { "$geoWithin": { "$ball": 1 } } } }), 2);
}

#[test]
fn geo_near_tells_distance_and_place() {
    let mut trial = places("2d");
    let stage = doc! {
        "near": [0, 0], "distanceField": "at.far", "includeLocs": "at.place", "query": { "n": 1 },
        "distanceMultiplier": 2, "maxDistance": 9,
    };
    let stages = bson!([{ "$geoNear": (stage.clone()) }, { "$addFields": { "d": { "$meta": "geoNearDistance" } } }]);
    let found = aggregate(&mut trial, stages);
    assert_eq!(ids(&found), [3, 1]);
    assert_eq!(found[0].get_document("at"), Some(&doc! { "far": 14.0, "place": [7, 0] }));
    assert_eq!(found[0].get("d"), Some(&Bson::Double(14.0)));
    assert_eq!(refused(&mut trial, bson!([{ "$limit": 1 }, { "$geoNear": stage }])), 40602);
}

#[test]
fn geo_near_is_refused_with_the_codes_of_a_mongod() {
    let stage = |near: Bson| bson!([{ "$geoNear": { "near": near, "distanceField": "d" } }]);
    let point = || bson!({ "type": "Point", "coordinates": [0, 0] });
    assert_eq!(refused(&mut Trial::new(), stage(point())), 26);
    assert_eq!(refused(&mut places(""), stage(point())), 27);
    assert_eq!(refused(&mut places("2d"), stage(point())), 291);
    let mut trial = places("2dsphere");
    assert_eq!(refused(&mut trial, stage(bson!([0, 0]))), 291);
    assert_eq!(aggregate(&mut trial, stage(point())).len(), 5);
    assert_eq!(refused(&mut trial, bson!([{ "$geoNear": { "distanceField": "d" } }])), 5_860_400);
    assert_eq!(refused(&mut trial, bson!([{ "$geoNear": { "near": (point()) } }])), 16606);
    assert_eq!(
        refused(&mut trial, bson!([{ "$geoNear": { "near": (point()), "distanceField": "d", "num": 1 } }])),
        50858
    );
    index(&mut trial, doc! { "other": "2dsphere" });
    assert_eq!(refused(&mut trial, stage(point())), 27);
    let keyed = bson!([{ "$geoNear": { "near": (point()), "distanceField": "d", "key": "loc" } }]);
    assert_eq!(aggregate(&mut trial, keyed).len(), 5);
}

#[test]
fn an_index_refuses_what_is_no_place_on_every_way_in() {
    let mut trial = places("2dsphere");
    assert_eq!(trial.code(doc! { "insert": "c", "documents": [{ "loc": "here" }] }), 16755);
    let update = doc! { "q": { "_id": 1 }, "u": { "$set": { "loc": [500, 0] } } };
    assert_eq!(trial.code(doc! { "update": "c", "updates": [update] }), 16755);
    trial.insert("c", vec![doc! { "_id": 9, "other": "here" }]);
    let spec = doc! { "key": { "other": "2d" }, "name": "other" };
    assert_eq!(trial.code(doc! { "createIndexes": "c", "indexes": [spec] }), 16804);
    assert_eq!(trial.ok(doc! { "validate": "c" }).get("valid"), Some(&Bson::Boolean(true)));
}

#[test]
fn plans_name_the_search() {
    let mut trial = shops();
    let mut stage = |command: Document| {
        let reply = trial.ok(doc! { "explain": command });
        let plan = reply.get_document("queryPlanner").and_then(|planner| planner.get_document("winningPlan"));
        plan.and_then(|plan| plan.get_str("stage")).map(str::to_owned)
    };
    assert_eq!(stage(doc! { "find": "c", "filter": (text("x")) }).as_deref(), Some("TEXT"));
    let mut trial = places("2d");
    let reply = trial.ok(doc! { "explain": { "find": "c", "filter": { "loc": { "$near": [0, 0] } } } });
    assert!(format!("{reply:?}").contains("GEO_NEAR_2D"));
}
