//! The order of BSON values, in which servers sort, index and compare.
//!
//! Source: the MongoDB manual, "Comparison/Sort Order". Types first, then values; numbers of all four types by value.

use super::{Bson, Decimal128, Document};
use std::cmp::Ordering;

/// The rank of a value's type; equal ranks compare by value.
pub fn canonical_type(value: &Bson) -> i8 {
    match value {
        Bson::MinKey => -1,
        Bson::Undefined => 0,
        Bson::Null => 5,
        Bson::Double(_) | Bson::Int32(_) | Bson::Int64(_) | Bson::Decimal128(_) => 10,
        Bson::String(_) | Bson::Symbol(_) => 15,
        Bson::Document(_) => 20,
        Bson::Array(_) => 25,
        Bson::Binary { .. } => 30,
        Bson::ObjectId(_) => 35,
        Bson::Boolean(_) => 40,
        Bson::DateTime(_) => 45,
        Bson::Timestamp(_) => 47,
        Bson::Regex { .. } => 50,
        Bson::DbPointer { .. } => 55,
        Bson::JavaScript(_) => 60,
        Bson::JavaScriptWithScope { .. } => 65,
        Bson::MaxKey => 127,
    }
}

/// Total order of two values.
pub fn compare(left: &Bson, right: &Bson) -> Ordering {
    canonical_type(left).cmp(&canonical_type(right)).then_with(|| same_type(left, right))
}

fn same_type(left: &Bson, right: &Bson) -> Ordering {
    use Bson::*;
    match (left, right) {
        (String(a) | Symbol(a), String(b) | Symbol(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Document(a), Document(b)) => documents(a, b),
        (Array(a), Array(b)) => arrays(a, b),
        (Binary { subtype, bytes }, Binary { subtype: other, bytes: others }) => {
            bytes.len().cmp(&others.len()).then(subtype.cmp(other)).then_with(|| bytes.cmp(others))
        }
        (ObjectId(a), ObjectId(b)) => a.cmp(b),
        (Boolean(a), Boolean(b)) => a.cmp(b),
        (DateTime(a), DateTime(b)) => a.cmp(b),
        (Timestamp(a), Timestamp(b)) => a.cmp(b),
        (Regex { pattern, options }, Regex { pattern: other, options: others }) => {
            pattern.cmp(other).then_with(|| options.cmp(others))
        }
        (DbPointer { namespace, id }, DbPointer { namespace: other, id: others }) => {
            namespace.len().cmp(&other.len()).then_with(|| namespace.cmp(other)).then_with(|| id.cmp(others))
        }
        (JavaScript(a), JavaScript(b)) => a.cmp(b),
        (JavaScriptWithScope { code, scope }, JavaScriptWithScope { code: other, scope: others }) => {
            code.cmp(other).then_with(|| documents(scope, others))
        }
        _ => numbers(left, right),
    }
}

/// Field by field: type, then name, then value; the shorter one first.
fn documents(left: &Document, right: &Document) -> Ordering {
    let fields = left.iter().zip(right.iter()).map(|((key, value), (other_key, other))| {
        canonical_type(value)
            .cmp(&canonical_type(other))
            .then_with(|| key.cmp(other_key))
            .then_with(|| same_type(value, other))
    });
    first_difference(fields).then(left.len().cmp(&right.len()))
}

fn arrays(left: &[Bson], right: &[Bson]) -> Ordering {
    first_difference(left.iter().zip(right).map(|(a, b)| compare(a, b))).then(left.len().cmp(&right.len()))
}

fn first_difference(mut orders: impl Iterator<Item = Ordering>) -> Ordering {
    orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// By mathematical value; NaN is equal to itself and below every other number.
fn numbers(left: &Bson, right: &Bson) -> Ordering {
    use Bson::*;
    match (left, right) {
        (Double(a), Double(b)) => doubles(*a, *b),
        (Int32(_) | Int64(_), Int32(_) | Int64(_)) => left.as_i64().cmp(&right.as_i64()),
        (Int32(_) | Int64(_), Double(b)) => integer_to_double(left.as_i64().unwrap_or(0), *b),
        (Double(a), Int32(_) | Int64(_)) => integer_to_double(right.as_i64().unwrap_or(0), *a).reverse(),
        _ => match (decimal(left), decimal(right)) {
            (Some(a), Some(b)) => a.compare(b),
            // MinKey, MaxKey, Null, Undefined: equal types are equal values.
            _ => Ordering::Equal,
        },
    }
}

fn doubles(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or_else(|| right.is_nan().cmp(&left.is_nan()))
}

/// Exact also where a double cannot hold the integer.
fn integer_to_double(integer: i64, double: f64) -> Ordering {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    if double.is_nan() {
        Ordering::Greater
    } else if double >= TWO_TO_63 {
        Ordering::Less
    } else if double < -TWO_TO_63 {
        Ordering::Greater
    } else {
        integer.cmp(&(double as i64)).then_with(|| doubles(0.0, double.fract()))
    }
}

fn decimal(value: &Bson) -> Option<Decimal128> {
    match value {
        Bson::Decimal128(value) => Some(*value),
        Bson::Double(value) => Some(Decimal128::from_f64(*value)),
        Bson::Int32(_) | Bson::Int64(_) => Decimal128::parse(&value.as_i64()?.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::tests::document;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn integers_that_a_double_cannot_hold_still_compare_exactly() {
        let edge = (1_i64 << 53) + 1;
        assert_eq!(compare(&Bson::Int64(edge), &Bson::Double((edge - 1) as f64)), Ordering::Greater);
        assert_eq!(compare(&Bson::Int64(i64::MAX), &Bson::Double(9.3e18)), Ordering::Less);
        assert_eq!(compare(&Bson::Int32(1), &Bson::Double(1.5)), Ordering::Less);
        assert_eq!(compare(&Bson::Int32(-1), &Bson::Double(-1.5)), Ordering::Greater);
    }

    #[test]
    fn number_types_are_equal_by_value() {
        let tenth = Bson::Decimal128(Decimal128::parse("0.5").unwrap());
        assert_eq!(compare(&tenth, &Bson::Double(0.5)), Ordering::Equal);
        assert_eq!(compare(&Bson::Int64(3), &Bson::Double(3.0)), Ordering::Equal);
        assert_eq!(compare(&Bson::Double(f64::NAN), &Bson::Int32(i32::MIN)), Ordering::Less);
    }

    #[test]
    fn types_come_in_the_order_of_the_manual() {
        let mut values = [Bson::MaxKey, Bson::from("a"), Bson::from(false), Bson::Null, Bson::from(1), Bson::MinKey];
        values.sort_by(compare);
        let names: Vec<_> = values.iter().map(Bson::type_name).collect();
        assert_eq!(names, ["minKey", "null", "int", "string", "bool", "maxKey"]);
    }

    proptest! {
        #[test]
        fn it_is_a_total_order(a in document(), b in document(), c in document()) {
            let (a, b, c) = (Bson::Document(a), Bson::Document(b), Bson::Document(c));
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            prop_assert_eq!(compare(&a, &a), Ordering::Equal);
            if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
                prop_assert!(compare(&a, &c).is_le());
            }
        }
    }
}
