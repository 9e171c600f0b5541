//! Paths of modifiers: checked, spread over array elements, followed and made.

use super::array_filters::ArrayFilters;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::render;
use crate::wire::bson::{Bson, Document};
use std::cmp::Ordering;

/// An array grows by at most this many nulls at once, as in a mongod.
const MAX_PADDING: usize = 1_500_000;

/// Paths with more parts can lead to no document that may be stored.
const MAX_PARTS: usize = 200;

/// One part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A field's name or an element's position.
    Field(String),
    /// `$`: the element that the filter matched.
    Matched,
    /// `$[]`: every element.
    Every,
    /// `$[name]`: every element that the array filter lets pass.
    Filtered(String),
}

/// A path as an operator was given it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// As sent.
    pub text: String,
    /// Its parts, at least one.
    pub parts: Vec<Part>,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// 56 for an empty part, 52 for an operator's name, 2 for a placeholder that has no array before it.
    pub fn parse(text: &str) -> Result<Self, CommandError> {
        let parts = text.split('.').map(|part| read(part, text)).collect::<Result<Vec<_>, _>>()?;
        if parts.len() > MAX_PARTS {
            return Err(CommandError::new(
                code::OVERFLOW,
                "the update path has more parts than a document may have levels",
            ));
        }
        if !matches!(parts.first(), Some(Part::Field(_))) {
            let text = format!("Cannot have positional (i.e. '$') element in the first position in path '{text}'");
            return Err(CommandError::new(code::BAD_VALUE, text));
        }
        if parts.iter().filter(|part| **part == Part::Matched).count() > 1 {
            let text = format!("Too many positional (i.e. '$') elements found in path '{text}'");
            return Err(CommandError::new(code::BAD_VALUE, text));
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    /// Order in which modifiers are applied: part by part, numbers by value.
    pub fn compare(&self, other: &Self) -> Ordering {
        // Numbers stand before names, else the order would run in circles: 9 < 10 < 1a < 9.
        let part = |text: &str, other: &str| match (text.parse::<u64>(), other.parse::<u64>()) {
            (Ok(number), Ok(other_number)) => number.cmp(&other_number).then_with(|| text.cmp(other)),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            _ => text.cmp(other),
        };
        let (left, right) = (self.text.split('.'), other.text.split('.'));
        let order = left.zip(right).map(|(a, b)| part(a, b)).find(|order| order.is_ne());
        order.unwrap_or_else(|| self.parts.len().cmp(&other.parts.len()))
    }

    /// True where one path leads to or through the other's field.
    pub fn conflicts(&self, other: &Self) -> bool {
        self.parts.iter().zip(&other.parts).all(|(a, b)| a == b)
    }

    /// The concrete paths in `document`, with `position` for `$`.
    ///
    /// # Errors
    /// 2 where a placeholder meets no array or the filter matched no element.
    pub fn spread(
        &self,
        document: &Document,
        position: Option<usize>,
        filters: &ArrayFilters,
    ) -> Result<Vec<Vec<String>>, CommandError> {
        let mut found = vec![Vec::new()];
        for part in &self.parts {
            found = match part {
                Part::Field(name) => push_all(found, name),
                Part::Matched => {
                    let position = position.ok_or_else(|| {
                        let text = "The positional operator did not find the match needed from the query.";
                        CommandError::new(code::BAD_VALUE, text)
                    })?;
                    push_all(found, &position.to_string())
                }
                Part::Every => elements(found, document, |_| true)?,
                Part::Filtered(name) => elements(found, document, |item| filters.matches(name, item))?,
            };
        }
        Ok(found)
    }
}

fn read(part: &str, path: &str) -> Result<Part, CommandError> {
    match part {
        "" => {
            let text = format!("The update path '{path}' contains an empty field name, which is not allowed.");
            Err(CommandError::new(code::EMPTY_FIELD_NAME, text))
        }
        "$" => Ok(Part::Matched),
        "$[]" => Ok(Part::Every),
        _ if part.starts_with("$[") && part.ends_with(']') => Ok(Part::Filtered(part[2..part.len() - 1].to_owned())),
        "$id" | "$ref" | "$db" => Ok(Part::Field(part.to_owned())),
        _ if part.starts_with('$') => {
            let text = format!("The dollar ($) prefixed field '{part}' in '{path}' is not valid for storage.");
            Err(CommandError::new(code::DOLLAR_PREFIXED_FIELD_NAME, text))
        }
        _ => Ok(Part::Field(part.to_owned())),
    }
}

fn push_all(mut paths: Vec<Vec<String>>, name: &str) -> Vec<Vec<String>> {
    paths.iter_mut().for_each(|path| path.push(name.to_owned()));
    paths
}

fn elements(
    paths: Vec<Vec<String>>,
    document: &Document,
    wanted: impl Fn(&Bson) -> bool,
) -> Result<Vec<Vec<String>>, CommandError> {
    let mut found = Vec::new();
    for path in paths {
        let items = match get(document, &path) {
            Some(Bson::Array(items)) => items,
            Some(other) => {
                let (name, value) = (path.last().map_or("", String::as_str), render::value(other));
                let text = format!("Cannot apply array updates to non-array element {name}: {value}");
                return Err(CommandError::new(code::BAD_VALUE, text));
            }
            None => {
                let text = format!(
                    "The path '{}' must exist in the document in order to apply array updates.",
                    path.join(".")
                );
                return Err(CommandError::new(code::BAD_VALUE, text));
            }
        };
        for at in (0..items.len()).filter(|at| wanted(&items[*at])) {
            let mut next = path.clone();
            next.push(at.to_string());
            found.push(next);
        }
    }
    Ok(found)
}

/// The value at a concrete path.
pub fn get<'a>(document: &'a Document, path: &[String]) -> Option<&'a Bson> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(document.get(first)?, |value, part| match value {
        Bson::Document(inner) => inner.get(part),
        Bson::Array(items) => items.get(position(part)?),
        _ => None,
    })
}

/// True where the path crosses an array.
pub fn through_array(document: &Document, path: &[String]) -> bool {
    (1..path.len()).any(|end| matches!(get(document, &path[..end]), Some(Bson::Array(_))))
}

/// Puts a value at a concrete path and makes what is missing on the way.
///
/// # Errors
/// 28 where the way leads through something that has no fields, 34 for a position far behind an array's end.
pub fn set(document: &mut Document, path: &[String], value: Bson) -> Result<(), CommandError> {
    let Some((first, rest)) = path.split_first() else { return Ok(()) };
    if rest.is_empty() {
        document.set(first, value);
        return Ok(());
    }
    if !document.contains(first) {
        document.push(first.as_str(), Document::new());
    }
    match document.get_mut(first) {
        Some(inner) => set_in(inner, first, rest, value),
        None => Ok(()),
    }
}

fn set_in(holder: &mut Bson, name: &str, path: &[String], value: Bson) -> Result<(), CommandError> {
    let Some((first, rest)) = path.split_first() else {
        *holder = value;
        return Ok(());
    };
    match holder {
        Bson::Document(inner) => set(inner, path, value),
        Bson::Array(items) => {
            let Some(at) = position(first) else { return Err(not_viable(first, name, holder)) };
            pad(items, at)?;
            match items.get_mut(at) {
                Some(item) if rest.is_empty() => {
                    *item = value;
                    Ok(())
                }
                Some(item) => {
                    if matches!(item, Bson::Undefined) {
                        *item = Bson::Document(Document::new());
                    }
                    set_in(item, first, rest, value)
                }
                None => Ok(()),
            }
        }
        _ => Err(not_viable(first, name, holder)),
    }
}

/// Grows an array up to and including position `at`; the new last element is undefined until it is set.
fn pad(items: &mut Vec<Bson>, at: usize) -> Result<(), CommandError> {
    if at < items.len() {
        return Ok(());
    }
    if at - items.len() >= MAX_PADDING {
        let text = format!("can't backfill more than {MAX_PADDING} elements");
        return Err(CommandError::new(code::CANNOT_BACKFILL_ARRAY, text));
    }
    items.resize(at, Bson::Null);
    items.push(Bson::Undefined);
    Ok(())
}

fn not_viable(field: &str, name: &str, holder: &Bson) -> CommandError {
    let text = format!("Cannot create field '{field}' in element {{{name}: {}}}", render::value(holder));
    CommandError::new(code::PATH_NOT_VIABLE, text)
}

/// Takes the field at a concrete path away; an array's element becomes null. False where there was none.
pub fn remove(document: &mut Document, path: &[String]) -> bool {
    let Some((last, holder)) = path.split_last() else { return false };
    if holder.is_empty() {
        return document.remove(last).is_some();
    }
    match get_mut(document, holder) {
        Some(Bson::Document(inner)) => inner.remove(last).is_some(),
        Some(Bson::Array(items)) => match position(last).and_then(|at| items.get_mut(at)) {
            Some(item) => {
                *item = Bson::Null;
                true
            }
            None => false,
        },
        _ => false,
    }
}

fn get_mut<'a>(document: &'a mut Document, path: &[String]) -> Option<&'a mut Bson> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(document.get_mut(first)?, |value, part| match value {
        Bson::Document(inner) => inner.get_mut(part),
        Bson::Array(items) => items.get_mut(position(part)?),
        _ => None,
    })
}

/// The array position that a part stands for; `01` is a name, not a position.
fn position(part: &str) -> Option<usize> {
    let canonical = part == "0" || (!part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit()));
    canonical.then(|| part.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    fn parts(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn what_is_missing_on_the_way_is_made() {
        let mut document = doc! { "a": [1] };
        set(&mut document, &parts("a.3.b"), Bson::from(7)).unwrap();
        set(&mut document, &parts("x.y"), Bson::from(8)).unwrap();
        assert_eq!(document, doc! { "a": [1, null, null, { "b": 7 }], "x": { "y": 8 } });
    }

    #[test]
    fn a_path_through_a_number_is_not_viable() {
        let mut document = doc! { "a": 1, "b": [] };
        let error = set(&mut document, &parts("a.b"), Bson::Null).unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (28, "Cannot create field 'b' in element {a: 1}"));
        assert_eq!(set(&mut document, &parts("b.x"), Bson::Null).unwrap_err().code, 28);
        assert_eq!(set(&mut document, &parts("b.4294967296"), Bson::Null).unwrap_err().code, 34);
    }

    #[test]
    fn placeholders_are_spread_over_elements() {
        let document = doc! { "a": [{ "b": [1, 2] }, { "b": [3] }] };
        let path = Path::parse("a.$[].b.$[]").unwrap();
        let found = path.spread(&document, None, &ArrayFilters::default()).unwrap();
        let found: Vec<String> = found.iter().map(|path| path.join(".")).collect();
        assert_eq!(found, ["a.0.b.0", "a.0.b.1", "a.1.b.0"]);
    }

    #[test]
    fn impossible_paths_are_refused() {
        for (text, code) in [("a..b", 56), ("", 56), ("$x", 52), ("$", 2), ("a.$.b.$", 2), ("a.$b", 52)] {
            assert_eq!(Path::parse(text).unwrap_err().code, code, "{text:?}");
        }
    }
}
