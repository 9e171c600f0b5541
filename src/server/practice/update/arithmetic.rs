//! `$inc`, `$mul`, `$min`, `$max`: numbers keep the narrowest type that both sides and the result allow.

use super::{Action, Change, Target, decimal};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::render;
use crate::wire::bson::{Bson, Decimal128, compare};
use std::cmp::Ordering;

/// What `$inc` and `$mul` have in common: one operation on each type of number.
#[derive(Debug)]
struct Arithmetic {
    name: &'static str,
    argument: Bson,
    integers: fn(i64, i64) -> Option<i64>,
    doubles: fn(f64, f64) -> f64,
    decimals: fn(Decimal128, Decimal128) -> Decimal128,
}

#[derive(Debug)]
struct Limit {
    argument: Bson,
    /// How a new value has to stand to the old one to take its place.
    wins: Ordering,
}

pub fn inc(path: &str, argument: &Bson) -> Result<Box<dyn Action>, CommandError> {
    number("increment", path, argument)?;
    Ok(Box::new(Arithmetic {
        name: "$inc",
        argument: argument.clone(),
        integers: i64::checked_add,
        doubles: |a, b| a + b,
        decimals: decimal::add,
    }))
}

pub fn mul(path: &str, argument: &Bson) -> Result<Box<dyn Action>, CommandError> {
    number("multiply", path, argument)?;
    Ok(Box::new(Arithmetic {
        name: "$mul",
        argument: argument.clone(),
        integers: i64::checked_mul,
        doubles: |a, b| a * b,
        decimals: decimal::multiply,
    }))
}

pub fn min(_: &str, argument: &Bson) -> Result<Box<dyn Action>, CommandError> {
    Ok(Box::new(Limit { argument: argument.clone(), wins: Ordering::Less }))
}

pub fn max(_: &str, argument: &Bson) -> Result<Box<dyn Action>, CommandError> {
    Ok(Box::new(Limit { argument: argument.clone(), wins: Ordering::Greater }))
}

fn number(verb: &str, path: &str, argument: &Bson) -> Result<(), CommandError> {
    if argument.is_number() {
        return Ok(());
    }
    let text = format!("Cannot {verb} with non-numeric argument: {{{path}: {}}}", render::value(argument));
    Err(CommandError::new(code::TYPE_MISMATCH, text))
}

impl Action for Arithmetic {
    fn apply(&self, current: Option<&Bson>, target: &Target<'_>) -> Result<Change, CommandError> {
        let Some(current) = current else { return Ok(Change::Set(self.of_nothing())) };
        if !current.is_number() {
            let id = render::value(target.document.get("_id").unwrap_or(&Bson::Null));
            let (name, path, kind) = (self.name, target.path, current.type_name());
            let text = format!(
                "Cannot apply {name} to a value of non-numeric type. {{_id: {id}}} has the field '{path}' of non-numeric type {kind}"
            );
            return Err(CommandError::new(code::TYPE_MISMATCH, text));
        }
        match self.combine(current) {
            Some(value) => Ok(Change::Set(value)),
            None => {
                let id = render::value(target.document.get("_id").unwrap_or(&Bson::Null));
                let (name, value) = (self.name, render::value(current));
                let text = format!(
                    "Failed to apply {name} operations to current value ((NumberLong){value}) for document {{_id: {id}}}"
                );
                Err(CommandError::new(code::BAD_VALUE, text))
            }
        }
    }
}

impl Arithmetic {
    /// A missing field counts as 0, of the argument's type.
    fn of_nothing(&self) -> Bson {
        match (self.name, &self.argument) {
            ("$inc", argument) => argument.clone(),
            (_, Bson::Double(_)) => Bson::Double(0.0),
            (_, Bson::Int64(_)) => Bson::Int64(0),
            (_, Bson::Decimal128(_)) => Bson::Decimal128(decimal::of(&Bson::Int32(0))),
            _ => Bson::Int32(0),
        }
    }

    /// `None` where 64 bits do not hold the result.
    fn combine(&self, current: &Bson) -> Option<Bson> {
        use Bson::{Double, Int32, Int64};
        match (current, &self.argument) {
            (Bson::Decimal128(_), _) | (_, Bson::Decimal128(_)) => {
                Some(Bson::Decimal128((self.decimals)(decimal::of(current), decimal::of(&self.argument))))
            }
            (Double(_), _) | (_, Double(_)) => Some(Double((self.doubles)(current.as_f64()?, self.argument.as_f64()?))),
            (Int32(a), Int32(b)) => {
                let wide = (self.integers)(i64::from(*a), i64::from(*b))?;
                Some(i32::try_from(wide).map_or(Int64(wide), Int32))
            }
            _ => (self.integers)(current.as_i64()?, self.argument.as_i64()?).map(Int64),
        }
    }
}

impl Action for Limit {
    fn apply(&self, current: Option<&Bson>, _: &Target<'_>) -> Result<Change, CommandError> {
        let takes = current.is_none_or(|current| compare(&self.argument, current) == self.wins);
        Ok(if takes { Change::Set(self.argument.clone()) } else { Change::Keep })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bson, doc};

    fn applied(action: &dyn Action, current: Option<Bson>) -> Result<Change, i32> {
        let document = doc! { "_id": 1 };
        let target = Target { path: "a", document: &document, inserting: false };
        action.apply(current.as_ref(), &target).map_err(|error| error.code)
    }

    fn sum(current: Bson, argument: Bson) -> Result<Change, i32> {
        applied(inc("a", &argument).unwrap().as_ref(), Some(current))
    }

    #[test]
    fn an_int_that_overflows_becomes_a_long_and_a_long_fails() {
        assert_eq!(sum(bson!(i32::MAX), bson!(1)), Ok(Change::Set(Bson::Int64(1 << 31))));
        assert_eq!(sum(bson!(1), bson!(1)), Ok(Change::Set(Bson::Int32(2))));
        assert_eq!(sum(Bson::Int64(1), bson!(1)), Ok(Change::Set(Bson::Int64(2))));
        assert_eq!(sum(bson!(1), bson!(1.0)), Ok(Change::Set(Bson::Double(2.0))));
        assert_eq!(sum(Bson::Int64(i64::MAX), bson!(1)), Err(2));
        assert_eq!(sum(bson!("x"), bson!(1)), Err(14));
        assert_eq!(inc("a", &bson!("x")).unwrap_err().code, 14);
    }

    #[test]
    fn a_missing_field_is_zero_of_the_arguments_type() {
        assert_eq!(applied(mul("a", &bson!(5.0)).unwrap().as_ref(), None), Ok(Change::Set(bson!(0.0))));
        assert_eq!(applied(inc("a", &bson!(5)).unwrap().as_ref(), None), Ok(Change::Set(bson!(5))));
    }

    #[test]
    fn limits_compare_across_types() {
        assert_eq!(applied(max("a", &bson!("x")).unwrap().as_ref(), Some(bson!(9))), Ok(Change::Set(bson!("x"))));
        assert_eq!(applied(min("a", &bson!(9.0)).unwrap().as_ref(), Some(bson!(9))), Ok(Change::Keep));
    }
}
