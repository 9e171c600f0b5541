//! Dotted paths: `a.b.0.c` through documents and, implicitly, through the elements of arrays.

use crate::wire::bson::{Bson, Document};

/// A path taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(Vec<String>);

impl Path {
    /// Splits at dots; empty names are names.
    pub fn new(text: &str) -> Self {
        Self(text.split('.').map(str::to_owned).collect())
    }

    /// Every value at the path: through arrays both by position and element by element. A document without the field
    /// gives `None`, so that a test for absence has something to look at.
    pub fn values<'a>(&self, document: &'a Document) -> Vec<Option<&'a Bson>> {
        let mut found = Vec::new();
        in_document(document, &self.0, &mut found);
        found
    }

    /// The position in the outermost array on the way, of the first value that `fits`.
    pub fn position(&self, document: &Document, fits: impl Fn(Option<&Bson>) -> bool) -> Option<usize> {
        let mut document = document;
        for (at, name) in self.0.iter().enumerate() {
            match document.get(name)? {
                Bson::Document(inner) => document = inner,
                Bson::Array(items) => {
                    return items.iter().position(|item| element_fits(item, &self.0[at + 1..], &fits));
                }
                _ => return None,
            }
        }
        None
    }
}

fn element_fits(item: &Bson, rest: &[String], fits: &impl Fn(Option<&Bson>) -> bool) -> bool {
    if rest.is_empty() {
        return fits(Some(item));
    }
    let mut found = Vec::new();
    match item {
        Bson::Document(document) => in_document(document, rest, &mut found),
        Bson::Array(items) => in_array(items, rest, &mut found),
        _ => {}
    }
    found.into_iter().any(fits)
}

fn in_document<'a>(document: &'a Document, path: &[String], found: &mut Vec<Option<&'a Bson>>) {
    let Some((name, rest)) = path.split_first() else { return };
    match (document.get(name), rest.is_empty()) {
        (value, true) => found.push(value),
        (Some(Bson::Document(inner)), false) => in_document(inner, rest, found),
        (Some(Bson::Array(items)), false) => in_array(items, rest, found),
        (_, false) => found.push(None),
    }
}

fn in_array<'a>(items: &'a [Bson], path: &[String], found: &mut Vec<Option<&'a Bson>>) {
    let Some((name, rest)) = path.split_first() else { return };
    let before = found.len();
    if let Some(item) = name.parse::<usize>().ok().and_then(|at| items.get(at)) {
        match (item, rest.is_empty()) {
            (_, true) => found.push(Some(item)),
            (Bson::Document(inner), false) => in_document(inner, rest, found),
            (Bson::Array(inner), false) => in_array(inner, rest, found),
            _ => {}
        }
    }
    for item in items {
        if let Bson::Document(inner) = item {
            in_document(inner, path, found);
        }
    }
    if items.is_empty() && found.len() == before {
        found.push(None);
    }
}

/// Sets a value below a path, making documents on the way and going into every element of arrays. Undefined takes it out.
pub fn set(document: &mut Document, path: &[String], value: &Bson) {
    let Some((name, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        if *value == Bson::Undefined {
            document.remove(name);
        } else {
            document.set(name, value);
        }
        return;
    }
    if *value == Bson::Undefined && !document.contains(name) {
        return;
    }
    match document.get_mut(name) {
        Some(Bson::Document(inner)) => set(inner, rest, value),
        Some(Bson::Array(items)) => items.iter_mut().for_each(|item| {
            if let Bson::Document(inner) = item {
                set(inner, rest, value);
            }
        }),
        _ => {
            let mut inner = Document::new();
            set(&mut inner, rest, value);
            document.set(name, inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    fn at(path: &str, document: &Document) -> Vec<Option<Bson>> {
        Path::new(path).values(document).into_iter().map(|value| value.cloned()).collect()
    }

    #[test]
    fn arrays_are_walked_by_position_and_by_element() {
        let document = doc! { "a": [{ "b": 1 }, { "b": [2, 3] }, 5] };
        assert_eq!(at("a.b", &document), [Some(Bson::Int32(1)), Some(crate::bson!([2, 3]))]);
        assert_eq!(at("a.2", &document), [Some(Bson::Int32(5)), None, None]);
        assert_eq!(at("a.1.b.0", &document), [Some(Bson::Int32(2)), None, None]);
        assert_eq!(at("x.y", &document), [None]);
    }

    #[test]
    fn the_position_is_that_of_the_outermost_array() {
        let document = doc! { "a": { "b": [{ "c": 1 }, { "c": 2 }] } };
        let two = |value: Option<&Bson>| value == Some(&Bson::Int32(2));
        assert_eq!(Path::new("a.b.c").position(&document, two), Some(1));
        assert_eq!(Path::new("a.b").position(&document, two), None);
    }
}
