//! Facts about filters.

use super::*;
use crate::doc;
use proptest::prelude::*;

fn passes(filter: Document, document: Document) -> bool {
    Matcher::parse(&filter).unwrap().matches(&document)
}

#[test]
fn equality_looks_into_arrays_and_takes_missing_for_null() {
    assert!(passes(doc! { "a": 1.0 }, doc! { "a": [3, 1] }));
    assert!(passes(doc! { "a": [3, 1] }, doc! { "a": [3, 1] }));
    assert!(passes(doc! { "a.b": null }, doc! { "a": {} }));
    assert!(!passes(doc! { "a": null }, doc! { "a": 0 }));
    assert!(passes(doc! { "a.b": 2 }, doc! { "a": [{ "b": 1 }, { "b": 2 }] }));
    assert!(passes(doc! { "a.1": 2 }, doc! { "a": [1, 2] }));
}

#[test]
fn comparisons_stay_within_a_type() {
    assert!(passes(doc! { "a": { "$gt": 5 } }, doc! { "a": 5.5 }));
    assert!(!passes(doc! { "a": { "$gt": 5 } }, doc! { "a": "x" }));
    assert!(passes(doc! { "a": { "$gt": (Bson::MinKey) } }, doc! { "a": "x" }));
    assert!(!passes(doc! { "a": { "$lt": 5 } }, doc! { "a": (f64::NAN) }));
}

#[test]
fn a_range_over_an_array_may_be_met_by_two_elements_and_elem_match_by_one() {
    assert!(passes(doc! { "a": { "$gt": 4, "$lt": 2 } }, doc! { "a": [1, 5] }));
    assert!(!passes(doc! { "a": { "$elemMatch": { "$gt": 4, "$lt": 2 } } }, doc! { "a": [1, 5] }));
    assert!(passes(doc! { "a": { "$elemMatch": { "b": 1, "c": 2 } } }, doc! { "a": [{ "b": 1, "c": 2 }] }));
}

#[test]
fn wrong_arguments_are_errors_of_a_client() {
    for filter in [
        doc! { "$or": [] },
        doc! { "a": { "$in": 5 } },
        doc! { "a": { "$mod": [0, 1] } },
        doc! { "a": { "$unknown": 1 } },
        doc! { "$unknown": 1 },
        doc! { "a": { "$size": (-1) } },
        doc! { "a": { "$regex": "(" } },
        doc! { "a": { "$not": 5 } },
        doc! { "a": { "$options": "i" } },
        doc! { "a": { "$type": "nothing" } },
    ] {
        assert!(Matcher::parse(&filter).is_err(), "{filter:?}");
    }
}

#[test]
fn the_positional_operator_finds_the_first_element() {
    let matcher = Matcher::parse(&doc! { "a.b": { "$gte": 2 } }).unwrap();
    assert_eq!(matcher.position(&doc! { "a": [{ "b": 1 }, { "b": 2 }, { "b": 3 }] }), Some(1));
}

proptest! {
    #[test]
    fn not_in_is_the_opposite_of_in(value in -3..3_i32, list in prop::collection::vec(-3..3_i32, 0..4)) {
        let list: Vec<Bson> = list.into_iter().map(Bson::Int32).collect();
        let document = doc! { "a": value };
        let inside = passes(doc! { "a": { "$in": (list.clone()) } }, document.clone());
        let outside = passes(doc! { "a": { "$nin": (list.clone()) } }, document.clone());
        prop_assert_ne!(inside, outside);
        if !list.is_empty() {
            let branches: Vec<Document> = list.into_iter().map(|item| doc! { "a": item }).collect();
            prop_assert_eq!(inside, passes(doc! { "$or": branches }, document));
        }
    }

    #[test]
    fn any_document_is_a_filter_or_an_error(filter in crate::wire::bson::any_document(), document in crate::wire::bson::any_document()) {
        if let Ok(matcher) = Matcher::parse(&filter) {
            matcher.matches(&document);
            matcher.position(&document);
        }
    }
}
