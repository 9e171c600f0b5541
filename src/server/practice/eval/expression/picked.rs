//! The first, last, largest or smallest of several values.

use super::{Outcome, is_nullish};
use crate::server::practice::errors::CommandError;
use crate::wire::bson::{Bson, compare};

/// Which values are picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// From the start.
    First,
    /// From the end, in the order they stand in.
    Last,
    /// From the largest down.
    Max,
    /// From the smallest up.
    Min,
}

impl Which {
    /// The one behind `$firstN` and its kin.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "$firstN" => Self::First,
            "$lastN" => Self::Last,
            "$maxN" => Self::Max,
            "$minN" => Self::Min,
            _ => return None,
        })
    }

    /// Up to `count` of the values; null is neither large nor small.
    pub fn of(self, values: &[Bson], count: usize) -> Vec<Bson> {
        let some = count.min(values.len());
        if matches!(self, Self::First | Self::Last) {
            let from = if self == Self::First { 0 } else { values.len() - some };
            return values[from..from + some].to_vec();
        }
        let mut sorted: Vec<&Bson> = values.iter().filter(|value| !is_nullish(value)).collect();
        sorted.sort_by(|left, right| compare(left, right));
        if self == Self::Max {
            sorted.reverse();
        }
        sorted.into_iter().take(count).cloned().collect()
    }
}

/// How many to pick.
///
/// # Errors
/// 5787902 for what is no number, 5787903 for fractions, 5787908 below 1.
pub fn count(value: &Bson) -> Result<usize, CommandError> {
    let number = value.as_f64().ok_or_else(|| {
        CommandError::new(5_787_902, format!("'n' must be a positive number, found {}", value.type_name()))
    })?;
    if number.fract() != 0.0 || number.abs() > 9.23e18 {
        return Err(CommandError::new(5_787_903, "'n' must be a whole number of 64 bits"));
    }
    if number < 1.0 {
        return Err(CommandError::new(5_787_908, "'n' must be greater than 0"));
    }
    Ok(number as usize)
}

fn pick(which: Which, values: &[Bson]) -> Outcome {
    let [input, n, ..] = values else { return Err(CommandError::new(5_787_906, "an argument is missing")) };
    let count = count(n)?;
    let items = input
        .as_array()
        .ok_or_else(|| CommandError::new(5_788_200, format!("Input must be an array, found {}", input.type_name())))?;
    Ok(Bson::Array(which.of(items, count)))
}

/// `$firstN`: input, n.
pub fn first(values: &[Bson]) -> Outcome {
    pick(Which::First, values)
}

/// `$lastN`: input, n.
pub fn last(values: &[Bson]) -> Outcome {
    pick(Which::Last, values)
}

/// `$maxN`: input, n.
pub fn max(values: &[Bson]) -> Outcome {
    pick(Which::Max, values)
}

/// `$minN`: input, n.
pub fn min(values: &[Bson]) -> Outcome {
    pick(Which::Min, values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bson;

    #[test]
    fn null_is_neither_large_nor_small_but_can_be_first() {
        let values = bson!([null, 5, 9, 7]);
        let picked = |run: fn(&[Bson]) -> Outcome, n: i32| run(&[values.clone(), bson!(n)]).unwrap();
        assert_eq!(picked(max, 2), bson!([9, 7]));
        assert_eq!(picked(min, 9), bson!([5, 7, 9]));
        assert_eq!(picked(first, 2), bson!([null, 5]));
        assert_eq!(picked(last, 2), bson!([9, 7]));
    }

    #[test]
    fn a_count_is_a_whole_number_above_zero() {
        for (n, code) in [(bson!(0), 5_787_908), (bson!(1.5), 5_787_903), (bson!("x"), 5_787_902)] {
            assert_eq!(first(&[bson!([]), n]).unwrap_err().code, code);
        }
        assert_eq!(first(&[bson!([]), bson!(f64::NAN)]).unwrap_err().code, 5_787_903);
        assert_eq!(first(&[bson!(5), bson!(1)]).unwrap_err().code, 5_788_200);
        assert_eq!(last(&[bson!([1]), Bson::Int64(i64::MAX)]).unwrap(), bson!([1]));
    }
}
