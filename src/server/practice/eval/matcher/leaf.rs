//! Tests of one value at one path.

use std::cmp::Ordering;

use regex::Regex;

use super::super::geo::{Near, Question};
use super::Element;
use super::types::TypeSet;
use crate::wire::bson::{Bson, canonical_type, compare};

/// One operator with its argument.
#[derive(Clone, Debug)]
pub enum Leaf {
    /// `$eq`, `$gt`, `$gte`, `$lt`, `$lte`: the orders that pass.
    Compare(Bson, &'static [Ordering]),
    /// `$in`
    In(Vec<Leaf>),
    /// `$exists`
    Exists(bool),
    /// `$type`
    Type(TypeSet),
    /// `$mod`: divisor and remainder.
    Mod(i64, i64),
    /// `$regex` and literals, with the literal for equality of stored expressions.
    Regex(Regex, Bson),
    /// `$size`
    Size(i64),
    /// `$all`
    All(Vec<Leaf>),
    /// `$elemMatch`
    ElementMatches(Box<Element>),
    /// `$bitsAllSet` and its kin: mask, whether all or any, whether set or clear.
    Bits { mask: u64, all: bool, set: bool },
    /// `$geoWithin`, `$geoIntersects`
    Geo(Question),
    /// `$near` and its kin, as a bound; the order is the query's.
    Near(Near),
}

pub const EQUAL: &[Ordering] = &[Ordering::Equal];

impl Leaf {
    /// True if any of the values at a path passes; arrays are tried whole and element by element.
    pub fn matches_any(&self, values: &[Option<&Bson>]) -> bool {
        match self {
            Self::Exists(wanted) => values.iter().any(Option::is_some) == *wanted,
            Self::All(leaves) => !leaves.is_empty() && leaves.iter().all(|leaf| leaf.matches_any(values)),
            Self::In(leaves) => leaves.iter().any(|leaf| leaf.matches_any(values)),
            Self::Near(near) => near.nearest(values).is_some(),
            _ => values.iter().any(|value| self.matches_value(*value)),
        }
    }

    fn matches_value(&self, value: Option<&Bson>) -> bool {
        let Some(value) = value else { return self.matches_missing() };
        match (self, value) {
            (Self::Size(size), Bson::Array(items)) => items.len() as i64 == *size,
            (Self::Size(_), _) => false,
            (Self::ElementMatches(element), Bson::Array(items)) => items.iter().any(|item| element.matches(item)),
            (Self::ElementMatches(_), _) => false,
            (Self::Type(types), Bson::Array(items)) => {
                types.contains(value) || items.iter().any(|item| types.contains(item))
            }
            (_, Bson::Array(items)) => self.matches_one(value) || items.iter().any(|item| self.matches_one(item)),
            _ => self.matches_one(value),
        }
    }

    /// A missing field is null to comparisons and nothing to all else.
    fn matches_missing(&self) -> bool {
        matches!(self, Self::Compare(Bson::Null, orders) if orders.contains(&Ordering::Equal))
    }

    fn matches_one(&self, value: &Bson) -> bool {
        match self {
            Self::Compare(wanted, orders) => compares(value, wanted, orders),
            Self::Type(types) => types.contains(value),
            Self::Geo(question) => question.matches(value),
            Self::Mod(divisor, remainder) => {
                is_finite(value) && value.as_i64().is_some_and(|n| n.checked_rem(*divisor) == Some(*remainder))
            }
            Self::Regex(regex, literal) => match value {
                Bson::String(text) | Bson::Symbol(text) => regex.is_match(text),
                Bson::Regex { .. } => value == literal,
                _ => false,
            },
            Self::Bits { mask, all, set } => bits_of(value).is_some_and(|bits| {
                let hit = if *set { bits & mask } else { !bits & mask };
                if *all { hit == *mask } else { hit != 0 }
            }),
            _ => false,
        }
    }
}

/// Values of other types than the wanted one's are in no order to it, but for the ends of the order.
fn compares(value: &Bson, wanted: &Bson, orders: &[Ordering]) -> bool {
    let same_type = canonical_type(value) == canonical_type(wanted);
    let to_an_end = matches!(wanted, Bson::MinKey | Bson::MaxKey);
    // NaN equals itself and is neither above nor below anything.
    let nan = |value: &Bson| value.as_f64().is_some_and(f64::is_nan);
    if nan(value) != nan(wanted) && value.is_number() && wanted.is_number() {
        return false;
    }
    (same_type || to_an_end) && orders.contains(&compare(value, wanted))
}

fn is_finite(value: &Bson) -> bool {
    value.as_f64().is_some_and(f64::is_finite)
}

fn bits_of(value: &Bson) -> Option<u64> {
    match value {
        Bson::Binary { bytes, .. } => {
            Some(bytes.iter().take(8).enumerate().fold(0, |bits, (at, byte)| bits | u64::from(*byte) << (8 * at)))
        }
        number => {
            let exact = number.as_f64().filter(|value| value.fract() == 0.0 && value.abs() < 9.3e18);
            exact.and(number.as_i64()).map(|value| value as u64)
        }
    }
}
