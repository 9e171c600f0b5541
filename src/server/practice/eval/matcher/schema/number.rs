//! What a schema says about numbers.

use std::cmp::Ordering;

use super::parse::{Keyword, Parsed, failed, mismatch};
use crate::server::practice::eval::expression::is_multiple;
use crate::wire::bson::{Bson, compare};

/// One keyword about numbers.
#[derive(Debug)]
pub enum NumberRule {
    /// The limit, what a number may not be to it, and whether it may equal it.
    Limit { limit: Bson, beyond: Ordering, exclusive: bool },
    /// `multipleOf`
    Multiple(Bson),
}

impl NumberRule {
    /// Reads the keyword if it is one of these.
    pub fn parse(keyword: &Keyword<'_>) -> Parsed<Option<Self>> {
        let limit = |beyond: Ordering, flag: &str| {
            number(keyword)?;
            let exclusive = match keyword.all.get(flag) {
                None => false,
                Some(Bson::Boolean(exclusive)) => *exclusive,
                Some(_) => return Err(mismatch(flag, "a boolean")),
            };
            Ok(Some(Self::Limit { limit: keyword.value.clone(), beyond, exclusive }))
        };
        let needs = |other: &str| match keyword.all.contains(other) {
            true => Ok(None),
            false => Err(failed(format!("$jsonSchema keyword '{other}' must be present beside '{}'", keyword.name))),
        };
        match keyword.name {
            "maximum" => limit(Ordering::Greater, "exclusiveMaximum"),
            "minimum" => limit(Ordering::Less, "exclusiveMinimum"),
            "exclusiveMaximum" => needs("maximum"),
            "exclusiveMinimum" => needs("minimum"),
            "multipleOf" => {
                number(keyword)?;
                if keyword.value.as_f64().is_none_or(|unit| unit <= 0.0 || unit.is_nan()) {
                    return Err(failed("$jsonSchema keyword 'multipleOf' must be above 0"));
                }
                Ok(Some(Self::Multiple(keyword.value.clone())))
            }
            _ => Ok(None),
        }
    }

    /// True where a number keeps to it.
    pub fn holds(&self, value: &Bson) -> bool {
        match self {
            Self::Limit { limit, beyond, exclusive } => {
                let order = compare(value, limit);
                order != *beyond && !(*exclusive && order.is_eq())
            }
            Self::Multiple(unit) => is_multiple(value, unit),
        }
    }
}

fn number(keyword: &Keyword<'_>) -> Parsed<()> {
    if keyword.value.is_number() { Ok(()) } else { Err(mismatch(keyword.name, "a number")) }
}
