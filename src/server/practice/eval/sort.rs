//! Sort patterns. An array sorts by its smallest element upward and by its largest downward.

use std::cmp::Ordering;

use super::path::Path;
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document, compare};

/// An order of documents.
#[derive(Clone, Debug)]
pub struct SortPattern(Vec<(Path, bool)>);

/// As a mongod has it.
const MOST_KEYS: usize = 32;

impl SortPattern {
    /// Reads `{a: 1, "b.c": -1}`; `{$meta: ...}` is taken and has no say.
    ///
    /// # Errors
    /// 2 for directions other than 1 and -1, and for too many keys.
    pub fn parse(pattern: &Document) -> Result<Self, CommandError> {
        if pattern.len() > MOST_KEYS {
            let text = format!("too many compound keys: {}", pattern.len());
            return Err(CommandError::new(13103, text));
        }
        let mut keys = Vec::new();
        for (name, direction) in pattern.iter() {
            if name.is_empty() || name.split('.').any(str::is_empty) {
                return Err(CommandError::new(code::BAD_VALUE, "FieldPath field names may not be empty strings."));
            }
            match direction {
                Bson::Document(meta) if meta.contains("$meta") => {}
                other => keys.push((Path::new(name), is_ascending(name, other)?)),
            }
        }
        Ok(Self(keys))
    }

    /// Which of two documents comes first.
    pub fn compare(&self, left: &Document, right: &Document) -> Ordering {
        let orders = self.0.iter().map(|(path, ascending)| {
            let (left, right) = (key(left, path, *ascending), key(right, path, *ascending));
            let order = compare(&left, &right);
            if *ascending { order } else { order.reverse() }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    }
}

fn is_ascending(name: &str, direction: &Bson) -> Result<bool, CommandError> {
    if !direction.is_number() {
        return Err(CommandError::new(15974, format!("Illegal key in $sort specification: {name}")));
    }
    match direction.as_f64() {
        Some(1.0) => Ok(true),
        Some(-1.0) => Ok(false),
        _ => Err(CommandError::new(15975, "$sort key ordering must be 1 (for ascending) or -1 (for descending)")),
    }
}

fn key(document: &Document, path: &Path, ascending: bool) -> Bson {
    let mut candidates: Vec<Bson> = Vec::new();
    for value in path.values(document) {
        match value {
            // An empty array comes before null, and anything else after.
            Some(Bson::Array(items)) if items.is_empty() => candidates.push(Bson::Undefined),
            Some(Bson::Array(items)) => candidates.extend(items.iter().cloned()),
            Some(value) => candidates.push(value.clone()),
            None => candidates.push(Bson::Null),
        }
    }
    let extreme =
        if ascending { candidates.into_iter().min_by(compare) } else { candidates.into_iter().max_by(compare) };
    extreme.unwrap_or(Bson::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    #[test]
    fn arrays_sort_by_their_extremes() {
        let (small, wide) = (doc! { "a": 5 }, doc! { "a": [1, 9] });
        assert_eq!(SortPattern::parse(&doc! { "a": 1 }).unwrap().compare(&wide, &small), Ordering::Less);
        assert_eq!(SortPattern::parse(&doc! { "a": (-1.0) }).unwrap().compare(&wide, &small), Ordering::Less);
    }

    #[test]
    fn other_directions_are_refused() {
        for pattern in [doc! { "a": 2 }, doc! { "a": "up" }, doc! { "": 1 }, doc! { "a..b": 1 }] {
            assert!(SortPattern::parse(&pattern).is_err(), "{pattern:?}");
        }
    }
}
