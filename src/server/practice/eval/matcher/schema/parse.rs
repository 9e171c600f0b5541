//! From a schema document to rules.

use super::array::ArrayRule;
use super::number::NumberRule;
use super::object::ObjectRule;
use super::text::TextRule;
use super::{Rule, Schema, TypeSet};
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document, compare};

/// Schemas inside each other; as many as filters.
const MOST_DEPTH: usize = 100;

/// Keywords of JSON Schema that no server takes.
const NOT_SUPPORTED: [&str; 6] = ["$ref", "$schema", "default", "definitions", "format", "id"];

pub(super) type Parsed<T> = Result<T, CommandError>;

/// A schema that is no schema.
pub(super) fn failed(text: impl Into<String>) -> CommandError {
    CommandError::new(code::FAILED_TO_PARSE, text)
}

/// A keyword with a value of the wrong type.
pub(super) fn mismatch(keyword: &str, wanted: &str) -> CommandError {
    CommandError::new(code::TYPE_MISMATCH, format!("$jsonSchema keyword '{keyword}' must be {wanted}"))
}

/// One keyword of a schema, with what stands beside it.
pub(super) struct Keyword<'a> {
    pub name: &'a str,
    pub value: &'a Bson,
    pub all: &'a Document,
    pub depth: usize,
}

/// Reads a schema.
///
/// # Errors
/// 9 for unknown keywords and values that cannot be, 14 for values of wrong types, 2 for unknown types.
pub fn parse(value: &Bson, depth: usize) -> Parsed<Schema> {
    let fields = value.as_document().ok_or_else(|| mismatch("$jsonSchema", "an object"))?;
    if depth > MOST_DEPTH {
        return Err(CommandError::new(code::BAD_VALUE, format!("exceeded maximum schema depth of {MOST_DEPTH}")));
    }
    if fields.contains("type") && fields.contains("bsonType") {
        return Err(failed("Cannot specify both $jsonSchema keywords 'type' and 'bsonType'"));
    }
    let rules = fields.iter().map(|(name, value)| Keyword { name, value, all: fields, depth }.rule());
    let rules = rules.filter_map(Result::transpose).collect::<Parsed<Vec<Rule>>>()?;
    Ok(Schema(rules.into()))
}

impl Keyword<'_> {
    /// Nothing for keywords that only describe, or that another one reads.
    fn rule(&self) -> Parsed<Option<Rule>> {
        if let Some(rule) = NumberRule::parse(self)? {
            return Ok(Some(Rule::Number(rule)));
        }
        if let Some(rule) = TextRule::parse(self)? {
            return Ok(Some(Rule::Text(rule)));
        }
        if let Some(rule) = ArrayRule::parse(self)? {
            return Ok(Some(Rule::Array(rule)));
        }
        if let Some(rule) = ObjectRule::parse(self)? {
            return Ok(Some(Rule::Object(rule)));
        }
        Ok(Some(match self.name {
            "bsonType" => Rule::Type(self.types()?),
            "type" => Rule::Type(self.json_types()?),
            "enum" => Rule::OneOf(self.values()?),
            "allOf" => Rule::All(self.schemas()?),
            "anyOf" => Rule::Any(self.schemas()?),
            "oneOf" => Rule::Single(self.schemas()?),
            "not" => Rule::Not(self.schema(self.value)?),
            "title" | "description" if self.value.as_str().is_some() => return Ok(None),
            "title" | "description" => return Err(mismatch(self.name, "a string")),
            // These are read with the keyword that they belong to.
            "exclusiveMaximum" | "exclusiveMinimum" | "additionalItems" => return Ok(None),
            name if NOT_SUPPORTED.contains(&name) => {
                return Err(failed(format!("$jsonSchema keyword '{name}' is not currently supported")));
            }
            name => return Err(failed(format!("Unknown $jsonSchema keyword: {name}"))),
        }))
    }

    /// A schema below this keyword.
    pub fn schema(&self, value: &Bson) -> Parsed<Schema> {
        match value {
            Bson::Document(_) => parse(value, self.depth + 1),
            _ => Err(mismatch(self.name, "an object")),
        }
    }

    fn schemas(&self) -> Parsed<Vec<Schema>> {
        let items = self.value.as_array().ok_or_else(|| mismatch(self.name, "an array"))?;
        if items.is_empty() {
            return Err(failed(format!("$jsonSchema keyword '{}' must be a non-empty array", self.name)));
        }
        items.iter().map(|item| self.schema(item)).collect()
    }

    /// The names of one or several types, each of them once.
    fn type_names(&self) -> Parsed<Vec<&str>> {
        let names = match self.value {
            Bson::String(name) => vec![name.as_str()],
            Bson::Array(items) if items.iter().all(|item| item.as_str().is_some()) => {
                items.iter().filter_map(Bson::as_str).collect()
            }
            _ => return Err(mismatch(self.name, "a string or an array of strings")),
        };
        if names.is_empty() || (1..names.len()).any(|at| names[..at].contains(&names[at])) {
            return Err(failed(format!("$jsonSchema keyword '{}' needs types, each of them once", self.name)));
        }
        Ok(names)
    }

    fn types(&self) -> Parsed<TypeSet> {
        self.type_names()?;
        TypeSet::parse(self.value)
    }

    fn json_types(&self) -> Parsed<TypeSet> {
        let names = self.type_names()?.into_iter().map(|name| json_type(name).map(Bson::from));
        TypeSet::parse(&Bson::Array(names.collect::<Parsed<_>>()?))
    }

    fn values(&self) -> Parsed<Vec<Bson>> {
        let items = self.value.as_array().ok_or_else(|| mismatch(self.name, "an array"))?;
        let mut sorted = items.to_vec();
        sorted.sort_by(compare);
        if items.is_empty() || sorted.windows(2).any(|pair| compare(&pair[0], &pair[1]).is_eq()) {
            return Err(failed("$jsonSchema keyword 'enum' needs values, each of them once"));
        }
        Ok(items.to_vec())
    }

    /// A whole number from 0 up.
    pub fn size(&self) -> Parsed<usize> {
        let number = self.value.as_f64().ok_or_else(|| mismatch(self.name, "a number"))?;
        if number.fract() != 0.0 || !(0.0..9.2e18).contains(&number) {
            return Err(failed(format!("$jsonSchema keyword '{}' must be a whole number from 0 up", self.name)));
        }
        Ok(number as usize)
    }

    /// Texts, at least one and each of them once.
    pub fn names(&self, value: &Bson) -> Parsed<Vec<String>> {
        let items = value.as_array().ok_or_else(|| mismatch(self.name, "an array"))?;
        let names = items.iter().map(|item| item.as_str().map(str::to_owned));
        let names = names.collect::<Option<Vec<_>>>().ok_or_else(|| mismatch(self.name, "an array of strings"))?;
        let mut sorted: Vec<_> = names.iter().collect();
        sorted.sort();
        if names.is_empty() || sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(failed(format!("$jsonSchema keyword '{}' needs names, each of them once", self.name)));
        }
        Ok(names)
    }
}

/// The name that BSON has for a type of JSON.
fn json_type(name: &str) -> Parsed<&str> {
    match name {
        "boolean" => Ok("bool"),
        "array" | "number" | "null" | "object" | "string" => Ok(name),
        "integer" => Err(failed("$jsonSchema type 'integer' is not currently supported.")),
        other => {
            let text = format!("Unknown type name alias: {}", other.chars().take(100).collect::<String>());
            Err(CommandError::new(code::BAD_VALUE, text))
        }
    }
}
