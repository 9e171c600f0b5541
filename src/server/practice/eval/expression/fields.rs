//! `$getField`, `$setField`, `$unsetField`: fields whose names are no paths.

use super::reader::Reader;
use super::{Expression, Outcome, Scope, is_nullish};
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// A field of a document that is read or changed.
#[derive(Clone, Debug)]
pub struct Field {
    name: Expression,
    input: Expression,
    /// Nothing for reading.
    value: Option<Expression>,
}

impl Field {
    /// Reads `{$getField: "name"}` and `{$getField: {field: .., input: ..}}`.
    ///
    /// # Errors
    /// 3041701 to 3041703 for arguments.
    pub fn to_get(reader: &Reader<'_>) -> Result<Self, CommandError> {
        let named = reader.document().is_ok_and(|fields| !fields.keys().any(|key| key.starts_with('$')));
        if !named {
            let root = Expression::Variable("ROOT".to_owned(), Vec::new());
            return Ok(Self { name: reader.whole()?, input: root, value: None });
        }
        reader.only(&["field", "input"], 3_041_701, 3_041_701)?;
        let input = reader.required("input", 3_041_703)?;
        Ok(Self { name: reader.required("field", 3_041_702)?, input, value: None })
    }

    /// Reads `{$setField: {field: .., input: .., value: ..}}`.
    ///
    /// # Errors
    /// 4161100 to 4161109 for arguments.
    pub fn to_set(reader: &Reader<'_>) -> Result<Self, CommandError> {
        reader.only(&["field", "input", "value"], 4_161_100, 4_161_101)?;
        let value = reader.required("value", 4_161_103)?;
        let input = reader.required("input", 4_161_109)?;
        Ok(Self { name: reader.required("field", 4_161_102)?, input, value: Some(value) })
    }

    /// Reads `{$unsetField: {field: .., input: ..}}`.
    ///
    /// # Errors
    /// As [`Field::to_set`].
    pub fn to_unset(reader: &Reader<'_>) -> Result<Self, CommandError> {
        reader.only(&["field", "input"], 4_161_110, 4_161_111)?;
        let input = reader.required("input", 4_161_109)?;
        let value = Some(Expression::Literal(Bson::Undefined));
        Ok(Self { name: reader.required("field", 4_161_102)?, input, value })
    }

    /// The field's value, or the changed document.
    ///
    /// # Errors
    /// 3041704 and 4161108 for names that are no texts, 4161105 for input that is no document.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Outcome {
        let number = if self.value.is_some() { 4_161_108 } else { 3_041_704 };
        let name = self.name.evaluate(scope)?;
        let name = name.as_str().ok_or_else(|| {
            CommandError::new(number, format!("'field' must evaluate to a string, found {}", name.type_name()))
        })?;
        let input = self.input.evaluate(scope)?;
        match (&self.value, input) {
            (None, Bson::Document(input)) => Ok(input.get(name).cloned().unwrap_or(Bson::Undefined)),
            (None, Bson::Null) => Ok(Bson::Null),
            (None, _) => Ok(Bson::Undefined),
            (Some(_), input) if is_nullish(&input) => Ok(Bson::Null),
            (Some(value), Bson::Document(mut input)) => {
                match value.evaluate(scope)? {
                    Bson::Undefined => drop(input.remove(name)),
                    value => input.set(name, value),
                }
                Ok(input.into())
            }
            (Some(_), other) => {
                let text = format!("$setField requires 'input' to evaluate to an object, found {}", other.type_name());
                Err(CommandError::new(4_161_105, text))
            }
        }
    }
}
