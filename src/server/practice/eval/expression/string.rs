//! Texts, by bytes and by code points.

use super::convert::to_text;
use super::{Outcome, is_nullish};
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

fn text<'a>(name: &str, number: i32, value: &'a Bson) -> Result<&'a str, CommandError> {
    let words = || format!("{name} requires a string argument, found: {}", value.type_name());
    value.as_str().ok_or_else(|| CommandError::new(number, words()))
}

fn index(name: &str, value: &Bson) -> Result<i64, CommandError> {
    let exact = value.as_f64().filter(|value| value.is_finite());
    exact
        .map(|value| value as i64)
        .ok_or_else(|| CommandError::new(16035, format!("{name} needs numbers for positions")))
}

pub fn concat(values: &[Bson]) -> Outcome {
    if values.iter().any(is_nullish) {
        return Ok(Bson::Null);
    }
    let words = |value: &Bson| format!("$concat only supports strings, not {}", value.type_name());
    let parts = values.iter().map(|value| value.as_str().ok_or_else(|| CommandError::new(16702, words(value))));
    Ok(Bson::String(parts.collect::<Result<String, _>>()?))
}

pub fn to_upper(values: &[Bson]) -> Outcome {
    Ok(Bson::String(to_text(&values[0])?.to_ascii_uppercase()))
}

pub fn to_lower(values: &[Bson]) -> Outcome {
    Ok(Bson::String(to_text(&values[0])?.to_ascii_lowercase()))
}

pub fn substring_bytes(values: &[Bson]) -> Outcome {
    let source = to_text(&values[0])?;
    let (start, length) = (index("$substrBytes", &values[1])?, index("$substrBytes", &values[2])?);
    if start < 0 {
        return Err(CommandError::new(50752, "$substrBytes: starting index must be non-negative"));
    }
    let start = (start as usize).min(source.len());
    let end = if length < 0 { source.len() } else { start.saturating_add(length as usize).min(source.len()) };
    match source.get(start..end) {
        Some(part) => Ok(Bson::String(part.to_owned())),
        None => Err(CommandError::new(
            28656,
            "$substrBytes: Invalid range, starting or ending in the middle of a UTF-8 character.",
        )),
    }
}

pub fn substring_points(values: &[Bson]) -> Outcome {
    let source = to_text(&values[0])?;
    let (start, length) = (index("$substrCP", &values[1])?, index("$substrCP", &values[2])?);
    let (Ok(start), Ok(length)) = (usize::try_from(start), usize::try_from(length)) else {
        return Err(CommandError::new(34455, "$substrCP needs positions and lengths from 0 up"));
    };
    Ok(Bson::String(source.chars().skip(start).take(length).collect()))
}

pub fn length_bytes(values: &[Bson]) -> Outcome {
    Ok(Bson::Int32(text("$strLenBytes", 34473, &values[0])?.len() as i32))
}

pub fn length_points(values: &[Bson]) -> Outcome {
    Ok(Bson::Int32(text("$strLenCP", 34471, &values[0])?.chars().count() as i32))
}

pub fn split(values: &[Bson]) -> Outcome {
    if values.iter().any(is_nullish) {
        return Ok(Bson::Null);
    }
    let (source, separator) = (text("$split", 40085, &values[0])?, text("$split", 40086, &values[1])?);
    if separator.is_empty() {
        return Err(CommandError::new(40087, "$split requires a non-empty separator"));
    }
    Ok(Bson::Array(source.split(separator).map(Bson::from).collect()))
}

/// The part of a text between two optional positions, and where it starts.
fn window(name: &str, values: &[Bson], length: usize) -> Result<Option<(usize, usize)>, CommandError> {
    let bound = |at: usize, default: usize| match values.get(at) {
        None => Ok(default),
        Some(value) => usize::try_from(index(name, value)?)
            .map_err(|_| CommandError::new(40097, format!("{name} requires nonnegative positions"))),
    };
    let (start, end) = (bound(2, 0)?, bound(3, length)?.min(length));
    Ok((start <= end).then_some((start, end)))
}

pub fn index_of_bytes(values: &[Bson]) -> Outcome {
    if is_nullish(&values[0]) {
        return Ok(Bson::Null);
    }
    let (source, wanted) = (text("$indexOfBytes", 40091, &values[0])?, text("$indexOfBytes", 40092, &values[1])?);
    let found = window("$indexOfBytes", values, source.len())?.and_then(|(start, end)| {
        let part = source.as_bytes().get(start..end)?;
        let at = if wanted.is_empty() {
            Some(0)
        } else {
            part.windows(wanted.len()).position(|one| one == wanted.as_bytes())
        };
        Some(at? + start)
    });
    Ok(Bson::Int32(found.map_or(-1, |at| at as i32)))
}

pub fn index_of_points(values: &[Bson]) -> Outcome {
    if is_nullish(&values[0]) {
        return Ok(Bson::Null);
    }
    let (source, wanted) = (text("$indexOfCP", 40093, &values[0])?, text("$indexOfCP", 40094, &values[1])?);
    let points: Vec<char> = source.chars().collect();
    let wanted: Vec<char> = wanted.chars().collect();
    let found = window("$indexOfCP", values, points.len())?.and_then(|(start, end)| {
        let part = points.get(start..end)?;
        let at = if wanted.is_empty() { Some(0) } else { part.windows(wanted.len()).position(|one| one == wanted) };
        Some(at? + start)
    });
    Ok(Bson::Int32(found.map_or(-1, |at| at as i32)))
}

pub fn compare_ignoring_case(values: &[Bson]) -> Outcome {
    let folded = |value: &Bson| Ok::<_, CommandError>(to_text(value)?.to_ascii_uppercase());
    Ok(Bson::Int32(folded(&values[0])?.cmp(&folded(&values[1])?) as i32))
}

fn trimmed(values: &[Bson], start: bool, end: bool) -> Outcome {
    if is_nullish(&values[0]) {
        return Ok(Bson::Null);
    }
    let mut source = text("$trim", 50699, &values[0])?;
    let chars: Option<Vec<char>> = match values.get(1) {
        None | Some(Bson::Undefined) => None,
        Some(Bson::Null) => return Ok(Bson::Null),
        Some(chars) => Some(text("$trim", 50700, chars)?.chars().collect()),
    };
    let goes = |c: char| chars.as_ref().map_or(c.is_whitespace() || c == '\0', |chars| chars.contains(&c));
    if start {
        source = source.trim_start_matches(goes);
    }
    if end {
        source = source.trim_end_matches(goes);
    }
    Ok(Bson::String(source.to_owned()))
}

pub fn trim(values: &[Bson]) -> Outcome {
    trimmed(values, true, true)
}

pub fn trim_start(values: &[Bson]) -> Outcome {
    trimmed(values, true, false)
}

pub fn trim_end(values: &[Bson]) -> Outcome {
    trimmed(values, false, true)
}
