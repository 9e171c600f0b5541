//! What `createIndexes` says about an index, checked as a mongod checks it.

use super::special::{Special, complete_weights};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::query::Matcher;
use crate::server::practice::render;
use crate::wire::bson::{Bson, Document, compare};

/// Options that an index specification may hold.
const KNOWN: &[&str] = &[
    "key",
    "name",
    "ns",
    "v",
    "unique",
    "sparse",
    "background",
    "expireAfterSeconds",
    "partialFilterExpression",
    "collation",
    "hidden",
    "weights",
    "default_language",
    "language_override",
    "textIndexVersion",
    "bits",
    "min",
    "max",
    "2dsphereIndexVersion",
    "bucketSize",
    "storageEngine",
    "dropDups",
    "wildcardProjection",
    "prepareUnique",
    "coarsestIndexedLevel",
    "finestIndexedLevel",
    "clustered",
];

/// How an index files documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// By value.
    Ordered,
    /// By a hash of the value.
    Hashed,
    /// Kept as a definition only: text, 2d, 2dsphere, wildcard.
    Stored,
}

/// A checked specification.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Its name.
    pub name: String,
    /// The key pattern as sent.
    pub pattern: Document,
    /// Path and "descending" of each field.
    pub fields: Vec<(String, bool)>,
    /// See [`Kind`].
    pub kind: Kind,
    /// No two documents may share a key.
    pub unique: bool,
    /// Documents that have none of the fields are left out.
    pub sparse: bool,
    /// Only documents that match are filed.
    pub partial: Option<Matcher>,
    /// What it knows of texts and places.
    pub special: Special,
    /// As `listIndexes` shows it.
    pub shown: Document,
}

impl Spec {
    /// The index on `_id` that every collection has.
    pub fn id() -> Self {
        let pattern: Document = [("_id".to_owned(), Bson::Int32(1))].into_iter().collect();
        let mut shown = Document::new();
        shown.push("v", 2);
        shown.push("key", pattern.clone());
        shown.push("name", "_id_");
        Self {
            name: "_id_".to_owned(),
            pattern,
            fields: vec![("_id".to_owned(), false)],
            kind: Kind::Ordered,
            unique: true,
            sparse: false,
            partial: None,
            special: Special::default(),
            shown,
        }
    }

    /// Reads one element of `createIndexes.indexes`.
    ///
    /// # Errors
    /// What a mongod says about such a specification.
    pub fn parse(spec: &Document) -> Result<Self, CommandError> {
        check_fields(spec)?;
        let pattern = match spec.get("key") {
            Some(Bson::Document(pattern)) => pattern.clone(),
            Some(other) => return Err(wrong_type("key", other, "object")),
            None => return Err(missing("key", spec)),
        };
        let name = match spec.get("name") {
            Some(Bson::String(name)) => name.clone(),
            Some(other) => return Err(wrong_type("name", other, "string")),
            None => return Err(missing("name", spec)),
        };
        let (fields, kind) = read_pattern(&pattern)?;
        if name.is_empty() || name == "*" || name.contains('\0') {
            return Err(cannot(format!("The index name '{name}' is not valid.")));
        }
        let flag = |field: &str| spec.get(field).and_then(Bson::as_flag).unwrap_or(false);
        let (unique, sparse) = (flag("unique"), flag("sparse"));
        let partial = read_partial(spec, sparse, &pattern)?;
        check_expiry(spec, &pattern)?;
        if unique && kind == Kind::Hashed {
            return Err(CommandError::new(
                16764,
                "Currently hashed indexes cannot guarantee uniqueness. Use a regular index.",
            ));
        }
        let shown = shown(spec, &pattern, &name, unique, sparse);
        let special = Special::parse(&pattern, &shown)?;
        Ok(Self { name, pattern, fields, kind, unique, sparse, partial, special, shown })
    }

    /// True where the other one has the same key pattern, field for field.
    pub fn same_pattern(&self, other: &Self) -> bool {
        same(&self.pattern, &other.pattern)
    }

    /// True where options that change what is filed are the same too.
    pub fn same_options(&self, other: &Self) -> bool {
        let filter = |spec: &Self| spec.shown.get("partialFilterExpression").cloned().unwrap_or(Bson::Null);
        let expiry = |spec: &Self| spec.shown.get("expireAfterSeconds").cloned().unwrap_or(Bson::Null);
        self.unique == other.unique
            && self.sparse == other.sparse
            && compare(&filter(self), &filter(other)).is_eq()
            && compare(&expiry(self), &expiry(other)).is_eq()
    }
}

/// Equal key patterns: same fields in the same order with equal values.
pub fn same(left: &Document, right: &Document) -> bool {
    left.len() == right.len() && left.iter().zip(right.iter()).all(|((a, x), (b, y))| a == b && compare(x, y).is_eq())
}

fn check_fields(spec: &Document) -> Result<(), CommandError> {
    if let Some(unknown) = spec.keys().find(|key| !KNOWN.contains(key)) {
        let text = format!(
            "The field '{unknown}' is not valid for an index specification. Specification: {}",
            render::document(spec)
        );
        return Err(CommandError::new(code::INVALID_INDEX_SPECIFICATION_OPTION, text));
    }
    for field in ["unique", "sparse", "background", "hidden"] {
        if let Some(value) = spec.get(field)
            && value.as_flag().is_none()
        {
            return Err(wrong_type(field, value, "bool"));
        }
    }
    match spec.get("v") {
        Some(value) if !value.is_number() => Err(wrong_type("v", value, "number")),
        Some(value) if !matches!(value.as_f64(), Some(1.0 | 2.0)) => {
            Err(cannot(format!("Invalid index specification; cannot create an index with v={}", render::value(value))))
        }
        _ => Ok(()),
    }
}

fn read_pattern(pattern: &Document) -> Result<(Vec<(String, bool)>, Kind), CommandError> {
    if pattern.is_empty() {
        return Err(cannot("Index keys cannot be empty."));
    }
    if pattern.len() > 32 {
        return Err(CommandError::new(13103, "too many compound keys"));
    }
    let mut kind = Kind::Ordered;
    let mut fields: Vec<(String, bool)> = Vec::new();
    for (path, value) in pattern.iter() {
        check_path(path)?;
        if fields.iter().any(|(earlier, _)| earlier == path) {
            return Err(cannot(format!("Field {path} is specified more than once in the index key pattern")));
        }
        let descending = match value {
            Bson::String(plugin) => {
                kind = plugin_kind(plugin)?;
                false
            }
            number if number.is_number() => match number.as_f64() {
                Some(number) if number == 0.0 || number.is_nan() => {
                    return Err(cannot("Values in the index key pattern cannot be 0."));
                }
                number => number < Some(0.0),
            },
            other => {
                let kind = other.type_name();
                let text = "Only numbers > 0, numbers < 0, and strings are allowed.";
                return Err(cannot(format!("Values in v:2 index key pattern cannot be of type {kind}. {text}")));
            }
        };
        if path == "$**" || path.ends_with(".$**") {
            kind = Kind::Stored;
        }
        fields.push((path.to_owned(), descending));
    }
    Ok((fields, kind))
}

fn plugin_kind(plugin: &str) -> Result<Kind, CommandError> {
    match plugin {
        "hashed" => Ok(Kind::Hashed),
        "text" | "2d" | "2dsphere" | "geoHaystack" => Ok(Kind::Stored),
        other => Err(cannot(format!("Unknown index plugin '{other}'"))),
    }
}

fn check_path(path: &str) -> Result<(), CommandError> {
    if path.is_empty() {
        return Err(cannot("Index keys cannot be an empty field."));
    }
    if path.split('.').any(str::is_empty) {
        return Err(cannot("Index keys cannot contain an empty field."));
    }
    let allowed = |part: &str| matches!(part, "$**" | "$id" | "$db" | "$ref");
    if path.split('.').any(|part| part.starts_with('$') && !allowed(part)) {
        return Err(cannot("Index key contains an illegal field name: field name starts with '$'."));
    }
    Ok(())
}

fn read_partial(spec: &Document, sparse: bool, pattern: &Document) -> Result<Option<Matcher>, CommandError> {
    let filter = match spec.get("partialFilterExpression") {
        None => return Ok(None),
        Some(Bson::Document(filter)) => filter,
        Some(other) => return Err(wrong_type("partialFilterExpression", other, "object")),
    };
    if sparse {
        return Err(cannot(r#"cannot mix "partialFilterExpression" and "sparse" options"#));
    }
    if pattern.contains("_id") && pattern.len() == 1 {
        return Err(CommandError::new(code::INVALID_OPTIONS, "_id index cannot be a partial index"));
    }
    let refused = ["$where", "$text", "$near", "$nearSphere", "$expr", "$nor", "$not", "$ne", "$nin"];
    if let Some(operator) = operators(filter).into_iter().find(|name| refused.contains(name)) {
        return Err(cannot(format!("Expression not supported in partial index: {operator}")));
    }
    Matcher::parse(filter).map(Some)
}

/// Names beginning with `$` in two levels: what a filter's expressions use.
fn operators(filter: &Document) -> Vec<&str> {
    let nested = filter.iter().filter_map(|(_, value)| value.as_document()).flat_map(Document::keys);
    filter.keys().chain(nested).filter(|key| key.starts_with('$')).collect()
}

fn check_expiry(spec: &Document, pattern: &Document) -> Result<(), CommandError> {
    let Some(expiry) = spec.get("expireAfterSeconds") else { return Ok(()) };
    let Some(seconds) = expiry.as_f64() else { return Err(wrong_type("expireAfterSeconds", expiry, "number")) };
    if !(0.0..=2_147_483_647.0).contains(&seconds) {
        let text = "TTL index 'expireAfterSeconds' option must be within an acceptable range, try a different value";
        return Err(cannot(format!("{text} than {}", render::value(expiry))));
    }
    if pattern.len() != 1 {
        return Err(cannot("TTL indexes are single-field indexes, compound indexes do not support TTL"));
    }
    if pattern.contains("_id") {
        return Err(CommandError::new(
            code::INVALID_INDEX_SPECIFICATION_OPTION,
            "The field 'expireAfterSeconds' is not valid for an _id index specification",
        ));
    }
    Ok(())
}

fn shown(spec: &Document, pattern: &Document, name: &str, unique: bool, sparse: bool) -> Document {
    let mut shown = Document::new();
    shown.push("v", 2);
    shown.push("key", pattern.clone());
    shown.push("name", name);
    for (key, value) in spec.iter() {
        match key {
            "key" | "name" | "v" | "ns" | "dropDups" => {}
            "unique" if !unique => {}
            "sparse" if !sparse => {}
            "unique" | "sparse" | "background" => shown.push(key, value.as_flag().unwrap_or(false)),
            "hidden" if value.as_flag() != Some(true) => {}
            _ => shown.push(key, value.clone()),
        }
    }
    if pattern.iter().any(|(_, value)| value.as_str() == Some("text")) {
        text_defaults(&mut shown, pattern);
    }
    if pattern.iter().any(|(_, value)| value.as_str() == Some("2dsphere")) && !shown.contains("2dsphereIndexVersion") {
        shown.push("2dsphereIndexVersion", 3);
    }
    shown
}

/// A text index shows its fields as weights under a key of its own.
fn text_defaults(shown: &mut Document, pattern: &Document) {
    let mut key = Document::new();
    for (path, value) in pattern.iter() {
        if value.as_str() == Some("text") {
            if !key.contains("_fts") {
                key.push("_fts", "text");
                key.push("_ftsx", 1);
            }
        } else if path != "_ftsx" {
            key.push(path, value.clone());
        }
    }
    shown.set("key", key);
    match shown.get_mut("weights") {
        Some(Bson::Document(weights)) => complete_weights(weights, pattern),
        Some(_) => {}
        None => {
            let mut weights = Document::new();
            complete_weights(&mut weights, pattern);
            shown.push("weights", weights);
        }
    }
    for (field, value) in [("default_language", "english"), ("language_override", "language")] {
        if !shown.contains(field) {
            shown.push(field, value);
        }
    }
    if !shown.contains("textIndexVersion") {
        shown.push("textIndexVersion", 3);
    }
}

fn cannot(text: impl Into<String>) -> CommandError {
    CommandError::new(code::CANNOT_CREATE_INDEX, text)
}

fn missing(field: &str, spec: &Document) -> CommandError {
    let text =
        format!("The '{field}' field is a required property of an index specification: {}", render::document(spec));
    CommandError::new(code::FAILED_TO_PARSE, text)
}

fn wrong_type(field: &str, value: &Bson, wanted: &str) -> CommandError {
    let text = format!("The field '{field}' must be of type {wanted}, but got {}", value.type_name());
    CommandError::new(code::TYPE_MISMATCH, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    fn code_of(spec: Document) -> i32 {
        Spec::parse(&spec).unwrap_err().code
    }

    #[test]
    fn specifications_are_refused_with_the_codes_of_a_mongod() {
        assert_eq!(code_of(doc! { "key": { "a": 1 } }), 9);
        assert_eq!(code_of(doc! { "key": {}, "name": "x" }), 67);
        assert_eq!(code_of(doc! { "key": { "a": 0 }, "name": "x" }), 67);
        assert_eq!(code_of(doc! { "key": { "a": "fancy" }, "name": "x" }), 67);
        assert_eq!(code_of(doc! { "key": { "a": 1 }, "name": "x", "uniq": true }), 197);
        assert_eq!(code_of(doc! { "key": { "a": 1, "b": 1 }, "name": "x", "expireAfterSeconds": 1 }), 67);
        assert_eq!(code_of(doc! { "key": 1, "name": "x" }), 14);
    }

    #[test]
    fn a_text_index_shows_weights() {
        let spec = Spec::parse(&doc! { "key": { "t": "text" }, "name": "t_text" }).unwrap();
        assert_eq!(spec.shown.get_document("key"), Some(&doc! { "_fts": "text", "_ftsx": 1 }));
        assert_eq!(spec.shown.get_document("weights"), Some(&doc! { "t": 1 }));
        assert_eq!(spec.kind, Kind::Stored);
    }
}
