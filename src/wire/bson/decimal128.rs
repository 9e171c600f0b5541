//! IEEE 754 decimal128 in its binary-integer encoding: text in, text out, order. No arithmetic.
//!
//! Source: the BSON specification's decimal128 driver document.

use std::cmp::Ordering;

const BIAS: i32 = 6176;
const MAX_EXPONENT: i32 = 6111;
const DIGITS: usize = 34;
const MAX_COEFFICIENT: u128 = 10_u128.pow(DIGITS as u32) - 1;

/// A decimal of up to 34 digits, as the 16 bytes that travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal128(u128);

/// What the bits mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// Quiet and signalling alike.
    NaN,
    /// With its sign.
    Infinity {
        /// True below zero.
        negative: bool,
    },
    /// coefficient x 10^exponent
    Finite {
        /// True below zero, also for -0.
        negative: bool,
        /// At most 34 digits; what is not canonical counts as 0.
        coefficient: u128,
        /// -6176 to 6111
        exponent: i32,
    },
}

impl Decimal128 {
    /// Not a number.
    pub const NAN: Self = Self(0x7c << 120);

    /// From the little-endian bytes of BSON.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_le_bytes(bytes))
    }

    /// The little-endian bytes of BSON.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    /// Takes sign, coefficient and exponent apart.
    pub fn parts(self) -> Parts {
        let negative = self.0 >> 127 == 1;
        match (self.0 >> 122) & 0x1f {
            0x1f => Parts::NaN,
            0x1e => Parts::Infinity { negative },
            combination if combination >> 3 == 3 => {
                // The large-coefficient form never holds a canonical value.
                Parts::Finite { negative, coefficient: 0, exponent: ((self.0 >> 111) & 0x3fff) as i32 - BIAS }
            }
            _ => {
                let coefficient = self.0 & ((1 << 113) - 1);
                let coefficient = if coefficient > MAX_COEFFICIENT { 0 } else { coefficient };
                Parts::Finite { negative, coefficient, exponent: ((self.0 >> 113) & 0x3fff) as i32 - BIAS }
            }
        }
    }

    /// Puts a value together; `None` where it does not fit 34 digits and the exponent's range.
    pub fn from_parts(parts: Parts) -> Option<Self> {
        match parts {
            Parts::NaN => Some(Self::NAN),
            Parts::Infinity { negative } => Some(Self((u128::from(negative) << 127) | (0x78 << 120))),
            Parts::Finite { negative, coefficient, exponent } => {
                let (coefficient, exponent) = fit(coefficient, exponent)?;
                let biased = (exponent + BIAS) as u128;
                Some(Self((u128::from(negative) << 127) | (biased << 113) | coefficient))
            }
        }
    }

    /// Reads `1.50`, `-2E+3`, `Infinity`, `NaN`. Digits past the 34th are rounded half to even.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        match rest.to_ascii_lowercase().as_str() {
            "nan" => return Some(Self::NAN),
            "inf" | "infinity" => return Self::from_parts(Parts::Infinity { negative }),
            _ => {}
        }
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], parse_exponent(&rest[at + 1..])?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        let (coefficient, exponent) = round(&digits, exponent);
        Self::from_parts(Parts::Finite { negative, coefficient, exponent })
    }

    /// The nearest decimal of 34 digits.
    pub fn from_f64(value: f64) -> Self {
        let text = if value.is_finite() { format!("{value:.33e}") } else { value.to_string() };
        Self::parse(&text).unwrap_or(Self::NAN)
    }

    /// The nearest double.
    pub fn to_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// Order of values: NaN is lowest and equal to itself, 1.0 equals 1.00.
    pub fn compare(self, other: Self) -> Ordering {
        let rank = |parts: &Parts| match parts {
            Parts::NaN => 0,
            Parts::Infinity { negative: true } => 1,
            Parts::Finite { .. } => 2,
            Parts::Infinity { negative: false } => 3,
        };
        let (left, right) = (self.parts(), other.parts());
        rank(&left).cmp(&rank(&right)).then_with(|| match (left, right) {
            (
                Parts::Finite { negative, coefficient, exponent },
                Parts::Finite { negative: other_negative, coefficient: other_coefficient, exponent: other_exponent },
            ) => {
                let sign = |negative: bool, coefficient| match (coefficient, negative) {
                    (0, _) => 0,
                    (_, true) => -1,
                    (_, false) => 1,
                };
                let (left, right) = (sign(negative, coefficient), sign(other_negative, other_coefficient));
                left.cmp(&right).then_with(|| {
                    let order = compare_magnitude((coefficient, exponent), (other_coefficient, other_exponent));
                    match left {
                        0 => Ordering::Equal,
                        -1 => order.reverse(),
                        _ => order,
                    }
                })
            }
            _ => Ordering::Equal,
        })
    }
}

fn parse_exponent(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // A million is far outside the range either way and cannot overflow later sums.
    let size = digits.parse::<i32>().unwrap_or(1_000_000).min(1_000_000);
    Some(if text.starts_with('-') { -size } else { size })
}

fn round(digits: &[u8], exponent: i32) -> (u128, i32) {
    let start = digits.iter().position(|&digit| digit != b'0').unwrap_or(digits.len());
    let digits = &digits[start..];
    let value = |digits: &[u8]| digits.iter().fold(0_u128, |sum, digit| sum * 10 + u128::from(digit - b'0'));
    if digits.len() <= DIGITS {
        return (value(digits), exponent);
    }
    let (kept, rest) = digits.split_at(DIGITS);
    let coefficient = value(kept);
    let half = rest[0].cmp(&b'5').then(rest[1..].iter().any(|&digit| digit != b'0').cmp(&false));
    let up = half == Ordering::Greater || (half == Ordering::Equal && coefficient % 2 == 1);
    (coefficient + u128::from(up), exponent + rest.len() as i32)
}

/// Moves zeros between coefficient and exponent until both are in range.
fn fit(mut coefficient: u128, mut exponent: i32) -> Option<(u128, i32)> {
    if coefficient == 0 {
        return Some((0, exponent.clamp(-BIAS, MAX_EXPONENT)));
    }
    while coefficient > MAX_COEFFICIENT || exponent < -BIAS {
        if !coefficient.is_multiple_of(10) {
            return None;
        }
        coefficient /= 10;
        exponent += 1;
    }
    while exponent > MAX_EXPONENT {
        coefficient = coefficient.checked_mul(10).filter(|&grown| grown <= MAX_COEFFICIENT)?;
        exponent -= 1;
    }
    Some((coefficient, exponent))
}

fn compare_magnitude(left: (u128, i32), right: (u128, i32)) -> Ordering {
    let digits = |coefficient: u128| coefficient.checked_ilog10().map_or(0, |log| log as i32 + 1);
    let (left_digits, right_digits) = (digits(left.0), digits(right.0));
    (left_digits + left.1).cmp(&(right_digits + right.1)).then_with(|| {
        let widen = |coefficient: u128, by: i32| coefficient * 10_u128.pow(by.max(0) as u32);
        widen(left.0, right_digits - left_digits).cmp(&widen(right.0, left_digits - right_digits))
    })
}

impl std::fmt::Display for Decimal128 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (negative, coefficient, exponent) = match self.parts() {
            Parts::NaN => return f.write_str("NaN"),
            Parts::Infinity { negative } => return f.write_str(if negative { "-Infinity" } else { "Infinity" }),
            Parts::Finite { negative, coefficient, exponent } => (negative, coefficient, exponent),
        };
        let digits = coefficient.to_string();
        let scientific = exponent + digits.len() as i32 - 1;
        f.write_str(if negative { "-" } else { "" })?;
        if exponent > 0 || scientific < -6 {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            return write!(f, "{first}{point}{rest}E{scientific:+}");
        }
        let fraction = -exponent as usize;
        if fraction == 0 {
            f.write_str(&digits)
        } else if digits.len() > fraction {
            write!(f, "{}.{}", &digits[..digits.len() - fraction], &digits[digits.len() - fraction..])
        } else {
            write!(f, "0.{digits:0>fraction$}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_comes_back_as_the_specification_prints_it() {
        for text in ["0", "-0", "1.50", "0.001234", "1E+3", "-9.99E-20", "9.999999999999999999999999999999999E+6144"] {
            assert_eq!(Decimal128::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Decimal128::parse("-NaN").unwrap().to_string(), "NaN");
        assert_eq!(Decimal128::parse("inf").unwrap().to_string(), "Infinity");
        assert_eq!(Decimal128::parse("1e6112").unwrap().to_string(), "1.0E+6112");
        assert_eq!(Decimal128::parse("1e6145"), None);
        assert_eq!(Decimal128::parse("1e"), None);
        assert_eq!(Decimal128::parse(""), None);
    }

    #[test]
    fn one_has_the_bytes_of_the_specification() {
        let bytes = Decimal128::parse("1").unwrap().to_bytes();
        assert_eq!(bytes[..2], [1, 0]);
        assert_eq!(bytes[14..], [0x40, 0x30]);
    }

    #[test]
    fn zeros_at_the_end_do_not_change_the_order() {
        let order = |left, right| Decimal128::parse(left).unwrap().compare(Decimal128::parse(right).unwrap());
        assert_eq!(order("1.0", "1.00"), Ordering::Equal);
        assert_eq!(order("-0", "0E+7"), Ordering::Equal);
        assert_eq!(order("-2", "-1"), Ordering::Less);
        assert_eq!(order("NaN", "-Infinity"), Ordering::Less);
        assert_eq!(order("9E+6144", "Infinity"), Ordering::Less);
    }

    proptest! {
        #[test]
        fn order_agrees_with_integers(left in any::<i64>(), right in any::<i64>()) {
            let decimal = |value: i64| Decimal128::parse(&value.to_string()).unwrap();
            prop_assert_eq!(decimal(left).compare(decimal(right)), left.cmp(&right));
        }

        #[test]
        fn printed_values_parse_to_the_same_value(bytes in any::<[u8; 16]>()) {
            let value = Decimal128::from_bytes(bytes);
            let again = Decimal128::parse(&value.to_string()).unwrap();
            prop_assert_eq!(value.compare(again), Ordering::Equal);
        }
    }
}
