//! The keys under which an index files a document.

use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document, compare};
use std::cmp::Ordering;

/// One field of a key; a descending field turns the order round.
#[derive(Clone, Debug)]
pub struct Part {
    /// The field's value, null if missing, undefined for an empty array.
    pub value: Bson,
    /// As the key pattern has it.
    pub descending: bool,
}

impl Ord for Part {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = compare(&self.value, &other.value);
        if self.descending { order.reverse() } else { order }
    }
}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Part {}

/// A key: one part a field of the pattern.
pub type Key = Vec<Part>;

/// All keys of one document.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// Sorted, each once.
    pub keys: Vec<Key>,
    /// An array was taken apart on the way.
    pub multikey: bool,
    /// Not one of the fields is there.
    pub all_missing: bool,
}

/// Where the walk along one field's path stands.
#[derive(Clone, Copy)]
enum At<'a> {
    /// At a value with the rest of the path.
    Value(&'a Bson, &'a str),
    /// At the end.
    End(Option<&'a Bson>),
    /// The path ended at an array without elements.
    EmptyArray,
}

/// The keys of `document` for fields given as path and direction.
///
/// # Errors
/// 171 where two fields run through different arrays.
pub fn keys(document: &Document, fields: &[(String, bool)]) -> Result<Keys, CommandError> {
    let starts: Vec<At<'_>> = fields.iter().map(|(path, _)| field(document, path)).collect();
    let mut found = Keys { all_missing: starts.iter().all(|at| matches!(at, At::End(None))), ..Keys::default() };
    expand(starts, fields, &mut found)?;
    found.keys.sort();
    found.keys.dedup();
    Ok(found)
}

fn field<'a>(document: &'a Document, path: &'a str) -> At<'a> {
    let (head, rest) = path.split_once('.').unwrap_or((path, ""));
    match document.get(head) {
        Some(value) => walk(value, rest),
        None => At::End(None),
    }
}

/// Goes on through documents and array positions until an array or the end.
fn walk<'a>(value: &'a Bson, rest: &'a str) -> At<'a> {
    match value {
        Bson::Array(items) => {
            let (head, after) = rest.split_once('.').unwrap_or((rest, ""));
            match head.parse::<usize>().ok().and_then(|at| items.get(at)) {
                Some(item) => walk(item, after),
                None => At::Value(value, rest),
            }
        }
        _ if rest.is_empty() => At::End(Some(value)),
        Bson::Document(inner) => field(inner, rest),
        _ => At::End(None),
    }
}

fn expand(states: Vec<At<'_>>, fields: &[(String, bool)], found: &mut Keys) -> Result<(), CommandError> {
    let array = states.iter().find_map(|at| match at {
        At::Value(Bson::Array(items), _) => Some(items),
        _ => None,
    });
    let Some(items) = array else {
        found.keys.push(finish(&states, fields));
        return Ok(());
    };
    found.multikey = true;
    let parallel = |at: &At<'_>| matches!(at, At::Value(Bson::Array(other), _) if !std::ptr::eq(other, items));
    if let Some(at) = states.iter().position(parallel) {
        let text = format!("cannot index parallel arrays [{}] [{}]", fields[at].0, fields[0].0);
        return Err(CommandError::new(code::CANNOT_INDEX_PARALLEL_ARRAYS, text));
    }
    if items.is_empty() {
        return expand(states.into_iter().map(without_elements).collect(), fields, found);
    }
    items.iter().try_for_each(|item| {
        let next = states.iter().map(|at| match at {
            At::Value(_, "") => At::End(Some(item)),
            At::Value(_, rest) => match item {
                // Arrays directly inside arrays are not taken apart.
                Bson::Document(inner) => field(inner, rest),
                _ => At::End(None),
            },
            other => *other,
        });
        expand(next.collect(), fields, found)
    })
}

fn without_elements(at: At<'_>) -> At<'_> {
    match at {
        At::Value(_, "") => At::EmptyArray,
        At::Value(..) => At::End(None),
        other => other,
    }
}

fn finish(states: &[At<'_>], fields: &[(String, bool)]) -> Key {
    let value = |at: &At<'_>| match at {
        At::End(Some(value)) | At::Value(value, _) => (*value).clone(),
        At::End(None) => Bson::Null,
        At::EmptyArray => Bson::Undefined,
    };
    states.iter().zip(fields).map(|(at, (_, descending))| Part { value: value(at), descending: *descending }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bson, doc};

    fn of(document: &Document, paths: &[&str]) -> Vec<Vec<Bson>> {
        let fields: Vec<(String, bool)> = paths.iter().map(|path| ((*path).to_owned(), false)).collect();
        let keys = keys(document, &fields).unwrap().keys;
        keys.into_iter().map(|key| key.into_iter().map(|part| part.value).collect()).collect()
    }

    #[test]
    fn every_element_of_an_array_is_a_key_once() {
        assert_eq!(of(&doc! { "a": [2, 1, 2] }, &["a"]), [[bson!(1)], [bson!(2)]]);
        assert_eq!(of(&doc! { "a": [] }, &["a"]), [[Bson::Undefined]]);
        assert_eq!(of(&doc! { "a": [[1, 2]] }, &["a"]), [[bson!([1, 2])]]);
        assert_eq!(of(&doc! {}, &["a"]), [[Bson::Null]]);
    }

    #[test]
    fn fields_of_the_same_array_go_together() {
        let document = doc! { "a": [{ "b": 1, "c": 2 }, { "b": 3 }] };
        assert_eq!(of(&document, &["a.b", "a.c"]), [[bson!(1), bson!(2)], [bson!(3), Bson::Null]]);
        assert_eq!(of(&document, &["a.0.b"]), [[bson!(1)]]);
    }

    #[test]
    fn two_arrays_side_by_side_are_refused() {
        let fields = [("a".to_owned(), false), ("b".to_owned(), false)];
        assert_eq!(keys(&doc! { "a": [1], "b": [2] }, &fields).unwrap_err().code, 171);
    }

    #[test]
    fn descending_parts_sort_the_other_way_round() {
        let part = |value: i32| Part { value: Bson::from(value), descending: true };
        assert!(part(2) < part(1));
    }
}
