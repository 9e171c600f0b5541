//! Dates in UTC and at fixed offsets.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::{Outcome, is_nullish};
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::Bson;

/// A date in a zone, or nothing for null.
fn civil(values: &[Bson]) -> Result<Option<DateTime>, CommandError> {
    let millis = match values.first() {
        Some(Bson::DateTime(millis)) => *millis,
        Some(Bson::Timestamp(time)) => i64::from(time.seconds) * 1000,
        Some(Bson::ObjectId([a, b, c, d, ..])) => i64::from(u32::from_be_bytes([*a, *b, *c, *d])) * 1000,
        Some(value) if is_nullish(value) => return Ok(None),
        Some(value) => {
            let text = format!("can't convert from BSON type {} to Date", value.type_name());
            return Err(CommandError::new(16006, text));
        }
        None => return Ok(None),
    };
    let timestamp = Timestamp::from_millisecond(millis).map_err(|_| out_of_range())?;
    match zone(values.get(1))? {
        Some(offset) => Ok(Some(offset.to_datetime(timestamp))),
        None => Ok(None),
    }
}

fn out_of_range() -> CommandError {
    CommandError::new(18537, "the date is out of the range that this server can take apart")
}

/// `UTC`, `GMT`, `+02`, `-0530`, `+05:45`; nothing for null.
fn zone(value: Option<&Bson>) -> Result<Option<TimeZone>, CommandError> {
    let unknown = |name: &str| CommandError::new(40485, format!("unrecognized time zone identifier: \"{name}\""));
    match value {
        None | Some(Bson::Undefined) => Ok(Some(TimeZone::UTC)),
        Some(Bson::Null) => Ok(None),
        Some(Bson::String(name)) if matches!(name.as_str(), "UTC" | "GMT" | "Z") => Ok(Some(TimeZone::UTC)),
        Some(Bson::String(name)) => {
            let digits: String = name.chars().filter(char::is_ascii_digit).collect();
            let sign = if name.starts_with('-') { -1 } else { 1 };
            if !name.starts_with(['+', '-']) || !matches!(digits.len(), 2 | 4) {
                return Err(unknown(name));
            }
            let part = |from: usize| digits.get(from..from + 2).and_then(|part| part.parse::<i32>().ok()).unwrap_or(0);
            let offset = Offset::from_seconds(sign * (part(0) * 3600 + part(2) * 60)).map_err(|_| unknown(name))?;
            Ok(Some(TimeZone::fixed(offset)))
        }
        Some(other) => {
            Err(CommandError::new(40517, format!("timezone must evaluate to a string, found {}", other.type_name())))
        }
    }
}

fn part(values: &[Bson], take: fn(DateTime) -> i32) -> Outcome {
    let values = match values {
        // `{$year: ["$d"]}` is the same as `{$year: "$d"}`.
        [Bson::Array(one)] if one.len() == 1 => one.as_slice(),
        other => other,
    };
    Ok(civil(values)?.map_or(Bson::Null, |date| Bson::Int32(take(date))))
}

pub fn year(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.year()))
}

pub fn month(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.month()))
}

pub fn day_of_month(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.day()))
}

pub fn day_of_week(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.weekday().to_sunday_one_offset()))
}

pub fn day_of_year(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.day_of_year()))
}

pub fn hour(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.hour()))
}

pub fn minute(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.minute()))
}

pub fn second(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.second()))
}

pub fn millisecond(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.millisecond()))
}

/// ISO 8601 with milliseconds.
pub fn iso(millis: i64) -> String {
    let format = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let text = Timestamp::from_millisecond(millis).map(format).unwrap_or_else(|_| millis.to_string());
    format!("{text}.{:03}Z", millis.rem_euclid(1000))
}

pub fn to_text(values: &[Bson]) -> Outcome {
    let dates = [values.first().cloned().unwrap_or(Bson::Null), values.get(2).cloned().unwrap_or(Bson::Undefined)];
    let Some(date) = civil(&dates)? else {
        return Ok(values.get(3).filter(|value| **value != Bson::Undefined).cloned().unwrap_or(Bson::Null));
    };
    let format = match values.get(1) {
        None | Some(Bson::Undefined) => "%Y-%m-%dT%H:%M:%S.%LZ",
        Some(Bson::Null) => return Ok(Bson::Null),
        Some(Bson::String(format)) => format,
        Some(_) => return Err(CommandError::new(18533, "$dateToString requires that 'format' be a string")),
    };
    formatted(date, format).map(Bson::String)
}

fn formatted(date: DateTime, format: &str) -> Result<String, CommandError> {
    let mut text = String::new();
    let mut rest = format.chars();
    while let Some(c) = rest.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        match rest.next() {
            Some('Y') => text.push_str(&format!("{:04}", date.year())),
            Some('m') => text.push_str(&format!("{:02}", date.month())),
            Some('d') => text.push_str(&format!("{:02}", date.day())),
            Some('H') => text.push_str(&format!("{:02}", date.hour())),
            Some('M') => text.push_str(&format!("{:02}", date.minute())),
            Some('S') => text.push_str(&format!("{:02}", date.second())),
            Some('L') => text.push_str(&format!("{:03}", date.millisecond())),
            Some('j') => text.push_str(&format!("{:03}", date.day_of_year())),
            Some('w') => text.push_str(&date.weekday().to_sunday_one_offset().to_string()),
            Some('u') => text.push_str(&date.weekday().to_monday_one_offset().to_string()),
            Some('z') => text.push_str("+0000"),
            Some('%') => text.push('%'),
            _ => return Err(CommandError::new(18536, format!("Invalid format character in format string '{format}'"))),
        }
    }
    Ok(text)
}

pub fn from_parts(values: &[Bson]) -> Outcome {
    const DEFAULTS: [i64; 7] = [1970, 1, 1, 0, 0, 0, 0];
    if matches!(values.first(), None | Some(Bson::Undefined)) {
        return Err(CommandError::new(40516, "$dateFromParts requires either 'year' or 'isoWeekYear' to be present"));
    }
    let mut parts = DEFAULTS;
    for (at, part) in parts.iter_mut().enumerate() {
        match values.get(at) {
            None | Some(Bson::Undefined) => {}
            Some(Bson::Null) => return Ok(Bson::Null),
            Some(value) => {
                let exact = value.as_f64().filter(|value| value.fract() == 0.0 && value.abs() <= 32_767.0);
                *part = exact
                    .ok_or_else(|| CommandError::new(40515, "$dateFromParts needs whole numbers of 16 bits"))?
                    as i64;
            }
        }
    }
    let [year, month, day, hour, minute, second, milli] = parts;
    if !(1..=9999).contains(&year) {
        return Err(CommandError::new(
            40523,
            "$dateFromParts requires 'year' to evaluate to an integer in the range 1 to 9999",
        ));
    }
    // Months and days out of their range carry over.
    let months = year * 12 + month - 1;
    let first = DateTime::new(months.div_euclid(12) as i16, months.rem_euclid(12) as i8 + 1, 1, 0, 0, 0, 0);
    let first = first.and_then(|date| TimeZone::UTC.to_timestamp(date)).map_err(|_| out_of_range())?;
    let rest = (((day - 1) * 24 + hour) * 60 + minute) * 60 + second;
    Ok(Bson::DateTime(first.as_millisecond() + rest * 1000 + milli))
}

/// Reads the forms of ISO 8601.
pub fn parse(text: &str) -> Outcome {
    let stamp = text.parse::<Timestamp>().ok();
    let civil =
        || text.trim_end_matches('Z').parse::<DateTime>().ok().and_then(|date| TimeZone::UTC.to_timestamp(date).ok());
    let wrong = || CommandError::new(code::CONVERSION_FAILURE, format!("Error parsing date string '{text}'"));
    stamp.or_else(civil).map(|time| Bson::DateTime(time.as_millisecond())).ok_or_else(wrong)
}

pub fn from_text(values: &[Bson]) -> Outcome {
    let given = |at: usize| values.get(at).filter(|value| **value != Bson::Undefined).cloned();
    match values.first() {
        Some(Bson::String(text)) => parse(text).or_else(|error| given(3).ok_or(error)),
        Some(value) if is_nullish(value) => Ok(given(4).unwrap_or(Bson::Null)),
        _ => given(3).ok_or_else(|| {
            CommandError::new(code::CONVERSION_FAILURE, "$dateFromString requires that 'dateString' be a string")
        }),
    }
}
