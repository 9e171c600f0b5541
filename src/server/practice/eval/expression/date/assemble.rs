//! Dates put together from numbers, and taken apart into documents.

use jiff::civil::{ISOWeekDate, Weekday};

use super::zone::zone;
use super::{DAY, Outcome, given, instant, moment, month_start, out_of_range};
use crate::doc;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::{Bson, Document};

/// The places of `$dateFromParts`' arguments in the table of functions.
const YEAR: usize = 0;
const ISO_YEAR: usize = 1;
const ISO_WEEK: usize = 2;
const ISO_DAY: usize = 3;
const MONTH: usize = 4;
const DAY_OF_MONTH: usize = 5;
const HOUR: usize = 6;
const ZONE: usize = 10;

/// `$dateFromParts`; numbers beyond their range carry over.
pub fn from_parts(values: &[Bson]) -> Outcome {
    let has = |at: usize| given(values, at).is_some();
    let (year, iso_year) = (has(YEAR), has(ISO_YEAR));
    if (year && (iso_year || has(ISO_WEEK) || has(ISO_DAY))) || (iso_year && (has(MONTH) || has(DAY_OF_MONTH))) {
        let text = "$dateFromParts does not allow mixing natural dates with ISO dates";
        return Err(CommandError::new(if year { 40489 } else { 40525 }, text));
    }
    if !year && !iso_year {
        return Err(CommandError::new(40516, "$dateFromParts requires either 'year' or 'isoWeekYear' to be present"));
    }
    let Some(zone) = zone(values.get(ZONE))? else { return Ok(Bson::Null) };
    let day = if year { calendar_day(values)? } else { iso_day(values)? };
    match (day, clock(values)?) {
        (Some(day), Some(clock)) => Ok(Bson::DateTime(instant(day + clock, &zone)?)),
        _ => Ok(Bson::Null),
    }
}

/// A whole number of 16 bits, `default` where none is given, nothing for null.
fn number(values: &[Bson], at: usize, default: i64) -> Result<Option<i64>, CommandError> {
    match given(values, at) {
        None => Ok(Some(default)),
        Some(Bson::Null) => Ok(None),
        Some(value) => {
            let exact = value.as_f64().filter(|value| value.fract() == 0.0);
            let exact = exact.ok_or_else(|| CommandError::new(40515, "$dateFromParts needs whole numbers"))?;
            if exact.abs() > 32_768.0 {
                return Err(CommandError::new(31034, "$dateFromParts needs numbers from -32768 to 32767"));
            }
            Ok(Some(exact as i64))
        }
    }
}

fn checked_year(values: &[Bson], at: usize, code: i32) -> Result<Option<i64>, CommandError> {
    let year = number(values, at, 1970)?;
    if year.is_some_and(|year| !(1..=9999).contains(&year)) {
        return Err(CommandError::new(code, "$dateFromParts needs a year from 1 to 9999"));
    }
    Ok(year)
}

/// Milliseconds from 1970 to midnight.
fn calendar_day(values: &[Bson]) -> Result<Option<i64>, CommandError> {
    let year = checked_year(values, YEAR, 40523)?;
    let (month, day) = (number(values, MONTH, 1)?, number(values, DAY_OF_MONTH, 1)?);
    let (Some(year), Some(month), Some(day)) = (year, month, day) else { return Ok(None) };
    Ok(Some(month_start(year * 12 + month - 1)?.0 + (day - 1) * DAY))
}

fn iso_day(values: &[Bson]) -> Result<Option<i64>, CommandError> {
    let year = checked_year(values, ISO_YEAR, 31095)?;
    let (week, day) = (number(values, ISO_WEEK, 1)?, number(values, ISO_DAY, 1)?);
    let (Some(year), Some(week), Some(day)) = (year, week, day) else { return Ok(None) };
    let first = ISOWeekDate::new(year as i16, 1, Weekday::Monday).map_err(|_| out_of_range())?.date();
    let start = month_start(i64::from(first.year()) * 12 + i64::from(first.month()) - 1)?.0;
    Ok(Some(start + (i64::from(first.day()) - 1 + (week - 1) * 7 + day - 1) * DAY))
}

/// Milliseconds since midnight.
fn clock(values: &[Bson]) -> Result<Option<i64>, CommandError> {
    const UNITS: [i64; 4] = [3_600_000, 60_000, 1000, 1];
    let mut sum = 0;
    for (at, unit) in UNITS.into_iter().enumerate() {
        match number(values, HOUR + at, 0)? {
            Some(number) => sum += number * unit,
            None => return Ok(None),
        }
    }
    Ok(Some(sum))
}

/// `$dateToParts`: date, timezone, iso8601.
pub fn to_parts(values: &[Bson]) -> Outcome {
    let iso = match given(values, 2) {
        None => false,
        Some(Bson::Boolean(iso)) => *iso,
        Some(Bson::Null) => return Ok(Bson::Null),
        Some(_) => return Err(CommandError::new(40521, "iso8601 must evaluate to a bool")),
    };
    let Some(date) = moment(values.first(), values.get(1), 16006)? else { return Ok(Bson::Null) };
    let local = date.local;
    let mut parts = if iso {
        let week = local.iso_week_date();
        let day = week.weekday().to_monday_one_offset();
        doc! { "isoWeekYear": (i32::from(week.year())), "isoWeek": (i32::from(week.week())), "isoDayOfWeek": (i32::from(day)) }
    } else {
        doc! { "year": (i32::from(local.year())), "month": (i32::from(local.month())), "day": (i32::from(local.day())) }
    };
    let clock: Document = doc! {
        "hour": (i32::from(local.hour())), "minute": (i32::from(local.minute())),
        "second": (i32::from(local.second())), "millisecond": (i32::from(local.millisecond())),
    };
    clock.into_iter().for_each(|(name, value)| parts.push(name, value));
    Ok(parts.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bson;
    use crate::server::practice::eval::expression::date::iso;

    fn made(parts: &[(usize, Bson)]) -> Result<String, i32> {
        let mut values = vec![Bson::Undefined; 11];
        parts.iter().for_each(|(at, value)| values[*at] = value.clone());
        match from_parts(&values) {
            Ok(Bson::DateTime(millis)) => Ok(iso(millis)),
            Ok(other) => Ok(format!("{other:?}")),
            Err(error) => Err(error.code),
        }
    }

    #[test]
    fn numbers_beyond_their_range_carry_over() {
        let parts = [(YEAR, bson!(2020)), (MONTH, bson!(14)), (DAY_OF_MONTH, bson!(0)), (HOUR, bson!(-1))];
        assert_eq!(made(&parts), Ok("2021-01-30T23:00:00.000Z".to_owned()));
    }

    #[test]
    fn iso_weeks_reach_into_the_next_year() {
        let parts = [(ISO_YEAR, bson!(2020)), (ISO_WEEK, bson!(53)), (ISO_DAY, bson!(5))];
        assert_eq!(made(&parts), Ok("2021-01-01T00:00:00.000Z".to_owned()));
        let mixed = [(ISO_YEAR, bson!(2020)), (MONTH, bson!(5))];
        assert_eq!(made(&mixed), Err(40525));
    }

    #[test]
    fn the_clock_is_that_of_the_zone() {
        let parts = [(YEAR, bson!(2024)), (MONTH, bson!(7)), (ZONE, bson!("Europe/Berlin"))];
        assert_eq!(made(&parts), Ok("2024-06-30T22:00:00.000Z".to_owned()));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        assert_eq!(made(&[(YEAR, bson!("x"))]), Err(40515));
        assert_eq!(made(&[(YEAR, bson!(0))]), Err(40523));
        assert_eq!(made(&[(YEAR, bson!(2020)), (MONTH, bson!(1e9))]), Err(31034));
        assert_eq!(made(&[]), Err(40516));
        assert_eq!(made(&[(YEAR, bson!(9999)), (MONTH, bson!(32_767))]), Err(18537));
    }
}
