//! What a schema says about arrays.

use super::Schema;
use super::parse::{Keyword, Parsed, mismatch};
use crate::wire::bson::{Bson, compare};

/// One keyword about arrays.
#[derive(Debug)]
pub enum ArrayRule {
    /// `minItems`
    Least(usize),
    /// `maxItems`
    Most(usize),
    /// `uniqueItems: true`
    Unique,
    /// `items` with one schema for all.
    Each(Schema),
    /// `items` with one schema a place, and `additionalItems` for what stands behind.
    Places(Vec<Schema>, Rest),
}

/// What may stand behind the places that have a schema.
#[derive(Debug)]
pub enum Rest {
    /// Anything.
    Free,
    /// Nothing.
    None,
    /// What keeps to a schema.
    Keeps(Schema),
}

impl ArrayRule {
    /// Reads the keyword if it is one of these.
    pub fn parse(keyword: &Keyword<'_>) -> Parsed<Option<Self>> {
        Ok(Some(match (keyword.name, keyword.value) {
            ("minItems", _) => Self::Least(keyword.size()?),
            ("maxItems", _) => Self::Most(keyword.size()?),
            ("uniqueItems", Bson::Boolean(true)) => Self::Unique,
            ("uniqueItems", Bson::Boolean(false)) => Self::Least(0),
            ("uniqueItems", _) => return Err(mismatch(keyword.name, "a boolean")),
            ("items", Bson::Array(schemas)) => {
                let places = schemas.iter().map(|schema| keyword.schema(schema)).collect::<Parsed<_>>()?;
                Self::Places(places, rest(keyword)?)
            }
            ("items", schema) => Self::Each(keyword.schema(schema)?),
            ("additionalItems", _) => {
                // It counts beside places only, and is checked in any case.
                rest(keyword)?;
                return Ok(None);
            }
            _ => return Ok(None),
        }))
    }

    /// True where an array keeps to it.
    pub fn holds(&self, items: &[Bson]) -> bool {
        match self {
            Self::Least(length) => items.len() >= *length,
            Self::Most(length) => items.len() <= *length,
            Self::Unique => {
                let mut sorted: Vec<&Bson> = items.iter().collect();
                sorted.sort_by(|left, right| compare(left, right));
                sorted.windows(2).all(|pair| compare(pair[0], pair[1]).is_ne())
            }
            Self::Each(schema) => items.iter().all(|item| schema.matches(item)),
            Self::Places(places, rest) => {
                let behind = items.get(places.len()..).unwrap_or_default();
                places.iter().zip(items).all(|(schema, item)| schema.matches(item))
                    && match rest {
                        Rest::Free => true,
                        Rest::None => behind.is_empty(),
                        Rest::Keeps(schema) => behind.iter().all(|item| schema.matches(item)),
                    }
            }
        }
    }
}

fn rest(keyword: &Keyword<'_>) -> Parsed<Rest> {
    match keyword.all.get("additionalItems") {
        None | Some(Bson::Boolean(true)) => Ok(Rest::Free),
        Some(Bson::Boolean(false)) => Ok(Rest::None),
        Some(schema @ Bson::Document(_)) => keyword.schema(schema).map(Rest::Keeps),
        Some(_) => Err(mismatch("additionalItems", "an object or a boolean")),
    }
}
