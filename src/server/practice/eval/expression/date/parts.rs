//! One number of a date.

use super::{Moment, Outcome, moment};
use crate::wire::bson::Bson;

fn part(values: &[Bson], take: fn(&Moment) -> i32) -> Outcome {
    let values = match values {
        // `{$year: ["$d"]}` is the same as `{$year: "$d"}`.
        [Bson::Array(one)] if one.len() == 1 => one.as_slice(),
        other => other,
    };
    Ok(moment(values.first(), values.get(1), 16006)?.map_or(Bson::Null, |date| Bson::Int32(take(&date))))
}

/// `$year`
pub fn year(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.local.year()))
}

/// `$month`, from 1.
pub fn month(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.local.month()))
}

/// `$dayOfMonth`, from 1.
pub fn day_of_month(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.local.day()))
}

/// `$dayOfWeek`, 1 on Sundays.
pub fn day_of_week(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.local.weekday().to_sunday_one_offset()))
}

/// `$dayOfYear`, from 1.
pub fn day_of_year(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.local.day_of_year()))
}

/// `$hour`
pub fn hour(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.local.hour()))
}

/// `$minute`
pub fn minute(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.local.minute()))
}

/// `$second`
pub fn second(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.local.second()))
}

/// `$millisecond`
pub fn millisecond(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.local.millisecond()))
}

/// `$week`: 0 before the year's first Sunday.
pub fn week(values: &[Bson]) -> Outcome {
    part(values, week_of_year)
}

/// `$isoWeek`
pub fn iso_week(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.local.iso_week_date().week()))
}

/// `$isoWeekYear`, which is a long.
pub fn iso_week_year(values: &[Bson]) -> Outcome {
    let year = part(values, |date| i32::from(date.local.iso_week_date().year()))?;
    Ok(if let Bson::Int32(year) = year { Bson::Int64(i64::from(year)) } else { year })
}

/// `$isoDayOfWeek`, 1 on Mondays.
pub fn iso_day_of_week(values: &[Bson]) -> Outcome {
    part(values, |date| i32::from(date.local.weekday().to_monday_one_offset()))
}

/// Sundays of the year up to this day.
pub(super) fn week_of_year(date: &Moment) -> i32 {
    let weekday = i32::from(date.local.weekday().to_sunday_zero_offset());
    (i32::from(date.local.day_of_year()) + 6 - weekday) / 7
}
