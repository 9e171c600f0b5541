//! Dates moved by an amount of time, and the time between two.

use super::unit::{Unit, start_of_week, week_of};
use super::{DAY, Moment, Outcome, given, instant, is_nullish, millis, moment, month_start};
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// `$dateAdd`: startDate, unit, amount, timezone.
pub fn add(values: &[Bson]) -> Outcome {
    shift(values, Some)
}

/// `$dateSubtract`, with the same arguments.
pub fn subtract(values: &[Bson]) -> Outcome {
    shift(values, i64::checked_neg)
}

fn too_far() -> CommandError {
    CommandError::new(5_166_406, "the 'amount' leads to a date that cannot be")
}

fn shift(values: &[Bson], sign: fn(i64) -> Option<i64>) -> Outcome {
    if values.iter().take(3).any(is_nullish) {
        return Ok(Bson::Null);
    }
    let [_, unit, amount, ..] = values else { return Err(CommandError::new(5_166_402, "an argument is missing")) };
    let unit = Unit::parse(unit)?;
    let whole = amount.as_f64().filter(|amount| amount.fract() == 0.0).and(amount.as_i64());
    let amount = whole.ok_or_else(|| CommandError::new(5_166_405, "'amount' must be a whole number"))?;
    let amount = sign(amount).ok_or_else(too_far)?;
    let Some(start) = moment(values.first(), given(values, 3), 5_166_403)? else { return Ok(Bson::Null) };
    moved(&start, unit, amount).map(Bson::DateTime)
}

fn moved(start: &Moment, unit: Unit, amount: i64) -> Result<i64, CommandError> {
    let times = |length: i64| amount.checked_mul(length).ok_or_else(too_far);
    match unit {
        Unit::Months(length) => months_later(start, times(length)?),
        Unit::Days(length) => {
            let local = times(length)?.checked_mul(DAY).and_then(|by| by.checked_add(start.local_millis()));
            instant(local.ok_or_else(too_far)?, &start.zone)
        }
        Unit::Millis(length) => {
            let end = start.millis.checked_add(times(length)?).ok_or_else(too_far)?;
            Moment::new(end, start.zone.clone()).map(|end| end.millis)
        }
    }
}

/// The same day and time in another month, or that month's last day.
fn months_later(start: &Moment, by: i64) -> Result<i64, CommandError> {
    let (first, days) = month_start(months_of(start).checked_add(by).ok_or_else(too_far)?)?;
    let day = i64::from(start.local.day()).min(days);
    instant(first + (day - 1) * DAY + start.local_millis().rem_euclid(DAY), &start.zone)
}

/// Months since January of year 0.
pub(super) fn months_of(date: &Moment) -> i64 {
    i64::from(date.local.year()) * 12 + i64::from(date.local.month()) - 1
}

/// `$dateDiff`: startDate, endDate, unit, timezone, startOfWeek. Boundaries passed count, not time.
pub fn difference(values: &[Bson]) -> Outcome {
    if values.iter().take(3).any(is_nullish) || given(values, 4).is_some_and(is_nullish) {
        return Ok(Bson::Null);
    }
    let Some(unit) = values.get(2) else { return Err(CommandError::new(5_166_305, "an argument is missing")) };
    let (unit, first_day) = (Unit::parse(unit)?, start_of_week(given(values, 4))?);
    if let (Unit::Millis(1), Some(start), Some(end)) =
        (unit, millis(values.first(), 5_166_307)?, millis(values.get(1), 5_166_307)?)
    {
        let overflow = || CommandError::new(5_166_308, "the difference does not fit 64 bits");
        return end.checked_sub(start).map(Bson::Int64).ok_or_else(overflow);
    }
    let end_of = |at: usize| moment(values.get(at), given(values, 3), 5_166_307);
    let (Some(start), Some(end)) = (end_of(0)?, end_of(1)?) else { return Ok(Bson::Null) };
    Ok(Bson::Int64(boundaries(&end, unit, first_day) - boundaries(&start, unit, first_day)))
}

/// How many of the unit's boundaries lie between a fixed one and this moment.
fn boundaries(date: &Moment, unit: Unit, first_day: i64) -> i64 {
    let day = date.local_millis().div_euclid(DAY);
    match unit {
        Unit::Months(length) => months_of(date).div_euclid(length),
        Unit::Days(7) => week_of(day, first_day),
        Unit::Days(length) => day.div_euclid(length),
        // Clocks that were set back show an hour twice; it counts twice.
        Unit::Millis(length) => (date.millis + offset_within(date, length)).div_euclid(length),
    }
}

/// The part of a zone's distance from UTC that moves the boundaries of this unit.
fn offset_within(date: &Moment, length: i64) -> i64 {
    (i64::from(date.offset.seconds()) * 1000).rem_euclid(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bson;

    /// 2024-03-31T00:30:00Z, the night in which Berlin's clocks went forward.
    const SPRING: i64 = 1_711_845_000_000;

    fn added(unit: &str, amount: i64, zone: &str) -> Result<i64, i32> {
        match add(&[Bson::DateTime(SPRING), bson!(unit), Bson::Int64(amount), bson!(zone)]) {
            Ok(Bson::DateTime(end)) => Ok(end - SPRING),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.code),
        }
    }

    #[test]
    fn a_day_has_as_many_hours_as_the_zone_gives_it() {
        assert_eq!(added("day", 1, "UTC"), Ok(DAY));
        assert_eq!(added("day", 1, "Europe/Berlin"), Ok(DAY - 3_600_000));
        assert_eq!(added("hour", 24, "Europe/Berlin"), Ok(DAY));
    }

    #[test]
    fn months_end_on_their_last_day() {
        assert_eq!(added("month", -1, "UTC"), Ok(-31 * DAY));
        assert_eq!(added("quarter", 1, "UTC"), Ok(91 * DAY));
    }

    #[test]
    fn no_amount_overflows() {
        for unit in ["year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond"] {
            for amount in [i64::MIN, i64::MAX] {
                assert!(matches!(added(unit, amount, "UTC"), Err(5_166_406 | 18_537)), "{unit} {amount}");
                let values = [Bson::DateTime(SPRING), bson!(unit), Bson::Int64(amount)];
                assert!(subtract(&values).is_err(), "{unit} {amount}");
            }
        }
        assert_eq!(added("fortnight", 1, "UTC"), Err(9));
    }

    #[test]
    fn boundaries_count_and_not_time() {
        let between = |start: i64, end: i64, unit: &str, first_day: &str| {
            let values = [start, end].map(Bson::DateTime);
            let [start, end] = values;
            difference(&[start, end, bson!(unit), Bson::Undefined, bson!(first_day)]).unwrap()
        };
        assert_eq!(between(-1, 0, "year", "sunday"), Bson::Int64(1));
        assert_eq!(between(-1, 0, "hour", "sunday"), Bson::Int64(1));
        // 1970-01-01 was a Thursday.
        assert_eq!(between(-1, 0, "week", "thursday"), Bson::Int64(1));
        assert_eq!(between(-1, 0, "week", "fri"), Bson::Int64(0));
        assert_eq!(between(0, 7 * DAY, "week", "sunday"), Bson::Int64(1));
    }
}
