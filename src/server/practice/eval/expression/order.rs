//! `$sortArray`.

use super::reader::Reader;
use super::{Expression, Outcome, Scope, is_nullish};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::eval::SortPattern;
use crate::wire::bson::{Bson, Document, compare};

/// An order of array elements.
#[derive(Clone, Debug)]
enum Order {
    /// Of whole values; true upward.
    Values(bool),
    /// Of documents by their fields.
    Fields(SortPattern),
}

/// A parsed `$sortArray`.
#[derive(Clone, Debug)]
pub struct SortArray {
    input: Expression,
    order: Order,
}

impl SortArray {
    /// Reads `{input: .., sortBy: ..}`.
    ///
    /// # Errors
    /// 2942500 to 2942503 for arguments, those of sort patterns.
    pub fn parse(reader: &Reader<'_>) -> Result<Self, CommandError> {
        reader.only(&["input", "sortBy"], 2_942_500, 2_942_501)?;
        let input = reader.required("input", 2_942_502)?;
        let order = match reader.document()?.get("sortBy") {
            None => return Err(CommandError::new(2_942_503, "$sortArray requires 'sortBy' to be specified")),
            Some(Bson::Document(pattern)) if pattern.is_empty() => {
                return Err(CommandError::new(code::BAD_VALUE, "$sortArray needs at least one field to sort by"));
            }
            Some(Bson::Document(pattern)) => Order::Fields(SortPattern::parse(pattern)?),
            Some(direction) => match direction.as_f64() {
                Some(1.0) => Order::Values(true),
                Some(-1.0) => Order::Values(false),
                _ => return Err(CommandError::new(code::BAD_VALUE, "$sortArray's 'sortBy' is 1, -1 or an object")),
            },
        };
        Ok(Self { input, order })
    }

    /// The sorted array, null for null.
    ///
    /// # Errors
    /// 2942504 for what is no array.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Outcome {
        let mut items = match self.input.evaluate(scope)? {
            value if is_nullish(&value) => return Ok(Bson::Null),
            Bson::Array(items) => items,
            other => {
                let text = format!("The input argument to $sortArray must be an array, found {}", other.type_name());
                return Err(CommandError::new(2_942_504, text));
            }
        };
        match &self.order {
            Order::Values(true) => items.sort_by(compare),
            Order::Values(false) => items.sort_by(|left, right| compare(right, left)),
            Order::Fields(pattern) => {
                // What is no document has none of the fields.
                let nothing = Document::new();
                items.sort_by(|left, right| {
                    let (left, right) = (left.as_document(), right.as_document());
                    pattern.compare(left.unwrap_or(&nothing), right.unwrap_or(&nothing))
                });
            }
        }
        Ok(Bson::Array(items))
    }
}
