//! Numbers rounded, cut and without their sign.

use super::arithmetic::wrong;
use super::decimal::{self as decimals, Rounding};
use super::{Outcome, is_nullish};
use crate::server::practice::errors::CommandError;
use crate::server::practice::update::decimal;
use crate::wire::bson::Bson;

fn whole_or(values: &[Bson], name: &str, float: fn(f64) -> f64, rounding: Rounding) -> Outcome {
    match &values[0] {
        value if is_nullish(value) => Ok(Bson::Null),
        Bson::Int32(_) | Bson::Int64(_) => Ok(values[0].clone()),
        Bson::Decimal128(value) => Ok(Bson::from(decimals::at_place(*value, 0, rounding))),
        value => value.as_f64().map(|number| Bson::Double(float(number))).ok_or_else(|| wrong(name, 28765, value)),
    }
}

/// `$ceil`
pub fn ceil(values: &[Bson]) -> Outcome {
    whole_or(values, "$ceil", f64::ceil, Rounding::Up)
}

/// `$floor`
pub fn floor(values: &[Bson]) -> Outcome {
    whole_or(values, "$floor", f64::floor, Rounding::Down)
}

/// Rounds at a decimal place from -20 to 100.
fn at_place(values: &[Bson], name: &str, float: fn(f64) -> f64, rounding: Rounding) -> Outcome {
    let place = match values.get(1) {
        None => 0,
        Some(place) if is_nullish(place) => return Ok(Bson::Null),
        Some(place) => place.as_i64().ok_or_else(|| wrong(name, 51081, place))?,
    };
    if !(-20..=100).contains(&place) {
        return Err(CommandError::new(
            51083,
            format!("cannot apply {name} with precision value {place} value must be in [-20, 100]"),
        ));
    }
    if place == 0 {
        return whole_or(values, name, float, rounding);
    }
    match &values[0] {
        value if is_nullish(value) => Ok(Bson::Null),
        Bson::Decimal128(value) => Ok(Bson::from(decimals::at_place(*value, place as i32, rounding))),
        Bson::Int32(_) | Bson::Int64(_) if place > 0 => Ok(values[0].clone()),
        whole @ (Bson::Int32(_) | Bson::Int64(_)) => integer_at_place(whole, place, rounding),
        value => {
            let number = value.as_f64().ok_or_else(|| wrong(name, 51081, value))?;
            let scale = 10_f64.powi(place as i32);
            let scaled = number * scale;
            Ok(Bson::Double(if scaled.is_finite() { float(scaled) / scale } else { number }))
        }
    }
}

/// An integer rounded to tens, hundreds and so on.
fn integer_at_place(value: &Bson, place: i64, rounding: Rounding) -> Outcome {
    let exact = decimals::at_place(decimal::of(value), place as i32, rounding);
    // Without an exponent, and past the 53 bits of a double.
    let plain = decimals::at_place(exact, 0, rounding).to_string().parse::<i64>();
    match (plain, value) {
        (Ok(plain), Bson::Int32(_)) => Ok(i32::try_from(plain).map_or(Bson::Int64(plain), Bson::Int32)),
        (Ok(plain), _) => Ok(Bson::Int64(plain)),
        (Err(_), _) => Err(CommandError::new(51080, "the rounded integer does not fit 64 bits")),
    }
}

/// `$trunc`
pub fn trunc(values: &[Bson]) -> Outcome {
    at_place(values, "$trunc", f64::trunc, Rounding::Cut)
}

/// `$round`
pub fn round(values: &[Bson]) -> Outcome {
    at_place(values, "$round", f64::round_ties_even, Rounding::Nearest)
}

/// `$abs`
pub fn abs(values: &[Bson]) -> Outcome {
    match &values[0] {
        Bson::Int32(value) => Ok(value.checked_abs().map_or(Bson::Int64(i64::from(*value).abs()), Bson::Int32)),
        Bson::Int64(value) => match value.checked_abs() {
            Some(value) => Ok(Bson::Int64(value)),
            None => Err(CommandError::new(28680, "can't take $abs of long long min")),
        },
        Bson::Decimal128(value) => Ok(Bson::from(decimals::absolute(*value))),
        _ => whole_or(values, "$abs", f64::abs, Rounding::Cut),
    }
}
