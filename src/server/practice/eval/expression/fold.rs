//! Accumulators of $group: from all values of a group to one.

use super::arithmetic::{mean, total};
use super::{is_nullish, set};
use crate::wire::bson::{Bson, Document, compare};

/// The function behind an accumulator's name.
pub fn accumulator(name: &str) -> Option<fn(&[Bson]) -> Bson> {
    Some(match name {
        "$sum" | "$count" => total,
        "$avg" => mean,
        "$min" => min,
        "$max" => max,
        "$first" => |values| values.first().cloned().unwrap_or(Bson::Null),
        "$last" => |values| values.last().cloned().unwrap_or(Bson::Null),
        "$push" => |values| Bson::Array(values.to_vec()),
        "$addToSet" => |values| set::union(&[Bson::Array(values.to_vec())]).unwrap_or(Bson::Null),
        "$stdDevPop" => |values| deviation(values, 0),
        "$stdDevSamp" => |values| deviation(values, 1),
        "$mergeObjects" => merge,
        _ => return None,
    })
}

fn min(values: &[Bson]) -> Bson {
    values
        .iter()
        .filter(|value| !is_nullish(value))
        .min_by(|left, right| compare(left, right))
        .cloned()
        .unwrap_or(Bson::Null)
}

fn max(values: &[Bson]) -> Bson {
    values
        .iter()
        .filter(|value| !is_nullish(value))
        .max_by(|left, right| compare(left, right))
        .cloned()
        .unwrap_or(Bson::Null)
}

fn deviation(values: &[Bson], fewer: usize) -> Bson {
    let numbers: Vec<f64> = values.iter().filter(|value| value.is_number()).filter_map(Bson::as_f64).collect();
    if numbers.len() <= fewer {
        return Bson::Null;
    }
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    Bson::Double((squares / (numbers.len() - fewer) as f64).sqrt())
}

fn merge(values: &[Bson]) -> Bson {
    let mut merged = Document::new();
    for document in values.iter().filter_map(Bson::as_document) {
        document.iter().for_each(|(key, value)| merged.set(key, value));
    }
    merged.into()
}
