//! Comparisons, truth, and arrays as sets.

use std::cmp::Ordering;

use super::{Outcome, is_nullish, is_true};
use crate::server::practice::errors::CommandError;
use crate::wire::bson::{Bson, compare};

fn order(values: &[Bson]) -> Ordering {
    compare(&values[0], &values[1])
}

pub fn eq(values: &[Bson]) -> Outcome {
    Ok(order(values).is_eq().into())
}

pub fn ne(values: &[Bson]) -> Outcome {
    Ok(order(values).is_ne().into())
}

pub fn gt(values: &[Bson]) -> Outcome {
    Ok(order(values).is_gt().into())
}

pub fn gte(values: &[Bson]) -> Outcome {
    Ok(order(values).is_ge().into())
}

pub fn lt(values: &[Bson]) -> Outcome {
    Ok(order(values).is_lt().into())
}

pub fn lte(values: &[Bson]) -> Outcome {
    Ok(order(values).is_le().into())
}

pub fn cmp(values: &[Bson]) -> Outcome {
    Ok(Bson::Int32(order(values) as i32))
}

pub fn not(values: &[Bson]) -> Outcome {
    Ok((!is_true(&values[0])).into())
}

fn array<'a>(name: &str, number: i32, value: &'a Bson) -> Result<&'a [Bson], CommandError> {
    let text = || format!("All operands of {name} must be arrays. One argument is of type: {}", value.type_name());
    value.as_array().ok_or_else(|| CommandError::new(number, text()))
}

fn sorted(mut items: Vec<Bson>) -> Vec<Bson> {
    items.sort_by(compare);
    items.dedup_by(|later, earlier| compare(later, earlier).is_eq());
    items
}

fn has(items: &[Bson], wanted: &Bson) -> bool {
    items.binary_search_by(|item| compare(item, wanted)).is_ok()
}

pub fn union(values: &[Bson]) -> Outcome {
    if values.iter().any(is_nullish) {
        return Ok(Bson::Null);
    }
    let mut all = Vec::new();
    for value in values {
        all.extend_from_slice(array("$setUnion", 17043, value)?);
    }
    Ok(Bson::Array(sorted(all)))
}

pub fn intersection(values: &[Bson]) -> Outcome {
    if values.iter().any(is_nullish) {
        return Ok(Bson::Null);
    }
    let mut common: Option<Vec<Bson>> = None;
    for value in values {
        let items = sorted(array("$setIntersection", 17047, value)?.to_vec());
        common = Some(match common {
            None => items,
            Some(common) => common.into_iter().filter(|item| has(&items, item)).collect(),
        });
    }
    Ok(Bson::Array(common.unwrap_or_default()))
}

pub fn difference(values: &[Bson]) -> Outcome {
    if values.iter().any(is_nullish) {
        return Ok(Bson::Null);
    }
    let left = array("$setDifference", 17048, &values[0])?;
    let right = sorted(array("$setDifference", 17049, &values[1])?.to_vec());
    let mut kept: Vec<Bson> = Vec::new();
    for item in left.iter().filter(|item| !has(&right, item)) {
        if !kept.iter().any(|known| compare(known, item).is_eq()) {
            kept.push(item.clone());
        }
    }
    Ok(Bson::Array(kept))
}

pub fn equals(values: &[Bson]) -> Outcome {
    let sets = values.iter().map(|value| Ok(sorted(array("$setEquals", 17044, value)?.to_vec())));
    let sets = sets.collect::<Result<Vec<_>, CommandError>>()?;
    let same =
        |left: &Vec<Bson>, right: &Vec<Bson>| compare(&Bson::Array(left.clone()), &Bson::Array(right.clone())).is_eq();
    Ok(sets.windows(2).all(|pair| same(&pair[0], &pair[1])).into())
}

pub fn is_subset(values: &[Bson]) -> Outcome {
    let left = array("$setIsSubset", 17046, &values[0])?;
    let right = sorted(array("$setIsSubset", 17042, &values[1])?.to_vec());
    Ok(left.iter().all(|item| has(&right, item)).into())
}

pub fn any_true(values: &[Bson]) -> Outcome {
    Ok(array("$anyElementTrue", 17041, &values[0])?.iter().any(is_true).into())
}

pub fn all_true(values: &[Bson]) -> Outcome {
    Ok(array("$allElementsTrue", 17040, &values[0])?.iter().all(is_true).into())
}
