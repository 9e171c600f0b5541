//! `$jsonSchema`: what a document's fields may hold, in the words of JSON Schema draft 4 and BSON's types.
//!
//! A keyword says something about values of its own types only: `minLength` lets numbers pass.

mod array;
mod number;
mod object;
mod parse;
mod text;

use std::sync::Arc;

use super::types::TypeSet;
use crate::wire::bson::{Bson, compare};
use array::ArrayRule;
use number::NumberRule;
use object::ObjectRule;
pub use parse::parse;
use text::TextRule;

/// A parsed schema: rules that all must hold.
#[derive(Clone, Debug, Default)]
pub struct Schema(Arc<[Rule]>);

/// One keyword.
#[derive(Debug)]
enum Rule {
    Type(TypeSet),
    OneOf(Vec<Bson>),
    All(Vec<Schema>),
    Any(Vec<Schema>),
    /// Exactly one.
    Single(Vec<Schema>),
    Not(Schema),
    Number(NumberRule),
    Text(TextRule),
    Array(ArrayRule),
    Object(ObjectRule),
}

impl Schema {
    /// True where the value breaks no rule.
    pub fn matches(&self, value: &Bson) -> bool {
        self.0.iter().all(|rule| rule.holds(value))
    }
}

impl Rule {
    fn holds(&self, value: &Bson) -> bool {
        let passes = |schema: &Schema| schema.matches(value);
        match (self, value) {
            (Self::Type(types), value) => types.contains(value),
            (Self::OneOf(values), value) => values.iter().any(|known| compare(known, value).is_eq()),
            (Self::All(schemas), _) => schemas.iter().all(passes),
            (Self::Any(schemas), _) => schemas.iter().any(passes),
            (Self::Single(schemas), _) => schemas.iter().filter(|schema| passes(schema)).count() == 1,
            (Self::Not(schema), _) => !passes(schema),
            (Self::Number(rule), value) if value.is_number() => rule.holds(value),
            (Self::Text(rule), Bson::String(text)) => rule.holds(text),
            (Self::Array(rule), Bson::Array(items)) => rule.holds(items),
            (Self::Object(rule), Bson::Document(document)) => rule.holds(document, value),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::bson::Document;
    use crate::{bson, doc};

    fn passes(schema: Document, value: Bson) -> bool {
        parse(&schema.into(), 0).unwrap().matches(&value)
    }

    fn refused(schema: Document) -> i32 {
        parse(&schema.into(), 0).map(|_| ()).unwrap_err().code
    }

    #[test]
    fn types_are_those_of_bson_or_of_json() {
        assert!(passes(doc! { "bsonType": ["int", "double"] }, bson!(1)));
        assert!(!passes(doc! { "bsonType": ["int", "double"] }, Bson::Int64(1)));
        assert!(passes(doc! { "bsonType": "number" }, Bson::Int64(1)));
        assert!(passes(doc! { "type": "boolean" }, bson!(true)));
        assert_eq!(refused(doc! { "bsonType": "blob" }), 2);
        assert_eq!(refused(doc! { "type": "integer" }), 9);
        assert_eq!(refused(doc! { "type": "string", "bsonType": "string" }), 9);
    }

    #[test]
    fn a_keyword_lets_values_of_other_types_pass() {
        let schema = doc! { "minLength": 2, "minimum": 5, "minItems": 1, "required": ["a"] };
        for (value, fits) in [
            (bson!("a"), false),
            (bson!("ab"), true),
            (bson!(4), false),
            (bson!(5.0), true),
            (bson!([]), false),
            (bson!({}), false),
            (bson!(null), true),
        ] {
            assert_eq!(passes(schema.clone(), value.clone()), fits, "{value:?}");
        }
    }

    #[test]
    fn fields_beside_the_known_ones_can_be_refused() {
        let schema = doc! { "properties": { "a": {} }, "patternProperties": { "^x": { "bsonType": "int" } }, "additionalProperties": false };
        assert!(passes(schema.clone(), bson!({ "a": "any", "x1": 1 })));
        assert!(!passes(schema.clone(), bson!({ "x1": "text" })));
        assert!(!passes(schema, bson!({ "b": 1 })));
        let schema = doc! { "additionalProperties": { "bsonType": "string" } };
        assert!(!passes(schema, bson!({ "b": 1 })));
    }

    #[test]
    fn fields_can_depend_on_others() {
        let schema = doc! { "dependencies": { "a": ["b"], "c": { "required": ["d"] } } };
        assert!(passes(schema.clone(), bson!({ "a": 1, "b": 1 })));
        assert!(!passes(schema.clone(), bson!({ "a": 1 })));
        assert!(!passes(schema, bson!({ "c": 1 })));
    }

    #[test]
    fn arrays_have_rules_for_each_place_and_for_the_rest() {
        let schema = doc! { "items": [{ "bsonType": "int" }], "additionalItems": { "bsonType": "string" } };
        assert!(passes(schema.clone(), bson!([1, "a", "b"])));
        assert!(!passes(schema, bson!([1, 2])));
        assert!(!passes(doc! { "uniqueItems": true }, bson!([1, 2, 1.0])));
        assert!(!passes(doc! { "items": { "enum": ["a"] } }, bson!(["a", "b"])));
    }

    #[test]
    fn limits_can_be_exclusive() {
        assert!(passes(doc! { "maximum": 5 }, bson!(5)));
        assert!(!passes(doc! { "maximum": 5, "exclusiveMaximum": true }, bson!(5)));
        assert!(!passes(doc! { "multipleOf": 0.5 }, bson!(0.7)));
        assert_eq!(refused(doc! { "exclusiveMaximum": true }), 9);
        assert_eq!(refused(doc! { "multipleOf": 0 }), 9);
    }

    #[test]
    fn schemas_combine() {
        let both = bson!([{ "minimum": 1 }, { "maximum": 5 }]);
        assert!(passes(doc! { "oneOf": (both.clone()) }, bson!(9)));
        assert!(!passes(doc! { "oneOf": (both.clone()) }, bson!(3)));
        assert!(passes(doc! { "allOf": (both.clone()) }, bson!(3)));
        assert!(passes(doc! { "anyOf": both }, bson!(9)));
        assert!(!passes(doc! { "not": {} }, bson!(9)));
    }

    #[test]
    fn wrong_schemas_are_refused() {
        assert_eq!(refused(doc! { "noSuchKeyword": 1 }), 9);
        assert_eq!(refused(doc! { "$ref": "#" }), 9);
        assert_eq!(refused(doc! { "required": [] }), 9);
        assert_eq!(refused(doc! { "required": ["a", "a"] }), 9);
        assert_eq!(refused(doc! { "minimum": "x" }), 14);
        assert_eq!(refused(doc! { "minLength": (-1) }), 9);
        assert_eq!(refused(doc! { "description": 5 }), 14);
        assert_eq!(refused(doc! { "enum": [1, 1.0] }), 9);
        assert_eq!(refused(doc! { "pattern": "[" }), 51091);
        let deep = (0..300).fold(doc! {}, |inner, _| doc! { "not": inner });
        assert_eq!(refused(deep), 2);
    }
}
