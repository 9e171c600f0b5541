//! Dates from texts.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;

use super::format::MONTHS;
use super::zone::{named, zone};
use super::{DAY, Outcome, given, instant, is_nullish, out_of_range};
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::Bson;

fn failed(text: &str, why: &str) -> CommandError {
    let text: String = text.chars().take(100).collect();
    CommandError::new(code::CONVERSION_FAILURE, format!("Error parsing date string '{text}'; {why}"))
}

/// Reads the forms of ISO 8601; without a distance from UTC it is UTC.
///
/// # Errors
/// 241 for any other text.
pub fn parse(text: &str) -> Outcome {
    let free = free_form(text).ok_or_else(|| failed(text, "it is no date"))?;
    Ok(Bson::DateTime(free.0))
}

/// Milliseconds and whether the text said how far from UTC it is.
fn free_form(text: &str) -> Option<(i64, bool)> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some((time.as_millisecond(), true));
    }
    let date = text.trim_end_matches('Z').parse::<DateTime>().ok()?;
    Some((TimeZone::UTC.to_timestamp(date).ok()?.as_millisecond(), text.ends_with('Z')))
}

/// `$dateFromString`: dateString, format, timezone, onError, onNull.
pub fn from_text(values: &[Bson]) -> Outcome {
    let text = match values.first() {
        None => return Ok(Bson::Null),
        Some(value) if is_nullish(value) => return Ok(given(values, 4).cloned().unwrap_or(Bson::Null)),
        Some(value) => value.as_str().ok_or_else(|| {
            let text = format!("$dateFromString requires that 'dateString' be a string, found: {}", value.type_name());
            CommandError::new(code::CONVERSION_FAILURE, text)
        }),
    };
    let format = match given(values, 1) {
        None => None,
        Some(Bson::Null) => return Ok(Bson::Null),
        Some(Bson::String(format)) => Some(format.as_str()),
        Some(_) => return Err(CommandError::new(40684, "$dateFromString requires that 'format' be a string")),
    };
    let Some(zone) = zone(given(values, 2))? else { return Ok(Bson::Null) };
    let read = |text: &str| match format {
        Some(format) => by_format(text, format, &zone, given(values, 2).is_some()),
        None => without_format(text, &zone, given(values, 2).is_some()),
    };
    match (text.and_then(read), given(values, 3)) {
        (Ok(millis), _) => Ok(Bson::DateTime(millis)),
        (Err(error), Some(instead)) if error.code == code::CONVERSION_FAILURE => Ok(instead.clone()),
        (Err(error), _) => Err(error),
    }
}

fn without_format(text: &str, zone: &TimeZone, zone_given: bool) -> Result<i64, CommandError> {
    match free_form(text) {
        None => Err(failed(text, "it is no date")),
        Some((_, true)) if zone_given => Err(failed(text, "it has a time zone of its own")),
        Some((millis, true)) => Ok(millis),
        Some((local, false)) => instant(local, zone),
    }
}

/// What a text said, letter by letter of its format.
#[derive(Debug, Default)]
struct Read {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    iso: [Option<i64>; 3],
    /// Milliseconds since midnight.
    clock: i64,
    zone: Option<TimeZone>,
}

fn by_format(text: &str, format: &str, zone: &TimeZone, zone_given: bool) -> Result<i64, CommandError> {
    let mut read = Read::default();
    let mut rest = text;
    let mut letters = format.chars();
    while let Some(c) = letters.next() {
        if c == '%' {
            rest = read.letter(letters.next(), rest, text)?;
        } else {
            rest = rest.strip_prefix(c).ok_or_else(|| failed(text, "it does not fit the format"))?;
        }
    }
    if !rest.is_empty() {
        return Err(failed(text, "there is more than the format has"));
    }
    if zone_given && read.zone.is_some() {
        return Err(failed(text, "it has a time zone of its own"));
    }
    let day = read.midnight().ok_or_else(|| failed(text, "it is no whole date"))?;
    instant(day + read.clock, read.zone.as_ref().unwrap_or(zone))
}

/// Up to `most` digits.
fn digits<'a>(rest: &'a str, most: usize, text: &str) -> Result<(i64, &'a str), CommandError> {
    let length = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let number = rest[..length].parse().map_err(|_| failed(text, "it does not fit the format"))?;
    Ok((number, &rest[length..]))
}

impl Read {
    fn letter<'a>(&mut self, letter: Option<char>, rest: &'a str, text: &str) -> Result<&'a str, CommandError> {
        let most = match letter {
            Some('Y' | 'G') => 4,
            Some('j' | 'L') => 3,
            Some('u') => 1,
            Some('m' | 'd' | 'H' | 'M' | 'S' | 'V') => 2,
            Some('%') => return rest.strip_prefix('%').ok_or_else(|| failed(text, "it does not fit the format")),
            Some('b' | 'B') => return self.month_name(rest, text),
            Some('z' | 'Z') => return self.distance(letter == Some('Z'), rest, text),
            _ => return Err(CommandError::new(18536, "Invalid format character in format string")),
        };
        let (number, rest) = digits(rest, most, text)?;
        let clock = |most: i64, unit: i64| match number {
            number if number <= most => Ok(number * unit),
            _ => Err(failed(text, "a number is too large")),
        };
        match letter {
            Some('Y') => self.year = Some(number),
            Some('m') => self.month = Some(number),
            Some('d') => self.day = Some(number),
            Some('j') => self.day_of_year = Some(number),
            Some('G') => self.iso[0] = Some(number),
            Some('V') => self.iso[1] = Some(number),
            Some('u') => self.iso[2] = Some(number),
            Some('H') => self.clock += clock(23, 3_600_000)?,
            Some('M') => self.clock += clock(59, 60_000)?,
            Some('S') => self.clock += clock(59, 1000)?,
            _ => self.clock += number,
        }
        Ok(rest)
    }

    fn month_name<'a>(&mut self, rest: &'a str, text: &str) -> Result<&'a str, CommandError> {
        let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let name = rest[..length].to_ascii_lowercase();
        let fits = |month: &&str| {
            let month = month.to_ascii_lowercase();
            name == month || (name.len() == 3 && month.starts_with(&name))
        };
        let at = MONTHS.iter().position(fits);
        self.month = Some(at.ok_or_else(|| failed(text, "it has no month"))? as i64 + 1);
        Ok(&rest[length..])
    }

    /// `+0530`, `+05:30`, `Europe/Berlin`; or minutes alone.
    fn distance<'a>(&mut self, minutes: bool, rest: &'a str, text: &str) -> Result<&'a str, CommandError> {
        let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | ':' | '/' | '_');
        let length = rest.find(|c| !inside(c)).unwrap_or(rest.len());
        let word = &rest[..length];
        let zone = if minutes {
            let seconds = word.parse::<i32>().ok().and_then(|minutes| minutes.checked_mul(60));
            seconds.and_then(|seconds| jiff::tz::Offset::from_seconds(seconds).ok()).map(TimeZone::fixed)
        } else {
            named(word)
        };
        self.zone = Some(zone.ok_or_else(|| failed(text, "it has no time zone"))?);
        Ok(&rest[length..])
    }

    /// Milliseconds from 1970 to the start of the day.
    fn midnight(&self) -> Option<i64> {
        let date = match (self.year, self.month, self.day, self.day_of_year, self.iso) {
            (Some(year), Some(month), Some(day), ..) => Date::new(year as i16, month as i8, day as i8).ok()?,
            (Some(year), None, None, Some(day), _) => {
                let first = Date::new(year as i16, 1, 1).ok()?;
                let within = (1..=i64::from(first.days_in_year())).contains(&day);
                return within.then(|| millis(first)).flatten().map(|start| start + (day - 1) * DAY);
            }
            (.., [Some(year), Some(week), Some(day)]) => {
                let weekday = Weekday::from_monday_one_offset(day as i8).ok()?;
                ISOWeekDate::new(year as i16, week as i8, weekday).ok()?.date()
            }
            _ => return None,
        };
        millis(date)
    }
}

fn millis(date: Date) -> Option<i64> {
    let time = TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_err(|_| out_of_range());
    time.ok().map(|time| time.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bson;
    use crate::server::practice::eval::expression::date::iso;

    fn read(text: &str, format: Option<&str>, zone: Option<&str>) -> Result<String, i32> {
        let optional = |text: Option<&str>| text.map_or(Bson::Undefined, Bson::from);
        match from_text(&[bson!(text), optional(format), optional(zone)]) {
            Ok(Bson::DateTime(millis)) => Ok(iso(millis)),
            Ok(other) => Ok(format!("{other:?}")),
            Err(error) => Err(error.code),
        }
    }

    #[test]
    fn formats_say_where_the_numbers_are() {
        let dated = |text: &str, format: &str| read(text, Some(format), None).map(|text| text[..16].to_owned());
        assert_eq!(dated("15.08.2019", "%d.%m.%Y").unwrap(), "2019-08-15T00:00");
        assert_eq!(dated("2024-060 12:30", "%Y-%j %H:%M").unwrap(), "2024-02-29T12:30");
        assert_eq!(dated("5/53 of 2020", "%u/%V of %G").unwrap(), "2021-01-01T00:00");
        assert_eq!(dated("4 Jul 2018 +0530", "%d %b %Y %z").unwrap(), "2018-07-03T18:30");
        for (text, format) in [("2019", "%Y"), ("2019-13-01", "%Y-%m-%d"), ("1", "%Y%m%d"), ("ü", "%Y"), ("", "%d")] {
            assert_eq!(read(text, Some(format), None), Err(241), "{text} {format}");
        }
        assert_eq!(read("2019", Some("%q"), None), Err(18536));
    }

    #[test]
    fn a_zone_counts_where_the_text_has_none() {
        assert_eq!(read("2024-07-01", None, Some("Europe/Berlin")).unwrap(), "2024-06-30T22:00:00.000Z");
        assert_eq!(read("2024-07-01T00:00:00Z", None, Some("Europe/Berlin")), Err(241));
        assert_eq!(read("2020-13-45", None, None), Err(241));
    }

    #[test]
    fn on_error_stands_in_for_what_is_no_date() {
        let values = [bson!("never"), Bson::Undefined, Bson::Undefined, bson!("bad")];
        assert_eq!(from_text(&values).unwrap(), bson!("bad"));
        assert_eq!(from_text(&[bson!(5)]).unwrap_err().code, 241);
    }
}
