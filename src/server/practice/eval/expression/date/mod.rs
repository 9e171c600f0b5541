//! Dates, seen in time zones.
//!
//! All calendar work happens on the local time as milliseconds since 1970; [`Moment`] goes there and [`instant`] back.

mod assemble;
mod format;
mod parse;
mod parts;
mod shift;
mod truncate;
mod unit;
mod zone;

pub use assemble::{from_parts, to_parts};
pub use format::{iso, to_text};
pub use parse::{from_text, parse};
pub use parts::{
    day_of_month, day_of_week, day_of_year, hour, iso_day_of_week, iso_week, iso_week_year, millisecond, minute, month,
    second, week, year,
};
pub use shift::{add, difference, subtract};
pub use truncate::truncate;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::{Outcome, is_nullish};
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;
use zone::zone;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// A point in time as a zone's clocks show it.
struct Moment {
    millis: i64,
    local: DateTime,
    offset: Offset,
    zone: TimeZone,
}

impl Moment {
    fn new(millis: i64, zone: TimeZone) -> Result<Self, CommandError> {
        let time = Timestamp::from_millisecond(millis).map_err(|_| out_of_range())?;
        let offset = zone.to_offset(time);
        Ok(Self { millis, local: offset.to_datetime(time), offset, zone })
    }

    /// Milliseconds from 1970 to what the clocks show.
    fn local_millis(&self) -> i64 {
        self.millis + i64::from(self.offset.seconds()) * 1000
    }
}

/// The point in time at which clocks show `local_millis`; of two the earlier, and past a gap the later.
fn instant(local_millis: i64, zone: &TimeZone) -> Result<i64, CommandError> {
    let local = Timestamp::from_millisecond(local_millis).map_err(|_| out_of_range())?;
    let time = zone.to_timestamp(TimeZone::UTC.to_datetime(local)).map_err(|_| out_of_range())?;
    Ok(time.as_millisecond())
}

/// Milliseconds from 1970 to the start of a month, counted from January of year 0; and the days it has.
fn month_start(months: i64) -> Result<(i64, i64), CommandError> {
    let year = i16::try_from(months.div_euclid(12)).map_err(|_| out_of_range())?;
    let first = DateTime::new(year, months.rem_euclid(12) as i8 + 1, 1, 0, 0, 0, 0).map_err(|_| out_of_range())?;
    let start = TimeZone::UTC.to_timestamp(first).map_err(|_| out_of_range())?;
    Ok((start.as_millisecond(), i64::from(first.days_in_month())))
}

/// What counts as a date: dates, timestamps and the time in an ObjectId. Nothing for null.
fn millis(value: Option<&Bson>, wrong_type: i32) -> Result<Option<i64>, CommandError> {
    match value {
        None => Ok(None),
        Some(Bson::DateTime(millis)) => Ok(Some(*millis)),
        Some(Bson::Timestamp(time)) => Ok(Some(i64::from(time.seconds) * 1000)),
        Some(Bson::ObjectId([a, b, c, d, ..])) => Ok(Some(i64::from(u32::from_be_bytes([*a, *b, *c, *d])) * 1000)),
        Some(value) if is_nullish(value) => Ok(None),
        Some(value) => {
            let text = format!("can't convert from BSON type {} to Date", value.type_name());
            Err(CommandError::new(wrong_type, text))
        }
    }
}

/// A date in a zone, or nothing for null.
fn moment(date: Option<&Bson>, in_zone: Option<&Bson>, wrong_type: i32) -> Result<Option<Moment>, CommandError> {
    let Some(millis) = millis(date, wrong_type)? else { return Ok(None) };
    zone(in_zone)?.map(|zone| Moment::new(millis, zone)).transpose()
}

fn out_of_range() -> CommandError {
    CommandError::new(18537, "the date is out of the range that this server can take apart")
}

/// The value of an argument that was given; a missing one counts as not given.
fn given(values: &[Bson], at: usize) -> Option<&Bson> {
    values.get(at).filter(|value| **value != Bson::Undefined)
}
