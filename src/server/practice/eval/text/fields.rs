//! What of a document a text index looks at.

use super::language::is_english;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::eval::path::Path;
use crate::wire::bson::{Bson, Document};

/// Weights are above 0 and below this.
const MOST_WEIGHT: f64 = 1e9;
/// Fields of one index; each string of a document is looked up among them.
const MOST_FIELDS: usize = 100;

/// The fields of a text index with their weights.
#[derive(Clone, Debug)]
pub struct Indexed {
    fields: Vec<(String, f64)>,
    /// The weight of strings at all other paths, for `$**`.
    everywhere: Option<f64>,
    /// The language is English unless a document says otherwise.
    pub english: bool,
    override_field: String,
}

impl Indexed {
    /// Reads an index specification whose `weights` name all its text fields.
    ///
    /// # Errors
    /// 67 for weights that are none and languages that nobody knows.
    pub fn parse(spec: &Document) -> Result<Self, CommandError> {
        let cannot = |text: String| CommandError::new(code::CANNOT_CREATE_INDEX, text);
        let text = |name: &str, default: &str| match spec.get(name) {
            None => Ok(default.to_owned()),
            Some(Bson::String(text)) => Ok(text.clone()),
            Some(_) => Err(cannot(format!("{name} must be a string"))),
        };
        let language = text("default_language", "english")?;
        let english = is_english(&language);
        let mut read = Self {
            fields: Vec::new(),
            everywhere: None,
            english: english.ok_or_else(|| cannot(format!("unsupported default_language: {language}")))?,
            override_field: text("language_override", "language")?,
        };
        let weights = spec.get("weights").and_then(Bson::as_document);
        let weights = weights.ok_or_else(|| cannot("weights must be an object".to_owned()))?;
        if weights.len() > MOST_FIELDS {
            return Err(cannot(format!("a text index has at most {MOST_FIELDS} fields on this server")));
        }
        for (path, weight) in weights.iter() {
            let weight = weight.as_f64().filter(|weight| *weight > 0.0 && *weight < MOST_WEIGHT);
            let weight = weight.ok_or_else(|| cannot(format!("the weight of '{path}' must be in (0, 1000000000)")))?;
            if path == "$**" {
                read.everywhere = Some(weight);
            } else {
                read.fields.push((path.to_owned(), weight));
            }
        }
        Ok(read)
    }

    /// The texts of a document with their weights.
    pub fn texts<'a>(&self, document: &'a Document) -> Vec<(&'a str, f64)> {
        let mut texts = Vec::new();
        for (path, weight) in &self.fields {
            for value in Path::new(path).values(document).into_iter().flatten() {
                strings(value, *weight, &mut texts);
            }
        }
        if let Some(weight) = self.everywhere {
            self.others(document, "", weight, &mut texts);
        }
        texts
    }

    /// All strings but those of fields that have a weight of their own.
    fn others<'a>(&self, document: &'a Document, prefix: &str, weight: f64, texts: &mut Vec<(&'a str, f64)>) {
        for (name, value) in document.iter() {
            let path = format!("{prefix}{name}");
            if !self.fields.iter().any(|(known, _)| *known == path) {
                self.in_value(value, &path, weight, texts);
            }
        }
    }

    fn in_value<'a>(&self, value: &'a Bson, path: &str, weight: f64, texts: &mut Vec<(&'a str, f64)>) {
        match value {
            Bson::String(text) => texts.push((text, weight)),
            Bson::Document(inner) => self.others(inner, &format!("{path}."), weight, texts),
            Bson::Array(items) => items.iter().for_each(|item| self.in_value(item, path, weight, texts)),
            _ => {}
        }
    }

    /// True where the document's words are English.
    ///
    /// # Errors
    /// 17261 for a language that is no string, 17262 for one that nobody knows.
    pub fn is_english(&self, document: &Document) -> Result<bool, CommandError> {
        match document.get(&self.override_field) {
            None => Ok(self.english),
            Some(Bson::String(name)) => is_english(name)
                .ok_or_else(|| CommandError::new(17262, format!("language override unsupported: {name}"))),
            Some(_) => Err(CommandError::new(17261, "found language override field in document with non-string type")),
        }
    }
}

/// A string, or those of an array.
fn strings<'a>(value: &'a Bson, weight: f64, texts: &mut Vec<(&'a str, f64)>) {
    match value {
        Bson::String(text) => texts.push((text, weight)),
        Bson::Array(items) => texts.extend(items.iter().filter_map(Bson::as_str).map(|text| (text, weight))),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    fn texts(weights: Document, document: &Document) -> Vec<(&str, f64)> {
        Indexed::parse(&doc! { "weights": weights }).unwrap().texts(document)
    }

    #[test]
    fn fields_are_read_through_arrays_with_their_weights() {
        let document = doc! { "a": ["x", 1, "y"], "b": [{ "c": "z" }], "d": "w" };
        assert_eq!(texts(doc! { "a": 2, "b.c": 3 }, &document), [("x", 2.0), ("y", 2.0), ("z", 3.0)]);
        assert_eq!(texts(doc! { "$**": 1 }, &document).len(), 4);
        assert_eq!(texts(doc! { "$**": 1, "d": 9 }, &document)[0], ("w", 9.0));
        assert_eq!(texts(doc! { "$**": 1, "d": 9 }, &document).len(), 4);
    }

    #[test]
    fn a_document_may_have_a_language_of_its_own() {
        let indexed = Indexed::parse(&doc! { "weights": { "a": 1 }, "default_language": "none" }).unwrap();
        assert_eq!(indexed.is_english(&doc! {}), Ok(false));
        assert_eq!(indexed.is_english(&doc! { "language": "en" }), Ok(true));
        assert_eq!(indexed.is_english(&doc! { "language": "klingon" }).unwrap_err().code, 17262);
        assert_eq!(indexed.is_english(&doc! { "language": 1 }).unwrap_err().code, 17261);
    }

    #[test]
    fn weights_that_are_none_are_refused() {
        for spec in [
            doc! { "weights": { "a": 0 } },
            doc! { "weights": { "a": "x" } },
            doc! { "weights": 1 },
            doc! { "weights": { "a": (f64::NAN) } },
            doc! { "weights": { "a": 1 }, "default_language": "klingon" },
            doc! { "weights": { "a": 1 }, "language_override": 1 },
        ] {
            assert_eq!(Indexed::parse(&spec).unwrap_err().code, 67, "{spec:?}");
        }
    }
}
