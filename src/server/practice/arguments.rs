//! The fields of a command, taken out with the type errors that a mongod gives for them.

use super::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document};

/// Fields that every command takes and most ignore.
const GENERIC: &[&str] = &[
    "$audit",
    "$client",
    "$clusterTime",
    "$configServerState",
    "$configTime",
    "$db",
    "$maxTimeMS",
    "$oplogQueryData",
    "$query",
    "$queryOptions",
    "$readPreference",
    "$replData",
    "$topologyTime",
    "allowImplicitCollectionCreation",
    "apiDeprecationErrors",
    "apiStrict",
    "apiVersion",
    "autocommit",
    "comment",
    "databaseVersion",
    "help",
    "lsid",
    "maxTimeMS",
    "readConcern",
    "shardVersion",
    "startTransaction",
    "txnNumber",
    "writeConcern",
];

/// A document of arguments and what errors call it: the command's name, or `update.updates` for a part of one.
#[derive(Clone, Copy, Debug)]
pub struct Arguments<'a> {
    /// Stands before the field's name in errors.
    pub name: &'a str,
    /// The fields.
    pub fields: &'a Document,
}

impl<'a> Arguments<'a> {
    /// Arguments in `fields`, called `name` in errors.
    pub fn new(name: &'a str, fields: &'a Document) -> Self {
        Self { name, fields }
    }

    /// Refuses fields that are neither in `known` nor generic, and fields that stand twice.
    ///
    /// # Errors
    /// 40415 or 40413 with the first such field.
    pub fn check(&self, known: &[&str]) -> Result<(), CommandError> {
        for (at, key) in self.fields.keys().enumerate().skip(1) {
            if !known.contains(&key) && GENERIC.binary_search(&key).is_err() {
                let text = format!("BSON field '{}.{key}' is an unknown field.", self.name);
                return Err(CommandError::new(40415, text));
            }
            if self.fields.keys().take(at).any(|earlier| earlier == key) {
                let text = format!("BSON field '{}.{key}' is a duplicate field", self.name);
                return Err(CommandError::new(40413, text));
            }
        }
        Ok(())
    }

    /// The field, unless it is missing or null.
    pub fn get(&self, field: &str) -> Option<&'a Bson> {
        self.fields.get(field).filter(|value| !matches!(value, Bson::Null | Bson::Undefined))
    }

    /// A number without its fraction. NaN counts as 0, what is too large saturates.
    ///
    /// # Errors
    /// 14 for any other type.
    pub fn integer(&self, field: &str) -> Result<Option<i64>, CommandError> {
        match self.get(field) {
            None => Ok(None),
            Some(value) if value.is_number() => Ok(Some(value.as_i64().unwrap_or(0))),
            Some(value) => Err(self.wrong_type(field, value, "'[long, int, decimal, double]'")),
        }
    }

    /// As [`Arguments::integer`], not below 0.
    ///
    /// # Errors
    /// 14 for any other type, 51024 below 0.
    pub fn size(&self, field: &str) -> Result<Option<i64>, CommandError> {
        match self.integer(field)? {
            Some(value) if value < 0 => {
                let text = format!("BSON field '{field}' value must be >= 0, actual value '{value}'");
                Err(CommandError::new(51024, text))
            }
            value => Ok(value),
        }
    }

    /// A boolean, or a number other than 0; false if missing.
    ///
    /// # Errors
    /// 14 for any other type.
    pub fn flag(&self, field: &str) -> Result<bool, CommandError> {
        match self.get(field) {
            None => Ok(false),
            Some(value) => {
                value.as_flag().ok_or_else(|| self.wrong_type(field, value, "'[bool, long, int, decimal, double]'"))
            }
        }
    }

    /// A string.
    ///
    /// # Errors
    /// 14 for any other type.
    pub fn text(&self, field: &str) -> Result<Option<&'a str>, CommandError> {
        match self.get(field) {
            None => Ok(None),
            Some(Bson::String(text)) => Ok(Some(text)),
            Some(value) => Err(self.wrong_type(field, value, "'string'")),
        }
    }

    /// A document.
    ///
    /// # Errors
    /// 14 for any other type.
    pub fn document(&self, field: &str) -> Result<Option<&'a Document>, CommandError> {
        match self.get(field) {
            None => Ok(None),
            Some(Bson::Document(document)) => Ok(Some(document)),
            Some(value) => Err(self.wrong_type(field, value, "'object'")),
        }
    }

    /// An array.
    ///
    /// # Errors
    /// 14 for any other type.
    pub fn array(&self, field: &str) -> Result<Option<&'a [Bson]>, CommandError> {
        match self.get(field) {
            None => Ok(None),
            Some(Bson::Array(items)) => Ok(Some(items)),
            Some(value) => Err(self.wrong_type(field, value, "'array'")),
        }
    }

    /// What was found, or the error that the field has to be there.
    ///
    /// # Errors
    /// 40414 where `found` is nothing.
    pub fn required<T>(&self, field: &str, found: Option<T>) -> Result<T, CommandError> {
        found.ok_or_else(|| {
            let text = format!("BSON field '{}.{field}' is missing but a required field", self.name);
            CommandError::new(40414, text)
        })
    }

    /// Refuses any collation but the simple one: other orders are not built in.
    ///
    /// # Errors
    /// 14 where it is no document, 9 without a locale, 2 for a locale that is not a string.
    pub fn collation(&self) -> Result<(), CommandError> {
        let Some(collation) = self.document("collation")? else { return Ok(()) };
        match collation.get("locale") {
            None if collation.is_empty() => Ok(()),
            None => Err(CommandError::new(40414, "BSON field 'collation.locale' is missing but a required field")),
            Some(Bson::String(_)) => Ok(()),
            Some(other) => Err(Arguments::new("collation", collation).wrong_type("locale", other, "'string'")),
        }
    }

    /// The error for a field of a wrong type; `expected` is quoted as the text wants it.
    pub fn wrong_type(&self, field: &str, value: &Bson, expected: &str) -> CommandError {
        let word = if expected.starts_with("'[") { "types" } else { "type" };
        let (name, kind) = (self.name, value.type_name());
        let text = format!("BSON field '{name}.{field}' is the wrong type '{kind}', expected {word} {expected}");
        CommandError::new(code::TYPE_MISMATCH, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    #[test]
    fn the_generic_fields_are_sorted_for_the_look_up() {
        assert!(GENERIC.is_sorted());
    }

    #[test]
    fn unknown_and_doubled_fields_are_named() {
        let fields = doc! { "find": "c", "limit": 1, "limit": 2 };
        assert_eq!(Arguments::new("find", &fields).check(&["limit"]).unwrap_err().code, 40413);
        let error = Arguments::new("find", &fields).check(&["skip"]).unwrap_err();
        assert_eq!(error.message, "BSON field 'find.limit' is an unknown field.");
    }

    #[test]
    fn numbers_of_any_type_are_taken_and_others_refused() {
        let fields = doc! { "x": 0, "a": 2.9, "b": (f64::NAN), "c": "1", "d": (-1) };
        let arguments = Arguments::new("x", &fields);
        assert_eq!(arguments.integer("a"), Ok(Some(2)));
        assert_eq!(arguments.integer("b"), Ok(Some(0)));
        assert_eq!(arguments.integer("c").unwrap_err().code, 14);
        assert_eq!(arguments.size("d").unwrap_err().code, 51024);
    }
}
