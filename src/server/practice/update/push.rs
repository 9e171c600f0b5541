//! `$push` and `$addToSet`.

use super::{Action, Change, Target};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::query::SortPattern;
use crate::server::practice::render;
use crate::wire::bson::{Bson, Document, compare};
use std::collections::BTreeSet;

#[derive(Debug)]
struct Push {
    values: Vec<Bson>,
    position: Option<i64>,
    sort: Option<Order>,
    slice: Option<i64>,
}

#[derive(Debug)]
enum Order {
    Values { descending: bool },
    Fields(SortPattern),
}

#[derive(Debug)]
struct AddToSet(Vec<Bson>);

pub fn push(_: &str, argument: &Bson) -> Result<Box<dyn Action>, CommandError> {
    let clauses = match argument.as_document() {
        Some(clauses) if clauses.contains("$each") => clauses,
        _ => return Ok(Box::new(Push { values: vec![argument.clone()], position: None, sort: None, slice: None })),
    };
    let mut push = Push { values: each(clauses, "$push")?, position: None, sort: None, slice: None };
    for (name, value) in clauses.iter() {
        match name {
            "$each" => {}
            "$position" => push.position = Some(integer(name, value)?),
            "$slice" => push.slice = Some(integer(name, value)?),
            "$sort" => push.sort = Some(order(value)?),
            _ => return Err(wrong(format!("Unrecognized clause in $push: {name}"))),
        }
    }
    Ok(Box::new(push))
}

pub fn add_to_set(_: &str, argument: &Bson) -> Result<Box<dyn Action>, CommandError> {
    match argument.as_document() {
        Some(clauses) if clauses.keys().next() == Some("$each") => {
            if let Some(other) = clauses.keys().nth(1) {
                return Err(wrong(format!("Found unexpected fields after $each in $addToSet: {other}")));
            }
            Ok(Box::new(AddToSet(each(clauses, "$addToSet")?)))
        }
        _ => Ok(Box::new(AddToSet(vec![argument.clone()]))),
    }
}

fn each(clauses: &Document, operator: &str) -> Result<Vec<Bson>, CommandError> {
    match clauses.get("$each") {
        Some(Bson::Array(values)) => Ok(values.clone()),
        other => {
            let kind = other.map_or("missing", Bson::type_name);
            let text = format!("The argument to $each in {operator} must be an array but it was of type: {kind}");
            Err(CommandError::new(if operator == "$push" { code::BAD_VALUE } else { code::TYPE_MISMATCH }, text))
        }
    }
}

fn integer(name: &str, value: &Bson) -> Result<i64, CommandError> {
    let whole = value.as_f64().is_some_and(|number| number.fract() == 0.0 && number.is_finite());
    match value.as_i64().filter(|_| whole) {
        Some(number) => Ok(number),
        None => {
            let text =
                format!("The value for {name} must be an integer value but was given type: {}", value.type_name());
            Err(wrong(text))
        }
    }
}

fn order(value: &Bson) -> Result<Order, CommandError> {
    match value {
        Bson::Document(pattern) if !pattern.is_empty() => {
            let directions = pattern.iter().all(|(path, way)| {
                matches!(way.as_f64(), Some(1.0 | -1.0))
                    && !path.is_empty()
                    && path.split('.').all(|part| !part.is_empty())
            });
            if !directions {
                return Err(wrong("The $sort element value must be either 1 or -1".to_owned()));
            }
            SortPattern::parse(pattern).map(Order::Fields)
        }
        number => match number.as_f64() {
            Some(way @ (1.0 | -1.0)) => Ok(Order::Values { descending: way < 0.0 }),
            _ => Err(wrong(
                "The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields"
                    .to_owned(),
            )),
        },
    }
}

impl Action for Push {
    fn apply(&self, current: Option<&Bson>, target: &Target<'_>) -> Result<Change, CommandError> {
        let mut items = array(current, target)?;
        let at = match self.position {
            None => items.len(),
            Some(at) if at < 0 => items.len().saturating_sub(at.unsigned_abs() as usize),
            Some(at) => (at as u64).min(items.len() as u64) as usize,
        };
        items.splice(at..at, self.values.iter().cloned());
        match &self.sort {
            Some(Order::Values { descending }) => {
                items.sort_by(|a, b| if *descending { compare(b, a) } else { compare(a, b) });
            }
            Some(Order::Fields(pattern)) => {
                let empty = Document::new();
                items.sort_by(|a, b| {
                    pattern.compare(a.as_document().unwrap_or(&empty), b.as_document().unwrap_or(&empty))
                });
            }
            None => {}
        }
        match self.slice {
            Some(last) if last < 0 => {
                items.drain(..items.len().saturating_sub(last.unsigned_abs() as usize));
            }
            Some(first) => items.truncate(first as usize),
            None => {}
        }
        Ok(Change::Set(Bson::Array(items)))
    }
}

impl Action for AddToSet {
    fn apply(&self, current: Option<&Bson>, target: &Target<'_>) -> Result<Change, CommandError> {
        let mut items = array(current, target)?;
        let before = items.len();
        let mut known: BTreeSet<Ordered> = items.iter().cloned().map(Ordered).collect();
        for value in &self.0 {
            if known.insert(Ordered(value.clone())) {
                items.push(value.clone());
            }
        }
        let same = items.len() == before && current.is_some();
        Ok(if same { Change::Keep } else { Change::Set(Bson::Array(items)) })
    }
}

/// A value in a sorted set.
struct Ordered(Bson);

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        compare(&self.0, &other.0)
    }
}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ordered {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered {}

fn array(current: Option<&Bson>, target: &Target<'_>) -> Result<Vec<Bson>, CommandError> {
    match current {
        None => Ok(Vec::new()),
        Some(Bson::Array(items)) => Ok(items.clone()),
        Some(other) => {
            let id = render::value(target.document.get("_id").unwrap_or(&Bson::Null));
            let (path, kind) = (target.path, other.type_name());
            Err(wrong(format!("The field '{path}' must be an array but is of type {kind} in document {{_id: {id}}}")))
        }
    }
}

fn wrong(text: String) -> CommandError {
    CommandError::new(code::BAD_VALUE, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bson, doc};

    fn applied(action: &dyn Action, current: Bson) -> Bson {
        let document = doc! {};
        let target = Target { path: "a", document: &document, inserting: false };
        match action.apply(Some(&current), &target).unwrap() {
            Change::Set(value) => value,
            other => panic!("{other:?}"),
        }
    }

    fn pushed(clauses: Bson, current: Bson) -> Bson {
        applied(push("a", &clauses).unwrap().as_ref(), current)
    }

    #[test]
    fn position_sort_and_slice_work_together() {
        assert_eq!(pushed(bson!({ "$each": [9, 8], "$position": 1 }), bson!([1, 2])), bson!([1, 9, 8, 2]));
        assert_eq!(pushed(bson!({ "$each": [9], "$position": (-1) }), bson!([1, 2])), bson!([1, 9, 2]));
        assert_eq!(pushed(bson!({ "$each": [3, 1], "$sort": (-1), "$slice": 2 }), bson!([2])), bson!([3, 2]));
        assert_eq!(pushed(bson!({ "$each": [3], "$slice": (-2) }), bson!([1, 2])), bson!([2, 3]));
        assert_eq!(pushed(bson!({ "$each": [3], "$slice": 4294967296.0 }), bson!([1])), bson!([1, 3]));
        assert_eq!(pushed(bson!({ "$each": [3], "$position": (i64::MIN) }), bson!([1])), bson!([3, 1]));
        assert_eq!(pushed(bson!([3]), bson!([1])), bson!([1, [3]]));
    }

    #[test]
    fn clauses_are_checked() {
        for clauses in [
            bson!({ "$each": 1 }),
            bson!({ "$each": [], "$slice": "x" }),
            bson!({ "$each": [], "$slice": 1.5 }),
            bson!({ "$each": [], "$sort": 2 }),
            bson!({ "$each": [], "$sort": {} }),
            bson!({ "$each": [], "$what": 2 }),
        ] {
            assert_eq!(push("a", &clauses).unwrap_err().code, 2, "{clauses:?}");
        }
    }

    #[test]
    fn a_set_takes_each_value_once() {
        let action = add_to_set("a", &bson!({ "$each": [1.0, 2, 2] })).unwrap();
        assert_eq!(applied(action.as_ref(), bson!([1])), bson!([1, 2]));
    }
}
