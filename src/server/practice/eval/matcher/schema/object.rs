//! What a schema says about documents.

use regex::Regex;

use super::super::compile;
use super::Schema;
use super::parse::{Keyword, Parsed, mismatch};
use crate::wire::bson::{Bson, Document};

/// One keyword about documents.
#[derive(Debug)]
pub enum ObjectRule {
    /// `minProperties`
    Least(usize),
    /// `maxProperties`
    Most(usize),
    /// `required`
    Required(Vec<String>),
    /// `properties`
    Fields(Vec<(String, Schema)>),
    /// `patternProperties`
    Patterns(Vec<(Regex, Schema)>),
    /// `additionalProperties`: names and patterns that are known, and what all others must keep to.
    Others { names: Vec<String>, patterns: Vec<Regex>, schema: Option<Schema> },
    /// `dependencies`
    Dependencies(Vec<(String, Dependency)>),
}

/// What has to hold where a field is there.
#[derive(Debug)]
pub enum Dependency {
    /// Other fields are there too.
    Fields(Vec<String>),
    /// The document keeps to a schema.
    Schema(Schema),
}

impl ObjectRule {
    /// Reads the keyword if it is one of these.
    pub fn parse(keyword: &Keyword<'_>) -> Parsed<Option<Self>> {
        Ok(Some(match keyword.name {
            "minProperties" => Self::Least(keyword.size()?),
            "maxProperties" => Self::Most(keyword.size()?),
            "required" => Self::Required(keyword.names(keyword.value)?),
            "properties" => Self::Fields(each(keyword, |name, value| Ok((name.to_owned(), keyword.schema(value)?)))?),
            "patternProperties" => {
                Self::Patterns(each(keyword, |name, value| Ok((compile(name, "")?, keyword.schema(value)?)))?)
            }
            "additionalProperties" => match keyword.value {
                Bson::Boolean(true) => return Ok(None),
                Bson::Boolean(false) => others(keyword, None)?,
                schema @ Bson::Document(_) => others(keyword, Some(keyword.schema(schema)?))?,
                _ => return Err(mismatch(keyword.name, "an object or a boolean")),
            },
            "dependencies" => Self::Dependencies(each(keyword, |name, value| {
                let dependency = match value {
                    Bson::Array(_) => Dependency::Fields(keyword.names(value)?),
                    value => Dependency::Schema(keyword.schema(value)?),
                };
                Ok((name.to_owned(), dependency))
            })?),
            _ => return Ok(None),
        }))
    }

    /// True where a document keeps to it; `value` is the same once more.
    pub fn holds(&self, document: &Document, value: &Bson) -> bool {
        match self {
            Self::Least(count) => document.len() >= *count,
            Self::Most(count) => document.len() <= *count,
            Self::Required(names) => names.iter().all(|name| document.contains(name)),
            Self::Fields(fields) => {
                let keeps =
                    |(name, schema): &(String, Schema)| document.get(name).is_none_or(|value| schema.matches(value));
                fields.iter().all(keeps)
            }
            Self::Patterns(patterns) => document.iter().all(|(name, value)| {
                patterns.iter().all(|(pattern, schema)| !pattern.is_match(name) || schema.matches(value))
            }),
            Self::Others { names, patterns, schema } => document.iter().all(|(name, value)| {
                names.iter().any(|known| known == name)
                    || patterns.iter().any(|pattern| pattern.is_match(name))
                    || schema.as_ref().is_some_and(|schema| schema.matches(value))
            }),
            Self::Dependencies(dependencies) => {
                let holds = |dependency: &Dependency| match dependency {
                    Dependency::Fields(names) => names.iter().all(|name| document.contains(name)),
                    Dependency::Schema(schema) => schema.matches(value),
                };
                dependencies.iter().all(|(name, dependency)| !document.contains(name) || holds(dependency))
            }
        }
    }
}

/// Reads every field of a keyword that is a document.
fn each<T>(keyword: &Keyword<'_>, one: impl Fn(&str, &Bson) -> Parsed<T>) -> Parsed<Vec<T>> {
    let fields = keyword.value.as_document().ok_or_else(|| mismatch(keyword.name, "an object"))?;
    fields.iter().map(|(name, value)| one(name, value)).collect()
}

fn others(keyword: &Keyword<'_>, schema: Option<Schema>) -> Parsed<ObjectRule> {
    let names = |field: &str| keyword.all.get_document(field).into_iter().flat_map(Document::keys);
    let patterns = names("patternProperties").map(|pattern| compile(pattern, "")).collect::<Parsed<_>>()?;
    Ok(ObjectRule::Others { names: names("properties").map(str::to_owned).collect(), patterns, schema })
}
