//! Units of time, and the days that weeks start on.

use super::DAY;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// How long a unit is: calendars count months and days, clocks milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Years, quarters, months.
    Months(i64),
    /// Weeks and days.
    Days(i64),
    /// Hours and all below.
    Millis(i64),
}

impl Unit {
    /// Reads `year` to `millisecond`.
    ///
    /// # Errors
    /// 5439013 for what is no text, 9 for what is no unit.
    pub fn parse(value: &Bson) -> Result<Self, CommandError> {
        let name = value.as_str().ok_or_else(|| {
            CommandError::new(5_439_013, format!("'unit' must be a string, but got {}", value.type_name()))
        })?;
        Ok(match name {
            "year" => Self::Months(12),
            "quarter" => Self::Months(3),
            "month" => Self::Months(1),
            "week" => Self::Days(7),
            "day" => Self::Days(1),
            "hour" => Self::Millis(DAY / 24),
            "minute" => Self::Millis(60_000),
            "second" => Self::Millis(1000),
            "millisecond" => Self::Millis(1),
            _ => return Err(CommandError::new(9, "unknown time unit value")),
        })
    }
}

/// Days from Sunday to the day that weeks start on; Sunday where none is given.
///
/// # Errors
/// 5439015 and 5439016 for what is no such day.
pub fn start_of_week(value: Option<&Bson>) -> Result<i64, CommandError> {
    const NAMES: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    let Some(value) = value else { return Ok(0) };
    let name = value.as_str().ok_or_else(|| CommandError::new(5_439_015, "'startOfWeek' must be a string"))?;
    let lower = name.to_ascii_lowercase();
    let found = NAMES.iter().position(|day| *day == lower || (lower.len() == 3 && day.starts_with(&lower)));
    found
        .map(|at| at as i64)
        .ok_or_else(|| CommandError::new(5_439_016, "'startOfWeek' value cannot be recognized as a day of a week"))
}

/// Weeks from a Sunday in 1970 to the one that a day, counted from 1970, lies in.
pub fn week_of(day: i64, start: i64) -> i64 {
    // 1970 began on a Thursday.
    (day + 4 - start).div_euclid(7)
}
