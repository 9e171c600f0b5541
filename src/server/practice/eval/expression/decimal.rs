//! Quotients, remainders and rounding of decimals; sums and products are the update operators'.

use crate::server::practice::update::decimal::of;
use crate::wire::bson::{Bson, Decimal128, Parts};

const DIGITS: u32 = 34;

/// Which way a cut digit goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Toward zero.
    Cut,
    /// Half to even.
    Nearest,
    /// Toward positive infinity.
    Up,
    /// Toward negative infinity.
    Down,
}

type Finite = (bool, u128, i32);

fn finite(value: Decimal128) -> Option<Finite> {
    match value.parts() {
        Parts::Finite { negative, coefficient, exponent } => Some((negative, coefficient, exponent)),
        _ => None,
    }
}

/// True for zeros of either sign and any exponent.
pub fn is_zero(value: &Bson) -> bool {
    match value {
        Bson::Decimal128(value) => finite(*value).is_some_and(|(_, coefficient, _)| coefficient == 0),
        other => other.as_f64() == Some(0.0),
    }
}

/// What a text of too many digits or too large an exponent comes to.
fn rounded(negative: bool, digits: &str, exponent: i32) -> Decimal128 {
    let sign = if negative { "-" } else { "" };
    Decimal128::parse(&format!("{sign}{digits}E{exponent}")).unwrap_or_else(|| {
        let edge = if exponent > 0 { Parts::Infinity { negative } } else { zero(negative, exponent) };
        Decimal128::from_parts(edge).unwrap_or(Decimal128::NAN)
    })
}

fn zero(negative: bool, exponent: i32) -> Parts {
    Parts::Finite { negative, coefficient: 0, exponent }
}

/// left / right, as few digits as it takes and at most 34.
pub fn divide(left: Decimal128, right: Decimal128) -> Decimal128 {
    let (Some((minus, a, x)), Some((other_minus, b, y))) = (finite(left), finite(right)) else {
        return Decimal128::from_f64(left.to_f64() / right.to_f64());
    };
    let negative = minus != other_minus;
    if b == 0 {
        let edge = if a == 0 { Parts::NaN } else { Parts::Infinity { negative } };
        return Decimal128::from_parts(edge).unwrap_or(Decimal128::NAN);
    }
    let (mut quotient, mut rest, mut exponent) = (a / b, a % b, x - y);
    // One digit more than fit, and one that says whether anything is left: enough to round.
    while rest != 0 && quotient < 10_u128.pow(DIGITS) {
        rest *= 10;
        quotient = quotient * 10 + rest / b;
        rest %= b;
        exponent -= 1;
    }
    match rest {
        0 => rounded(negative, &quotient.to_string(), exponent),
        _ => rounded(negative, &format!("{quotient}1"), exponent - 1),
    }
}

/// What is left of `left` after whole `right`s, with the sign of `left`. `right` is not zero.
pub fn remainder(left: Decimal128, right: Decimal128) -> Decimal128 {
    let (Some((negative, a, x)), Some((_, b, y))) = (finite(left), finite(right)) else {
        let infinite = matches!(right.parts(), Parts::Infinity { .. });
        return if finite(left).is_some() && infinite { left } else { Decimal128::NAN };
    };
    if b == 0 {
        return Decimal128::NAN;
    }
    let whole = if x >= y {
        // At most 12287 steps: the exponents' range.
        (0..x - y).fold(a % b, |rest, _| rest * 10 % b)
    } else {
        let widened = u32::try_from(y - x).ok().and_then(|by| 10_u128.checked_pow(by)).and_then(|by| b.checked_mul(by));
        widened.map_or(a, |widened| a % widened)
    };
    rounded(negative, &whole.to_string(), x.min(y))
}

/// Rounded to so many digits behind the point; zeros are added where there are fewer.
pub fn at_place(value: Decimal128, place: i32, rounding: Rounding) -> Decimal128 {
    let Some((negative, coefficient, exponent)) = finite(value) else { return value };
    let cut = -place - exponent;
    let coefficient = if cut <= 0 {
        let widened = 10_u128.checked_pow(cut.unsigned_abs()).and_then(|by| coefficient.checked_mul(by));
        match widened.filter(|wide| *wide < 10_u128.pow(DIGITS)) {
            Some(widened) => widened,
            None if coefficient == 0 => 0,
            None => return value,
        }
    } else {
        let unit = 10_u128.checked_pow(cut.unsigned_abs());
        let (kept, rest) = unit.map_or((0, coefficient), |unit| (coefficient / unit, coefficient % unit));
        // A unit that has no 128 bits is more than twice any coefficient.
        let half = unit.map_or(std::cmp::Ordering::Less, |unit| rest.cmp(&(unit - rest)));
        let up = match rounding {
            Rounding::Cut => false,
            Rounding::Nearest => half.is_gt() || (half.is_eq() && kept % 2 == 1),
            Rounding::Up => rest != 0 && !negative,
            Rounding::Down => rest != 0 && negative,
        };
        kept + u128::from(up)
    };
    let parts = Parts::Finite { negative, coefficient, exponent: -place };
    Decimal128::from_parts(parts).unwrap_or(value)
}

/// Without its sign.
pub fn absolute(value: Decimal128) -> Decimal128 {
    let parts = match value.parts() {
        Parts::NaN => Parts::NaN,
        Parts::Infinity { .. } => Parts::Infinity { negative: false },
        Parts::Finite { coefficient, exponent, .. } => Parts::Finite { negative: false, coefficient, exponent },
    };
    Decimal128::from_parts(parts).unwrap_or(value)
}

/// The result of a function that is calculated in doubles, as wide a type as its arguments were.
pub fn as_wide(result: f64, arguments: &[Bson]) -> Bson {
    let wide = arguments.iter().any(|argument| matches!(argument, Bson::Decimal128(_)));
    if wide { Bson::from(of(&Bson::Double(result))) } else { Bson::Double(result) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal128 {
        Decimal128::parse(text).unwrap()
    }

    #[test]
    fn quotients_are_as_short_as_they_can_be() {
        let quotient = |left: &str, right: &str| divide(decimal(left), decimal(right)).to_string();
        assert_eq!(quotient("1", "4"), "0.25");
        assert_eq!(quotient("7.5", "3"), "2.5");
        assert_eq!(quotient("6", "2"), "3");
        assert_eq!(quotient("-1", "3"), "-0.3333333333333333333333333333333333");
        assert_eq!(quotient("2", "3"), "0.6666666666666666666666666666666667");
        assert_eq!(quotient("9E+6144", "1E-6000"), "Infinity");
        assert_eq!(quotient("1E-6000", "9E+6144"), "0E-6176");
    }

    #[test]
    fn rounding_gives_just_so_many_digits() {
        let at = |text: &str, place: i32, rounding| at_place(decimal(text), place, rounding).to_string();
        assert_eq!(at("-2.79", 1, Rounding::Cut), "-2.7");
        assert_eq!(at("2.5", 0, Rounding::Nearest), "2");
        assert_eq!(at("3.5", 0, Rounding::Nearest), "4");
        assert_eq!(at("-2.1", 0, Rounding::Down), "-3");
        assert_eq!(at("2.1", 0, Rounding::Up), "3");
        assert_eq!(at("1234.5", -2, Rounding::Nearest), "1.2E+3");
        assert_eq!(at("2.5", 2, Rounding::Nearest), "2.50");
        assert_eq!(at("1E-6176", 0, Rounding::Nearest), "0");
        assert_eq!(at("9E+6144", 100, Rounding::Cut), decimal("9E+6144").to_string());
    }

    #[test]
    fn remainders_have_the_sign_of_the_left_side() {
        let rest = |left: &str, right: &str| remainder(decimal(left), decimal(right)).to_string();
        assert_eq!(rest("-7.5", "2"), "-1.5");
        assert_eq!(rest("1E+3", "7"), "6");
        assert_eq!(rest("5", "Infinity"), "5");
        assert_eq!(rest("1E-6176", "9E+6111"), "1E-6176");
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(a in any::<[u8; 16]>(), b in any::<[u8; 16]>(), place in -20..=100) {
            let (x, y) = (Decimal128::from_bytes(a), Decimal128::from_bytes(b));
            divide(x, y);
            remainder(x, y);
            for rounding in [Rounding::Cut, Rounding::Nearest, Rounding::Up, Rounding::Down] {
                at_place(x, place, rounding);
            }
        }

        #[test]
        fn it_agrees_with_integers(a in any::<i32>(), b in 1..i32::MAX) {
            let (x, y) = (decimal(&a.to_string()), decimal(&b.to_string()));
            let whole = at_place(divide(x, y), 0, Rounding::Cut);
            prop_assert!(whole.compare(decimal(&(a / b).to_string())).is_eq());
            prop_assert!(remainder(x, y).compare(decimal(&(a % b).to_string())).is_eq());
        }
    }
}
