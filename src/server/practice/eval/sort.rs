//! Sort patterns. An array sorts by its smallest element upward and by its largest downward.

use std::cmp::Ordering;

use super::meta::Meta;
use super::path::Path;
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document, compare};

/// An order of documents.
#[derive(Clone, Debug)]
pub struct SortPattern(Vec<Key>);

/// What one field of a pattern asks for.
#[derive(Clone, Debug)]
enum Key {
    /// A value, and "ascending".
    Field(Path, bool),
    /// The best first.
    TextScore,
}

/// As a mongod has it.
const MOST_KEYS: usize = 32;

impl SortPattern {
    /// Reads `{a: 1, "b.c": -1, score: {$meta: "textScore"}}`.
    ///
    /// # Errors
    /// 2 for directions other than 1 and -1, and for too many keys; 31138 for figures that have no order.
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
                Bson::Document(meta) if meta.contains("$meta") => keys.extend(of_meta(meta)?),
                other => keys.push(Key::Field(Path::new(name), is_ascending(name, other)?)),
            }
        }
        Ok(Self(keys))
    }

    /// True where documents without a text score cannot be put in this order.
    pub fn needs_text_score(&self) -> bool {
        self.0.iter().any(|key| matches!(key, Key::TextScore))
    }

    /// Which of two documents comes first.
    pub fn compare(&self, left: &Document, right: &Document) -> Ordering {
        let nothing = Meta::default();
        self.compare_with((left, &nothing), (right, &nothing))
    }

    /// The same with what a query knows of them.
    pub fn compare_with(&self, left: (&Document, &Meta), right: (&Document, &Meta)) -> Ordering {
        let orders = self.0.iter().map(|asked| match asked {
            Key::Field(path, ascending) => {
                let (left, right) = (key(left.0, path, *ascending), key(right.0, path, *ascending));
                let order = compare(&left, &right);
                if *ascending { order } else { order.reverse() }
            }
            Key::TextScore => {
                let score = |meta: &Meta| meta.text_score.unwrap_or(0.0);
                score(right.1).total_cmp(&score(left.1))
            }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    }
}

/// A random order is as good as any.
fn of_meta(meta: &Document) -> Result<Option<Key>, CommandError> {
    match meta.get_str("$meta") {
        Some("textScore") => Ok(Some(Key::TextScore)),
        Some("randVal") => Ok(None),
        _ => Err(CommandError::new(31138, "Illegal $meta sort: only textScore and randVal have an order")),
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
    fn the_best_text_score_comes_first() {
        let order = SortPattern::parse(&doc! { "s": { "$meta": "textScore" }, "a": 1 }).unwrap();
        let (good, bad) = (Meta { text_score: Some(2.0), ..Meta::default() }, Meta::default());
        let (small, large) = (doc! { "a": 1 }, doc! { "a": 2 });
        assert_eq!(order.compare_with((&large, &good), (&small, &bad)), Ordering::Less);
        assert_eq!(order.compare_with((&large, &good), (&small, &good)), Ordering::Greater);
        assert_eq!(SortPattern::parse(&doc! { "s": { "$meta": "recordId" } }).unwrap_err().code, 31138);
    }

    #[test]
    fn other_directions_are_refused() {
        for pattern in [doc! { "a": 2 }, doc! { "a": "up" }, doc! { "": 1 }, doc! { "a..b": 1 }] {
            assert!(SortPattern::parse(&pattern).is_err(), "{pattern:?}");
        }
    }
}
