//! Dates cut down to the start of a unit.

use super::shift::months_of;
use super::unit::{Unit, start_of_week};
use super::{DAY, Moment, Outcome, given, instant, is_nullish, moment, month_start};
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// Bins are counted from the start of 2000: this many months, days from year 0 and from 1970.
const YEAR_2000: i64 = 24_000;
const DAY_2000: i64 = 10_957;
/// 2000 began on a Saturday.
const WEEKDAY_2000: i64 = 6;

/// `$dateTrunc`: date, unit, binSize, timezone, startOfWeek.
pub fn truncate(values: &[Bson]) -> Outcome {
    if values.iter().take(2).any(is_nullish) || (2..5).any(|at| given(values, at).is_some_and(is_nullish)) {
        return Ok(Bson::Null);
    }
    let Some(unit) = values.get(1) else { return Err(CommandError::new(5_439_010, "an argument is missing")) };
    let unit = Unit::parse(unit).map_err(|error| match error.code {
        9 => CommandError::new(5_439_014, "'unit' value cannot be recognized as a time unit"),
        _ => error,
    })?;
    let (bins, first_day) = (bin_size(given(values, 2))?, start_of_week(given(values, 4))?);
    let Some(date) = moment(values.first(), given(values, 3), 5_439_012)? else { return Ok(Bson::Null) };
    start_of_bin(&date, unit, bins, first_day).map(Bson::DateTime)
}

fn bin_size(value: Option<&Bson>) -> Result<i64, CommandError> {
    let Some(value) = value else { return Ok(1) };
    let whole = value.as_f64().filter(|size| size.fract() == 0.0).and(value.as_i64());
    match whole {
        None => Err(CommandError::new(5_439_017, "'binSize' must be a 64-bit integer")),
        Some(size) if size <= 0 => Err(CommandError::new(5_439_018, "'binSize' must be greater than 0")),
        Some(size) => Ok(size),
    }
}

fn start_of_bin(date: &Moment, unit: Unit, bins: i64, first_day: i64) -> Result<i64, CommandError> {
    let too_large = || CommandError::new(5_976_500, "'binSize' is too large for its unit");
    let length = |one: i64| bins.checked_mul(one).ok_or_else(too_large);
    let local = date.local_millis();
    match unit {
        Unit::Months(one) => {
            let past = (months_of(date) - YEAR_2000).rem_euclid(length(one)?);
            let start = months_of(date).checked_sub(past).ok_or_else(too_large)?;
            instant(month_start(start)?.0, &date.zone)
        }
        Unit::Days(one) => {
            let origin = if one == 7 { DAY_2000 + (first_day - WEEKDAY_2000).rem_euclid(7) } else { DAY_2000 };
            let past = (local.div_euclid(DAY) - origin).rem_euclid(length(one)?);
            let start = past.checked_mul(DAY).and_then(|past| (local - local.rem_euclid(DAY)).checked_sub(past));
            instant(start.ok_or_else(too_large)?, &date.zone)
        }
        Unit::Millis(one) => {
            let past = (local - DAY_2000 * DAY).rem_euclid(length(one)?);
            date.millis.checked_sub(past).ok_or_else(too_large)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bson;
    use crate::server::practice::eval::expression::date::iso;

    /// 2024-02-29T23:45:06.789Z, a Thursday.
    const LEAP_DAY: i64 = 1_709_250_306_789;

    fn cut(unit: &str, bins: i64, zone: &str, first_day: &str) -> String {
        let values = [Bson::DateTime(LEAP_DAY), bson!(unit), Bson::Int64(bins), bson!(zone), bson!(first_day)];
        match truncate(&values) {
            Ok(Bson::DateTime(start)) => iso(start),
            Ok(other) => format!("{other:?}"),
            Err(error) => error.code.to_string(),
        }
    }

    #[test]
    fn a_date_falls_to_the_start_of_its_unit() {
        assert_eq!(cut("year", 1, "UTC", "sunday"), "2024-01-01T00:00:00.000Z");
        assert_eq!(cut("quarter", 1, "Europe/Berlin", "sunday"), "2023-12-31T23:00:00.000Z");
        assert_eq!(cut("week", 1, "UTC", "monday"), "2024-02-26T00:00:00.000Z");
        assert_eq!(cut("week", 1, "UTC", "Thu"), "2024-02-29T00:00:00.000Z");
        assert_eq!(cut("day", 1, "+01", "sunday"), "2024-02-29T23:00:00.000Z");
        assert_eq!(cut("minute", 1, "UTC", "sunday"), "2024-02-29T23:45:00.000Z");
    }

    #[test]
    fn bins_are_counted_from_2000() {
        assert_eq!(cut("hour", 6, "UTC", "sunday"), "2024-02-29T18:00:00.000Z");
        assert_eq!(cut("month", 5, "UTC", "sunday"), "2023-10-01T00:00:00.000Z");
        assert_eq!(cut("year", 10, "UTC", "sunday"), "2020-01-01T00:00:00.000Z");
    }

    #[test]
    fn no_bin_overflows() {
        assert_eq!(cut("day", 0, "UTC", "sunday"), "5439018");
        assert_eq!(cut("eon", 1, "UTC", "sunday"), "5439014");
        assert_eq!(cut("day", 1, "UTC", "someday"), "5439016");
        for unit in ["year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond"] {
            for bins in [i64::MAX, i64::MAX / 12, 1 << 53] {
                cut(unit, bins, "UTC", "sunday");
            }
        }
    }
}
