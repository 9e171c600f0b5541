//! Dates as texts.

use std::fmt::Write;

use jiff::Timestamp;

use super::parts::week_of_year;
use super::{Moment, Outcome, given, moment};
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// What an expression without a format gets, in UTC.
const ISO: &str = "%Y-%m-%dT%H:%M:%S.%LZ";
/// The same in a zone of the expression's own.
const ISO_LOCAL: &str = "%Y-%m-%dT%H:%M:%S.%L%z";

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// ISO 8601 with milliseconds.
pub fn iso(millis: i64) -> String {
    let format = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let text = Timestamp::from_millisecond(millis).map(format).unwrap_or_else(|_| millis.to_string());
    format!("{text}.{:03}Z", millis.rem_euclid(1000))
}

/// `$dateToString`: date, format, timezone, onNull.
pub fn to_text(values: &[Bson]) -> Outcome {
    let Some(date) = moment(values.first(), values.get(2), 16006)? else {
        return Ok(given(values, 3).cloned().unwrap_or(Bson::Null));
    };
    let format = match given(values, 1) {
        None if given(values, 2).is_some_and(|zone| zone.as_str() != Some("UTC")) => ISO_LOCAL,
        None => ISO,
        Some(Bson::Null) => return Ok(Bson::Null),
        Some(Bson::String(format)) => format,
        Some(_) => return Err(CommandError::new(18533, "$dateToString requires that 'format' be a string")),
    };
    formatted(&date, format).map(Bson::String)
}

fn formatted(date: &Moment, format: &str) -> Result<String, CommandError> {
    if !(0..=9999).contains(&date.local.year()) {
        return Err(super::out_of_range());
    }
    let mut text = String::new();
    let mut rest = format.chars();
    while let Some(c) = rest.next() {
        match c {
            '%' => letter(&mut text, date, rest.next())?,
            other => text.push(other),
        }
    }
    Ok(text)
}

fn letter(text: &mut String, date: &Moment, letter: Option<char>) -> Result<(), CommandError> {
    let local = date.local;
    let week = local.iso_week_date();
    let minutes = date.offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let written = match letter {
        Some('Y') => write!(text, "{:04}", local.year()),
        Some('m') => write!(text, "{:02}", local.month()),
        Some('d') => write!(text, "{:02}", local.day()),
        Some('H') => write!(text, "{:02}", local.hour()),
        Some('M') => write!(text, "{:02}", local.minute()),
        Some('S') => write!(text, "{:02}", local.second()),
        Some('L') => write!(text, "{:03}", local.millisecond()),
        Some('j') => write!(text, "{:03}", local.day_of_year()),
        Some('w') => write!(text, "{}", local.weekday().to_sunday_one_offset()),
        Some('u') => write!(text, "{}", local.weekday().to_monday_one_offset()),
        Some('U') => write!(text, "{:02}", week_of_year(date)),
        Some('V') => write!(text, "{:02}", week.week()),
        Some('G') => write!(text, "{:04}", week.year()),
        Some('z') => write!(text, "{sign}{:02}{:02}", minutes.abs() / 60, minutes.abs() % 60),
        Some('Z') => write!(text, "{minutes:+}"),
        Some('B') => write!(text, "{}", MONTHS[local.month().clamp(1, 12) as usize - 1]),
        Some('b') => write!(text, "{}", &MONTHS[local.month().clamp(1, 12) as usize - 1][..3]),
        Some('%') => write!(text, "%"),
        Some(other) => {
            return Err(CommandError::new(18536, format!("Invalid format character '%{other}' in format string")));
        }
        None => return Err(CommandError::new(18535, "Unmatched '%' at end of format string")),
    };
    // Writing to a string does not fail.
    let _ = written;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bson;

    const LEAP_DAY: Bson = Bson::DateTime(1_709_250_306_789);

    #[test]
    fn every_letter_has_its_number() {
        let format = "%Y/%m/%d %H:%M:%S.%L %j %w %u %U %V %G %z %Z %b %%";
        let text = to_text(&[LEAP_DAY, bson!(format), bson!("America/New_York")]).unwrap();
        assert_eq!(text, bson!("2024/02/29 18:45:06.789 060 5 4 08 09 2024 -0500 -300 Feb %"));
    }

    #[test]
    fn a_zone_shows_in_the_text_without_a_format() {
        assert_eq!(to_text(&[LEAP_DAY]).unwrap(), bson!("2024-02-29T23:45:06.789Z"));
        let local = to_text(&[LEAP_DAY, Bson::Undefined, bson!("+05:45")]).unwrap();
        assert_eq!(local, bson!("2024-03-01T05:30:06.789+0545"));
    }

    #[test]
    fn unknown_letters_are_refused() {
        assert_eq!(to_text(&[LEAP_DAY, bson!("%Q")]).unwrap_err().code, 18536);
        assert_eq!(to_text(&[LEAP_DAY, bson!("%")]).unwrap_err().code, 18535);
        assert_eq!(to_text(&[Bson::Null, bson!("%Q"), Bson::Undefined, bson!("-")]).unwrap(), bson!("-"));
    }
}
