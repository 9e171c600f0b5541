//! Numbers: the wider type of two wins, an int that overflows becomes a long, a long a double.

use super::decimal as decimals;
use super::{Outcome, is_nullish};
use crate::server::practice::errors::CommandError;
use crate::server::practice::update::decimal;
use crate::wire::bson::{Bson, Decimal128, compare};

/// The error for what is no number.
pub fn wrong(name: &str, codes: i32, value: &Bson) -> CommandError {
    CommandError::new(codes, format!("{name} only supports numeric types, not {}", value.type_name()))
}

/// Null if any argument is; else folds pairs.
fn fold(values: &[Bson], name: &str, number: i32, start: Bson, pair: fn(&Bson, &Bson) -> Bson) -> Outcome {
    if values.iter().any(is_nullish) {
        return Ok(Bson::Null);
    }
    values.iter().try_fold(start, |sum, value| {
        if value.is_number() { Ok(pair(&sum, value)) } else { Err(wrong(name, number, value)) }
    })
}

fn pairwise(
    left: &Bson,
    right: &Bson,
    whole: fn(i64, i64) -> Option<i64>,
    float: fn(f64, f64) -> f64,
    exact: fn(Decimal128, Decimal128) -> Decimal128,
) -> Bson {
    use Bson::{Decimal128 as Decimal, Int32, Int64};
    match (left, right) {
        (Decimal(_), _) | (_, Decimal(_)) => Bson::from(exact(decimal::of(left), decimal::of(right))),
        (Int32(_) | Int64(_), Int32(_) | Int64(_)) => {
            let (a, b) = (left.as_i64().unwrap_or(0), right.as_i64().unwrap_or(0));
            match whole(a, b) {
                Some(sum) => match (left, right, i32::try_from(sum)) {
                    (Int32(_), Int32(_), Ok(small)) => Int32(small),
                    _ => Int64(sum),
                },
                None => Bson::Double(float(a as f64, b as f64)),
            }
        }
        _ => Bson::Double(float(left.as_f64().unwrap_or(f64::NAN), right.as_f64().unwrap_or(f64::NAN))),
    }
}

fn plus(left: &Bson, right: &Bson) -> Bson {
    pairwise(left, right, i64::checked_add, |a, b| a + b, decimal::add)
}

fn times(left: &Bson, right: &Bson) -> Bson {
    pairwise(left, right, i64::checked_mul, |a, b| a * b, decimal::multiply)
}

pub fn add(values: &[Bson]) -> Outcome {
    let dates = values.iter().filter(|value| matches!(value, Bson::DateTime(_))).count();
    if dates > 1 {
        return Err(CommandError::new(16612, "only one date allowed in an $add expression"));
    }
    let numbers: Vec<Bson> = values.iter().filter(|value| !matches!(value, Bson::DateTime(_))).cloned().collect();
    let sum = fold(&numbers, "$add", 16554, Bson::Int32(0), plus)?;
    match values.iter().find_map(|value| if let Bson::DateTime(millis) = value { Some(*millis) } else { None }) {
        Some(_) if is_nullish(&sum) => Ok(Bson::Null),
        Some(millis) => Ok(Bson::DateTime(millis.saturating_add(sum.as_i64().unwrap_or(0)))),
        None => Ok(sum),
    }
}

pub fn subtract(values: &[Bson]) -> Outcome {
    match (&values[0], &values[1]) {
        (left, right) if is_nullish(left) || is_nullish(right) => Ok(Bson::Null),
        (Bson::DateTime(left), Bson::DateTime(right)) => Ok(Bson::Int64(left.saturating_sub(*right))),
        (Bson::DateTime(left), right) if right.is_number() => {
            Ok(Bson::DateTime(left.saturating_sub(right.as_i64().unwrap_or(0))))
        }
        (left, right) if left.is_number() && right.is_number() => {
            let minus = |a, b| decimal::add(a, decimal::multiply(b, decimal::of(&Bson::Int32(-1))));
            Ok(pairwise(left, right, i64::checked_sub, |a, b| a - b, minus))
        }
        (left, right) => {
            let text = format!("can't $subtract {} from {}", right.type_name(), left.type_name());
            Err(CommandError::new(16556, text))
        }
    }
}

pub fn multiply(values: &[Bson]) -> Outcome {
    fold(values, "$multiply", 16555, Bson::Int32(1), times)
}

/// Both numbers, or null.
fn two(values: &[Bson], name: &str, number: i32) -> Result<Option<(f64, f64)>, CommandError> {
    if values.iter().any(is_nullish) {
        return Ok(None);
    }
    match (values[0].as_f64(), values[1].as_f64()) {
        (Some(left), Some(right)) => Ok(Some((left, right))),
        (None, _) => Err(wrong(name, number, &values[0])),
        _ => Err(wrong(name, number, &values[1])),
    }
}

pub fn divide(values: &[Bson]) -> Outcome {
    match two(values, "$divide", 16609)? {
        None => Ok(Bson::Null),
        Some(_) if decimals::is_zero(&values[1]) => Err(CommandError::new(2, "can't $divide by zero")),
        Some(_) if has_decimal(values) => {
            Ok(Bson::from(decimals::divide(decimal::of(&values[0]), decimal::of(&values[1]))))
        }
        Some((left, right)) => Ok(Bson::Double(left / right)),
    }
}

pub fn modulo(values: &[Bson]) -> Outcome {
    match (two(values, "$mod", 16611)?, &values[0], &values[1]) {
        (None, ..) => Ok(Bson::Null),
        (Some(_), _, right) if decimals::is_zero(right) => Err(CommandError::new(16610, "can't $mod by zero")),
        (Some(_), left, right) if has_decimal(values) => {
            Ok(Bson::from(decimals::remainder(decimal::of(left), decimal::of(right))))
        }
        (_, Bson::Int32(a), Bson::Int32(b)) => Ok(Bson::Int32(a.wrapping_rem(*b))),
        (_, Bson::Int32(_) | Bson::Int64(_), Bson::Int32(_) | Bson::Int64(_)) => {
            Ok(Bson::Int64(values[0].as_i64().unwrap_or(0).wrapping_rem(values[1].as_i64().unwrap_or(1))))
        }
        (Some((left, right)), ..) => Ok(Bson::Double(left % right)),
    }
}

/// True where a number is so many whole units; `unit` is above 0.
pub fn is_multiple(value: &Bson, unit: &Bson) -> bool {
    modulo(&[value.clone(), unit.clone()]).is_ok_and(|rest| decimals::is_zero(&rest))
}

fn has_decimal(values: &[Bson]) -> bool {
    values.iter().any(|value| matches!(value, Bson::Decimal128(_)))
}

fn real(values: &[Bson], name: &str, inside: fn(f64) -> bool, number: i32, float: fn(f64) -> f64) -> Outcome {
    match &values[0] {
        value if is_nullish(value) => Ok(Bson::Null),
        value => {
            let argument = value.as_f64().ok_or_else(|| wrong(name, 28765, value))?;
            if !argument.is_nan() && !inside(argument) {
                return Err(CommandError::new(number, format!("{name}'s argument is out of its range")));
            }
            Ok(decimals::as_wide(float(argument), values))
        }
    }
}

pub fn exp(values: &[Bson]) -> Outcome {
    real(values, "$exp", |_| true, 0, f64::exp)
}

pub fn ln(values: &[Bson]) -> Outcome {
    real(values, "$ln", |value| value > 0.0, 28766, f64::ln)
}

pub fn log10(values: &[Bson]) -> Outcome {
    real(values, "$log10", |value| value > 0.0, 28761, f64::log10)
}

pub fn sqrt(values: &[Bson]) -> Outcome {
    real(values, "$sqrt", |value| value >= 0.0, 28714, f64::sqrt)
}

pub fn log(values: &[Bson]) -> Outcome {
    match two(values, "$log", 28756)? {
        None => Ok(Bson::Null),
        Some((value, _)) if value <= 0.0 => Err(CommandError::new(28758, "$log's argument must be a positive number")),
        Some((_, base)) if base <= 0.0 || base == 1.0 => {
            Err(CommandError::new(28759, "$log's base must be a positive number not equal to 1"))
        }
        Some((value, base)) => Ok(decimals::as_wide(value.log2() / base.log2(), values)),
    }
}

pub fn pow(values: &[Bson]) -> Outcome {
    match two(values, "$pow", 28762)? {
        None => Ok(Bson::Null),
        Some((base, exponent)) if base == 0.0 && exponent < 0.0 => {
            Err(CommandError::new(28764, "$pow cannot take a base of 0 and a negative exponent"))
        }
        Some((base, exponent)) => Ok(whole_power(values).unwrap_or(decimals::as_wide(base.powf(exponent), values))),
    }
}

/// The power of integers where it is one.
fn whole_power(values: &[Bson]) -> Option<Bson> {
    match values {
        [Bson::Int32(base), Bson::Int32(exponent)] => {
            let power = i64::from(*base).checked_pow(u32::try_from(*exponent).ok()?)?;
            Some(i32::try_from(power).map_or(Bson::Int64(power), Bson::Int32))
        }
        [base @ (Bson::Int32(_) | Bson::Int64(_)), exponent @ (Bson::Int32(_) | Bson::Int64(_))] => {
            base.as_i64()?.checked_pow(u32::try_from(exponent.as_i64()?).ok()?).map(Bson::Int64)
        }
        _ => None,
    }
}

/// One array argument stands for its elements.
fn spread(values: &[Bson]) -> Vec<Bson> {
    match values {
        [Bson::Array(items)] => items.clone(),
        _ => values.to_vec(),
    }
}

pub fn sum(values: &[Bson]) -> Outcome {
    Ok(total(&spread(values)))
}

/// The sum of what is a number.
pub fn total(values: &[Bson]) -> Bson {
    values.iter().filter(|value| value.is_number()).fold(Bson::Int32(0), |sum, value| plus(&sum, value))
}

/// The mean of what is a number, or null.
pub fn mean(values: &[Bson]) -> Bson {
    let count = values.iter().filter(|value| value.is_number()).count();
    match total(values) {
        _ if count == 0 => Bson::Null,
        Bson::Decimal128(sum) => Bson::from(decimals::divide(sum, decimal::of(&Bson::Int64(count as i64)))),
        sum => Bson::Double(sum.as_f64().unwrap_or(f64::NAN) / count as f64),
    }
}

pub fn avg(values: &[Bson]) -> Outcome {
    Ok(mean(&spread(values)))
}

pub fn min(values: &[Bson]) -> Outcome {
    Ok(spread(values).into_iter().filter(|value| !is_nullish(value)).min_by(compare).unwrap_or(Bson::Null))
}

pub fn max(values: &[Bson]) -> Outcome {
    Ok(spread(values).into_iter().filter(|value| !is_nullish(value)).max_by(compare).unwrap_or(Bson::Null))
}
