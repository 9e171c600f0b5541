//! Arrays, and documents as arrays.

use super::{LARGEST, Outcome, is_nullish, present};
use crate::doc;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::{Bson, Document, compare};

fn array<'a>(name: &str, number: i32, value: &'a Bson) -> Result<&'a [Bson], CommandError> {
    let text = || format!("The argument to {name} must be an array, but was of type: {}", value.type_name());
    value.as_array().ok_or_else(|| CommandError::new(number, text()))
}

fn whole(name: &str, number: i32, value: &Bson) -> Result<i64, CommandError> {
    let exact = value.as_f64().filter(|value| value.fract() == 0.0 && value.abs() <= f64::from(i32::MAX));
    exact
        .map(|value| value as i64)
        .ok_or_else(|| CommandError::new(number, format!("{name} needs a 32-bit integer here")))
}

pub fn size(values: &[Bson]) -> Outcome {
    Ok(Bson::Int32(array("$size", 17124, &values[0])?.len() as i32))
}

pub fn is_array(values: &[Bson]) -> Outcome {
    Ok(values[0].as_array().is_some().into())
}

pub fn element_at(values: &[Bson]) -> Outcome {
    if values.iter().any(is_nullish) {
        return Ok(Bson::Null);
    }
    let items = array("$arrayElemAt", 28689, &values[0])?;
    let at = whole("$arrayElemAt", 28691, &values[1])?;
    let at = if at < 0 { items.len() as i64 + at } else { at };
    Ok(usize::try_from(at).ok().and_then(|at| items.get(at)).cloned().unwrap_or(Bson::Undefined))
}

pub fn first(values: &[Bson]) -> Outcome {
    element_at(&[values[0].clone(), Bson::Int32(0)])
}

pub fn last(values: &[Bson]) -> Outcome {
    element_at(&[values[0].clone(), Bson::Int32(-1)])
}

pub fn concat(values: &[Bson]) -> Outcome {
    if values.iter().any(is_nullish) {
        return Ok(Bson::Null);
    }
    let mut all = Vec::new();
    for value in values {
        let text = || format!("$concatArrays only supports arrays, not {}", value.type_name());
        all.extend_from_slice(value.as_array().ok_or_else(|| CommandError::new(28664, text()))?);
    }
    Ok(Bson::Array(all))
}

pub fn slice(values: &[Bson]) -> Outcome {
    if values.iter().any(is_nullish) {
        return Ok(Bson::Null);
    }
    let items = array("$slice", 28724, &values[0])?;
    let length = items.len() as i64;
    let from_end = |at: i64| if at < 0 { (length + at).max(0) } else { at.min(length) };
    let first = whole("$slice", 28725, &values[1])?;
    let (start, end) = match values.get(2) {
        None if first >= 0 => (0, first.min(length)),
        None => (from_end(first), length),
        Some(count) => {
            let count = whole("$slice", 28727, count)?;
            if count <= 0 {
                return Err(CommandError::new(28729, format!("Third argument to $slice must be positive: {count}")));
            }
            (from_end(first), (from_end(first) + count).min(length))
        }
    };
    Ok(Bson::Array(items[start as usize..end as usize].to_vec()))
}

pub fn contains(values: &[Bson]) -> Outcome {
    let text = || format!("$in requires an array as a second argument, found: {}", values[1].type_name());
    let items = values[1].as_array().ok_or_else(|| CommandError::new(40081, text()))?;
    Ok(items.iter().any(|item| compare(item, &values[0]).is_eq()).into())
}

pub fn index_of(values: &[Bson]) -> Outcome {
    if is_nullish(&values[0]) {
        return Ok(Bson::Null);
    }
    let items = array("$indexOfArray", 40090, &values[0])?;
    let bound = |at: usize, default: usize| match values.get(at) {
        None => Ok(default),
        Some(value) => usize::try_from(whole("$indexOfArray", 40096, value)?)
            .map_err(|_| CommandError::new(40097, "$indexOfArray requires a nonnegative index")),
    };
    let (start, end) = (bound(2, 0)?, bound(3, items.len())?.min(items.len()));
    let found = (start..end).find(|&at| compare(&items[at], &values[1]).is_eq());
    Ok(Bson::Int32(found.map_or(-1, |at| at as i32)))
}

pub fn range(values: &[Bson]) -> Outcome {
    let (start, end) = (whole("$range", 34444, &values[0])?, whole("$range", 34446, &values[1])?);
    let step = values.get(2).map_or(Ok(1), |step| whole("$range", 34448, step))?;
    if step == 0 {
        return Err(CommandError::new(34449, "$range requires a non-zero step value"));
    }
    let count = ((end - start) as f64 / step as f64).ceil().max(0.0) as usize;
    if count > LARGEST {
        return Err(CommandError::new(146, "$range would use too much memory"));
    }
    Ok(Bson::Array((0..count as i64).map(|at| Bson::Int32((start + at * step) as i32)).collect()))
}

pub fn reverse(values: &[Bson]) -> Outcome {
    if is_nullish(&values[0]) {
        return Ok(Bson::Null);
    }
    Ok(Bson::Array(array("$reverseArray", 34435, &values[0])?.iter().rev().cloned().collect()))
}

pub fn zip(values: &[Bson]) -> Outcome {
    let inputs = array("$zip", 34461, &values[0])?;
    if inputs.iter().any(is_nullish) {
        return Ok(Bson::Null);
    }
    let inputs = inputs.iter().map(|input| array("$zip", 34468, input)).collect::<Result<Vec<_>, _>>()?;
    let longest = values.get(1).is_some_and(|flag| flag.as_flag() == Some(true));
    let defaults = match values.get(2).filter(|defaults| !is_nullish(defaults)) {
        None => &[],
        Some(_) if !longest => {
            return Err(CommandError::new(34466, "cannot specify defaults unless useLongestLength is true"));
        }
        Some(defaults) => array("$zip", 34462, defaults)?,
    };
    if !defaults.is_empty() && defaults.len() != inputs.len() {
        return Err(CommandError::new(34467, "defaults and inputs must have the same length"));
    }
    let lengths = inputs.iter().map(|input| input.len());
    let length = if longest { lengths.max() } else { lengths.min() }.unwrap_or(0);
    // Rows times columns: an empty array beside a long one still makes a full column.
    if length.saturating_mul(inputs.len()) > LARGEST {
        return Err(CommandError::new(146, "$zip would use too much memory"));
    }
    let cell = |(column, input): (usize, &&[Bson]), at: usize| {
        input.get(at).or_else(|| defaults.get(column)).cloned().unwrap_or(Bson::Null)
    };
    let row = |at: usize| Bson::Array(inputs.iter().enumerate().map(|column| cell(column, at)).collect());
    Ok(Bson::Array((0..length).map(row).collect()))
}

pub fn from_object(values: &[Bson]) -> Outcome {
    match &values[0] {
        value if is_nullish(value) => Ok(Bson::Null),
        Bson::Document(document) => {
            Ok(Bson::Array(document.iter().map(|(key, value)| doc! { "k": key, "v": value }.into()).collect()))
        }
        value => {
            let text = format!("$objectToArray requires a document input, found: {}", value.type_name());
            Err(CommandError::new(40390, text))
        }
    }
}

pub fn to_object(values: &[Bson]) -> Outcome {
    if is_nullish(&values[0]) {
        return Ok(Bson::Null);
    }
    let mut object = Document::new();
    for item in array("$arrayToObject", 40386, &values[0])? {
        let (key, value) = match item {
            Bson::Array(pair) if pair.len() == 2 => (pair[0].as_str(), Some(&pair[1])),
            Bson::Document(pair) if pair.len() == 2 => (pair.get_str("k"), pair.get("v")),
            _ => (None, None),
        };
        let text = "$arrayToObject needs pairs [key, value] or {k: key, v: value} with string keys";
        let (Some(key), Some(value)) = (key, value) else { return Err(CommandError::new(40392, text)) };
        object.set(key, present(value.clone()));
    }
    Ok(object.into())
}

pub fn merge_objects(values: &[Bson]) -> Outcome {
    let mut merged = Document::new();
    let spread = match values {
        [Bson::Array(items)] => items.as_slice(),
        _ => values,
    };
    for value in spread.iter().filter(|value| !is_nullish(value)) {
        let text = || format!("$mergeObjects requires object inputs, but input is of type {}", value.type_name());
        let document = value.as_document().ok_or_else(|| CommandError::new(40400, text()))?;
        document.iter().for_each(|(key, value)| merged.set(key, value));
    }
    Ok(merged.into())
}
