//! What a filter says about one field, as intervals of an index.
//!
//! Intervals may be too wide, because the filter is checked again on every document; they may never be too narrow.

use crate::wire::bson::{Bson, Document, Timestamp, canonical_type, compare};

/// Values from `low` to `high`.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    /// The smallest value.
    pub low: Bson,
    /// It belongs to the interval.
    pub low_inclusive: bool,
    /// The largest value.
    pub high: Bson,
    /// It belongs to the interval.
    pub high_inclusive: bool,
}

impl Interval {
    /// One value.
    pub fn point(value: &Bson) -> Self {
        Self { low: value.clone(), low_inclusive: true, high: value.clone(), high_inclusive: true }
    }

    /// Every value.
    pub fn all() -> Self {
        Self { low: Bson::MinKey, low_inclusive: true, high: Bson::MaxKey, high_inclusive: true }
    }

    /// True for one value only.
    pub fn is_point(&self) -> bool {
        self.low_inclusive && self.high_inclusive && compare(&self.low, &self.high).is_eq()
    }

    /// True for every value.
    pub fn is_all(&self) -> bool {
        matches!((&self.low, &self.high), (Bson::MinKey, Bson::MaxKey))
    }

    /// True where `value` lies in it.
    pub fn contains(&self, value: &Bson) -> bool {
        let (low, high) = (compare(&self.low, value), compare(value, &self.high));
        (low.is_lt() || (low.is_eq() && self.low_inclusive)) && (high.is_lt() || (high.is_eq() && self.high_inclusive))
    }

    /// As explain shows it: `[1.0, 5.0)`.
    pub fn show(&self) -> String {
        let (open, close) = (if self.low_inclusive { '[' } else { '(' }, if self.high_inclusive { ']' } else { ')' });
        let value = crate::server::practice::render::value;
        format!("{open}{}, {}{close}", value(&self.low), value(&self.high))
    }

    fn intersect(self, other: Self) -> Self {
        let order = compare(&self.low, &other.low);
        let (low, low_inclusive) = match (order.is_gt(), order.is_eq()) {
            (true, _) => (self.low, self.low_inclusive),
            (_, true) => (self.low, self.low_inclusive && other.low_inclusive),
            _ => (other.low, other.low_inclusive),
        };
        let order = compare(&self.high, &other.high);
        let (high, high_inclusive) = match (order.is_lt(), order.is_eq()) {
            (true, _) => (self.high, self.high_inclusive),
            (_, true) => (self.high, self.high_inclusive && other.high_inclusive),
            _ => (other.high, other.high_inclusive),
        };
        Self { low, low_inclusive, high, high_inclusive }
    }
}

/// The intervals of `path` in which every match lies, in ascending order; `None` where the filter says nothing usable.
///
/// In a multikey index two conditions may hold for two elements of an array, so only the first one counts there.
pub fn intervals(filter: &Document, path: &str, multikey: bool) -> Option<Vec<Interval>> {
    let mut found: Option<Vec<Interval>> = None;
    for condition in conditions(filter, path, 0) {
        for next in usable(condition) {
            found = match found {
                None => Some(next),
                Some(kept) if multikey => Some(kept),
                Some(kept) => Some(combine(kept, next)),
            };
        }
    }
    found
}

fn combine(left: Vec<Interval>, right: Vec<Interval>) -> Vec<Interval> {
    match (left.len(), right.len()) {
        (1, _) => right.into_iter().map(|interval| left[0].clone().intersect(interval)).collect(),
        (_, 1) => left.into_iter().map(|interval| interval.intersect(right[0].clone())).collect(),
        _ => left,
    }
}

/// Every condition on `path` that must hold: at the top and inside `$and`.
fn conditions<'a>(filter: &'a Document, path: &str, depth: usize) -> Vec<&'a Bson> {
    let mut found = Vec::new();
    for (key, value) in filter.iter() {
        match (key, value) {
            ("$and", Bson::Array(clauses)) if depth < 10 => {
                let clauses = clauses.iter().filter_map(Bson::as_document);
                found.extend(clauses.flat_map(|clause| conditions(clause, path, depth + 1)));
            }
            _ if key == path => found.push(value),
            _ => {}
        }
    }
    found
}

/// The intervals that each part of a condition allows.
fn usable(condition: &Bson) -> Vec<Vec<Interval>> {
    match condition {
        Bson::Document(operators) if operators.keys().next().is_some_and(|key| key.starts_with('$')) => {
            operators.iter().filter_map(|(operator, value)| operator_intervals(operator, value)).collect()
        }
        value => equal(value).into_iter().collect(),
    }
}

fn operator_intervals(operator: &str, value: &Bson) -> Option<Vec<Interval>> {
    match operator {
        "$eq" => equal(value),
        "$in" => {
            let values = value.as_array()?.iter().map(equal).collect::<Option<Vec<_>>>()?;
            let mut intervals: Vec<Interval> = values.into_iter().flatten().collect();
            intervals.sort_by(|a, b| compare(&a.low, &b.low));
            intervals.dedup();
            Some(intervals)
        }
        "$gt" | "$gte" => {
            let (_, high) = bracket(value)?;
            let (low, low_inclusive) = (value.clone(), operator == "$gte");
            Some(vec![Interval { low, low_inclusive, high, high_inclusive: true }])
        }
        "$lt" | "$lte" => {
            let (low, _) = bracket(value)?;
            let (high, high_inclusive) = (value.clone(), operator == "$lte");
            Some(vec![Interval { low, low_inclusive: true, high, high_inclusive }])
        }
        _ => None,
    }
}

fn equal(value: &Bson) -> Option<Vec<Interval>> {
    match value {
        // Null also matches what is missing or undefined; arrays and patterns match in ways of their own.
        Bson::Null => Some(vec![Interval::point(&Bson::Undefined), Interval::point(&Bson::Null)]),
        Bson::Array(_) | Bson::Regex { .. } | Bson::Undefined => None,
        value => Some(vec![Interval::point(value)]),
    }
}

/// Comparisons stay within a type: its lowest value and one not below its highest.
fn bracket(value: &Bson) -> Option<(Bson, Bson)> {
    match canonical_type(value) {
        10 => Some((Bson::Double(f64::NAN), Bson::Double(f64::INFINITY))),
        15 => Some((Bson::from(""), Bson::from(Document::new()))),
        35 => Some((Bson::ObjectId([0; 12]), Bson::ObjectId([0xff; 12]))),
        40 => Some((Bson::from(false), Bson::from(true))),
        45 => Some((Bson::DateTime(i64::MIN), Bson::DateTime(i64::MAX))),
        47 => {
            let highest = Timestamp { seconds: u32::MAX, increment: u32::MAX };
            Some((Bson::from(Timestamp { seconds: 0, increment: 0 }), Bson::from(highest)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    fn shown(filter: Document, multikey: bool) -> Option<Vec<String>> {
        intervals(&filter, "a", multikey).map(|all| all.iter().map(Interval::show).collect())
    }

    #[test]
    fn comparisons_meet_within_their_type() {
        let filter = doc! { "a": { "$gte": 1, "$lt": 5 } };
        assert_eq!(shown(filter.clone(), false), Some(vec!["[1, 5)".to_owned()]));
        assert_eq!(shown(filter, true), Some(vec!["[1, inf.0]".to_owned()]));
        assert_eq!(shown(doc! { "a": { "$lt": "x" } }, false), Some(vec![r#"["", "x")"#.to_owned()]));
    }

    #[test]
    fn several_values_stand_in_ascending_order() {
        let wanted = Some(vec!["[1, 1]".to_owned(), "[3, 3]".to_owned()]);
        assert_eq!(shown(doc! { "a": { "$in": [3, 1, 3] } }, false), wanted);
        assert_eq!(shown(doc! { "$and": [{ "a": { "$in": [3, 1] } }] }, false), wanted);
    }

    #[test]
    fn what_no_interval_can_say_says_nothing() {
        assert_eq!(shown(doc! { "a": [1, 2] }, false), None);
        assert_eq!(shown(doc! { "a": { "$exists": true } }, false), None);
        assert_eq!(shown(doc! { "a": { "$in": [[1], 2] } }, false), None);
        assert_eq!(shown(doc! { "b": 1 }, false), None);
    }
}
