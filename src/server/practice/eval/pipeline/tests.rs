//! Facts about pipelines.

use super::*;
use crate::{bson, doc};
use proptest::prelude::*;

fn run(stages: Bson, documents: Vec<Document>) -> Result<Vec<Document>, CommandError> {
    Pipeline::parse(stages.as_array().unwrap(), None)?.run(documents.into_iter().map(Item::from).collect(), &Nowhere)
}

fn value(expression: Bson) -> Result<Bson, CommandError> {
    let mut stage = doc! { "$project": { "_id": 0 } };
    if let Some(Bson::Document(fields)) = stage.get_mut("$project") {
        fields.push("v", expression);
    }
    let out = run(bson!([stage]), vec![doc! { "_id": 1, "a": 5, "l": [3, 1, 2], "s": "Hello" }])?;
    Ok(out[0].get("v").cloned().unwrap_or(Bson::Undefined))
}

#[test]
fn groups_count_and_sum() {
    let documents = (0..10).map(|n| doc! { "_id": n, "k": (n % 2) }).collect();
    let out = run(bson!([{ "$group": { "_id": "$k", "n": { "$sum": 1 }, "top": { "$max": "$_id" } } }]), documents);
    assert_eq!(out.unwrap(), [doc! { "_id": 0, "n": 5, "top": 8 }, doc! { "_id": 1, "n": 5, "top": 9 }]);
}

#[test]
fn projections_compute_and_hide() {
    let out = run(bson!([{ "$project": { "_id": 0, "b": { "$add": ["$a", 1] } } }]), vec![doc! { "_id": 1, "a": 2 }]);
    assert_eq!(out.unwrap(), [doc! { "b": 3 }]);
    let out = run(bson!([{ "$project": { "a": 0 } }]), vec![doc! { "_id": 1, "a": 2, "c": 3 }]);
    assert_eq!(out.unwrap(), [doc! { "_id": 1, "c": 3 }]);
}

#[test]
fn unwinding_keeps_or_drops_what_is_empty() {
    let documents = vec![doc! { "_id": 1, "a": [1, 2] }, doc! { "_id": 2, "a": [] }];
    assert_eq!(run(bson!([{ "$unwind": "$a" }]), documents.clone()).unwrap().len(), 2);
    let kept = run(bson!([{ "$unwind": { "path": "$a", "preserveNullAndEmptyArrays": true } }]), documents).unwrap();
    assert_eq!(kept[2], doc! { "_id": 2 });
}

#[test]
fn expressions_keep_number_types_and_order() {
    assert_eq!(value(bson!({ "$add": [(i32::MAX), 1] })), Ok(Bson::Int64(1 << 31)));
    assert_eq!(value(bson!({ "$divide": ["$a", 2] })), Ok(Bson::Double(2.5)));
    let reduced = bson!({ "$reduce": { "input": "$l", "initialValue": 0, "in": { "$add": ["$$value", "$$this"] } } });
    assert_eq!(value(reduced), Ok(Bson::Int32(6)));
    assert_eq!(value(bson!({ "$toUpper": "$s" })), Ok(Bson::from("HELLO")));
}

#[test]
fn errors_have_the_codes_of_a_mongod() {
    let code = |stages: Bson| run(stages, vec![doc! { "_id": 1 }]).unwrap_err().code;
    assert_eq!(code(bson!([{ "$noSuchStage": 1 }])), 40324);
    assert_eq!(code(bson!([{ "$match": {}, "$sort": {} }])), 40323);
    assert_eq!(code(bson!([{ "$limit": 0 }])), 15958);
    assert_eq!(value(bson!({ "$noSuch": 1 })).unwrap_err().code, 168);
    assert_eq!(value(bson!({ "$divide": [1, 0] })).unwrap_err().code, 2);
    assert_eq!(value(bson!("$$nobody")).unwrap_err().code, 17276);
}

#[test]
fn nested_maps_come_to_an_end() {
    let mut inner = bson!({ "$range": [0, 1000] });
    for _ in 0..6 {
        inner = bson!({ "$map": { "input": { "$range": [0, 1000] }, "in": inner } });
    }
    assert!(value(inner).is_err());
}

proptest! {
    #[test]
    fn any_stage_gives_documents_or_an_error(
        which in 0..STAGES.len(),
        argument in crate::wire::bson::any_document(),
        documents in prop::collection::vec(crate::wire::bson::any_document(), 0..4),
    ) {
        let name = STAGES[which].0;
        let stage: Document = [(name.to_owned(), Bson::Document(argument))].into_iter().collect();
        let _ = run(Bson::Array(vec![stage.into()]), documents);
    }
}
