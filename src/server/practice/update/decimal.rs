//! Sum and product of decimals, digit by digit; rounding to 34 digits is left to the parser of decimals.

use crate::wire::bson::{Bson, Decimal128};
use std::cmp::Ordering;

/// Beyond this distance the smaller summand does not touch the 34 digits of the result.
const FAR: i64 = 80;

/// Sign, digits (most significant first, no leading zero) and exponent of ten.
struct Number {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

/// left + right
pub fn add(left: Decimal128, right: Decimal128) -> Decimal128 {
    match (finite(left), finite(right)) {
        (Some(a), Some(b)) => sum(a, b).value(),
        // Infinity and NaN follow the rules of floating point.
        _ => Decimal128::from_f64(left.to_f64() + right.to_f64()),
    }
}

/// left x right
pub fn multiply(left: Decimal128, right: Decimal128) -> Decimal128 {
    match (finite(left), finite(right)) {
        (Some(a), Some(b)) => product(&a, &b).value(),
        _ => Decimal128::from_f64(left.to_f64() * right.to_f64()),
    }
}

/// Any number as a decimal.
pub fn of(value: &Bson) -> Decimal128 {
    match value {
        Bson::Decimal128(value) => *value,
        Bson::Double(value) => from_double(*value),
        other => {
            let integer = other.as_i64().unwrap_or(0);
            Decimal128::parse(&integer.to_string()).unwrap_or(Decimal128::NAN)
        }
    }
}

/// A double keeps 15 digits on its way to a decimal, as in a mongod.
fn from_double(value: f64) -> Decimal128 {
    if value.is_finite() {
        Decimal128::parse(&format!("{value:.14e}")).unwrap_or(Decimal128::NAN)
    } else {
        Decimal128::from_f64(value)
    }
}

/// The printed form, taken apart; `None` for infinity and NaN.
fn finite(value: Decimal128) -> Option<Number> {
    let text = value.to_string();
    let (mantissa, exponent) = match text.split_once('E') {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text.as_str(), 0),
    };
    let negative = mantissa.starts_with('-');
    let mantissa = mantissa.trim_start_matches('-');
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0').collect();
    Some(Number { negative, digits, exponent: exponent - fraction.len() as i64 }.trimmed())
}

impl Number {
    fn trimmed(mut self) -> Self {
        let zeros = self.digits.iter().take_while(|digit| **digit == 0).count();
        self.digits.drain(..zeros);
        self
    }

    fn value(&self) -> Decimal128 {
        let sign = if self.negative { "-" } else { "" };
        let digits: String = self.digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        let text = if digits.is_empty() { "0" } else { &digits };
        let parsed = Decimal128::parse(&format!("{sign}{text}E{}", self.exponent));
        parsed.unwrap_or_else(|| match self.exponent > 0 {
            true => Decimal128::from_f64(if self.negative { f64::NEG_INFINITY } else { f64::INFINITY }),
            false => Decimal128::from_f64(0.0),
        })
    }

    fn magnitude(&self) -> i64 {
        self.digits.len() as i64 + self.exponent
    }
}

fn sum(left: Number, right: Number) -> Number {
    if left.digits.is_empty() || right.digits.is_empty() || (left.magnitude() - right.magnitude()).abs() > FAR {
        let left_counts = right.digits.is_empty() || (!left.digits.is_empty() && left.magnitude() > right.magnitude());
        return if left_counts { left } else { right };
    }
    let exponent = left.exponent.min(right.exponent);
    let (negative, other_negative) = (left.negative, right.negative);
    let (a, b) = (widened(left, exponent), widened(right, exponent));
    let width = a.len().max(b.len());
    let (a, b) = (padded(a, width), padded(b, width));
    let (negative, digits) = match (negative == other_negative, a.cmp(&b)) {
        (true, _) => (negative, plus(&a, &b)),
        (false, Ordering::Less) => (other_negative, minus(&b, &a)),
        (false, Ordering::Equal) => (false, Vec::new()),
        (false, Ordering::Greater) => (negative, minus(&a, &b)),
    };
    Number { negative, digits, exponent }.trimmed()
}

fn widened(number: Number, exponent: i64) -> Vec<u8> {
    let mut digits = number.digits;
    // At most FAR + 34 zeros: exponents further apart were told apart by magnitude.
    digits.extend(std::iter::repeat_n(0, (number.exponent - exponent).clamp(0, 2 * FAR) as usize));
    digits
}

fn padded(digits: Vec<u8>, width: usize) -> Vec<u8> {
    std::iter::repeat_n(0, width - digits.len()).chain(digits).collect()
}

fn plus(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut digits: Vec<u8> = a
        .iter()
        .zip(b)
        .rev()
        .map(|(x, y)| {
            let sum = x + y + carry;
            carry = sum / 10;
            sum % 10
        })
        .collect();
    digits.push(carry);
    digits.reverse();
    digits
}

/// a - b where a is not below b.
fn minus(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let mut digits: Vec<u8> = a
        .iter()
        .zip(b)
        .rev()
        .map(|(x, y)| {
            let difference = x + 10 - y - borrow;
            borrow = u8::from(difference < 10);
            difference % 10
        })
        .collect();
    digits.reverse();
    digits
}

fn product(left: &Number, right: &Number) -> Number {
    let mut digits = vec![0_u32; left.digits.len() + right.digits.len()];
    for (i, x) in left.digits.iter().rev().enumerate() {
        for (j, y) in right.digits.iter().rev().enumerate() {
            digits[i + j] += u32::from(*x) * u32::from(*y);
        }
    }
    let mut carry = 0;
    let mut digits: Vec<u8> = digits
        .into_iter()
        .map(|digit| {
            let value = digit + carry;
            carry = value / 10;
            (value % 10) as u8
        })
        .collect();
    digits.reverse();
    let negative = left.negative != right.negative;
    Number { negative, digits, exponent: left.exponent + right.exponent }.trimmed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal128 {
        Decimal128::parse(text).unwrap()
    }

    #[test]
    fn tenths_add_up_exactly() {
        assert_eq!(add(decimal("0.1"), decimal("0.2")).to_string(), "0.3");
        assert_eq!(add(decimal("1E+3"), decimal("-0.5")).to_string(), "999.5");
        assert_eq!(multiply(decimal("1.5"), decimal("-2")).to_string(), "-3.0");
    }

    #[test]
    fn the_edges_are_infinity_and_nan() {
        let largest = decimal("9.999999999999999999999999999999999E+6144");
        assert_eq!(add(largest, largest).to_string(), "Infinity");
        assert_eq!(multiply(largest, decimal("-10")).to_string(), "-Infinity");
        assert_eq!(add(Decimal128::NAN, largest).to_string(), "NaN");
        assert_eq!(add(decimal("1E+6144"), decimal("1E-6176")).compare(decimal("1E+6144")), Ordering::Equal);
    }

    proptest! {
        #[test]
        fn it_agrees_with_integers(a in any::<i32>(), b in any::<i32>()) {
            let (a, b) = (i64::from(a), i64::from(b));
            let (x, y) = (decimal(&a.to_string()), decimal(&b.to_string()));
            prop_assert_eq!(add(x, y).compare(decimal(&(a + b).to_string())), Ordering::Equal);
            prop_assert_eq!(multiply(x, y).compare(decimal(&(a * b).to_string())), Ordering::Equal);
        }

        #[test]
        fn no_bytes_break_it(a in any::<[u8; 16]>(), b in any::<[u8; 16]>()) {
            let (x, y) = (Decimal128::from_bytes(a), Decimal128::from_bytes(b));
            prop_assert_eq!(add(x, y).compare(add(y, x)), Ordering::Equal);
            prop_assert_eq!(multiply(x, y).compare(multiply(y, x)), Ordering::Equal);
        }
    }
}
