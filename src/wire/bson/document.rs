//! An owned document: an ordered list of fields in which a key may stand twice.

use super::{Bson, BsonError, RawDocument, Writer};

/// Fields in their order. Look-ups give the first field of a name, as servers do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document(Vec<(String, Bson)>);

impl Document {
    /// A document without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a field, also if the key stands there already.
    pub fn push(&mut self, key: impl Into<String>, value: impl Into<Bson>) {
        self.0.push((key.into(), value.into()));
    }

    /// Replaces the first field of that key in its place, or appends it.
    pub fn set(&mut self, key: &str, value: impl Into<Bson>) {
        match self.get_mut(key) {
            Some(slot) => *slot = value.into(),
            None => self.push(key, value),
        }
    }

    /// The first field of that key.
    pub fn get(&self, key: &str) -> Option<&Bson> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The first field of that key, to change it in place.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Bson> {
        self.0.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Takes the first field of that key out.
    pub fn remove(&mut self, key: &str) -> Option<Bson> {
        let at = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.remove(at).1)
    }

    /// True if a field of that key is there.
    pub fn contains(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The text of a string field.
    pub fn get_str(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// The document of a field.
    pub fn get_document(&self, key: &str) -> Option<&Document> {
        self.get(key)?.as_document()
    }

    /// The elements of an array field.
    pub fn get_array(&self, key: &str) -> Option<&[Bson]> {
        self.get(key)?.as_array()
    }

    /// The first field: in a command its name and argument.
    pub fn first(&self) -> Option<(&str, &Bson)> {
        self.iter().next()
    }

    /// Fields in their order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Bson)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Keys in their order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }

    /// The fields themselves.
    pub fn fields_mut(&mut self) -> &mut Vec<(String, Bson)> {
        &mut self.0
    }

    /// Number of fields.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True without fields.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads one whole document.
    ///
    /// # Errors
    /// What is wrong with the bytes; nothing is read past their end.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BsonError> {
        RawDocument::new(bytes)?.to_document(0)
    }

    /// The document as BSON bytes. A NUL in a key ends the key there, as the format has no way to say it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.document(self);
        writer.into_bytes()
    }
}

impl IntoIterator for Document {
    type Item = (String, Bson);
    type IntoIter = std::vec::IntoIter<(String, Bson)>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<(String, Bson)> for Document {
    fn from_iter<I: IntoIterator<Item = (String, Bson)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::{Decimal128, Timestamp};
    use super::*;
    use proptest::prelude::*;

    fn leaf() -> impl Strategy<Value = Bson> {
        prop_oneof![
            any::<f64>().prop_filter("NaN is not equal to itself", |value| !value.is_nan()).prop_map(Bson::Double),
            any::<String>().prop_map(Bson::String),
            (any::<u8>().prop_filter("2 has a layout of its own", |kind| *kind != 2), any::<Vec<u8>>())
                .prop_map(|(subtype, bytes)| Bson::Binary { subtype, bytes }),
            any::<[u8; 12]>().prop_map(Bson::ObjectId),
            any::<bool>().prop_map(Bson::Boolean),
            any::<i64>().prop_map(Bson::DateTime),
            ("[^\0]*", "[imsx]*").prop_map(|(pattern, options)| Bson::Regex { pattern, options }),
            any::<String>().prop_map(Bson::JavaScript),
            any::<String>().prop_map(Bson::Symbol),
            any::<i32>().prop_map(Bson::Int32),
            (any::<u32>(), any::<u32>())
                .prop_map(|(seconds, increment)| Bson::Timestamp(Timestamp { seconds, increment })),
            any::<i64>().prop_map(Bson::Int64),
            any::<[u8; 16]>().prop_map(|bytes| Bson::Decimal128(Decimal128::from_bytes(bytes))),
            prop_oneof![Just(Bson::Null), Just(Bson::Undefined), Just(Bson::MinKey), Just(Bson::MaxKey)],
        ]
    }

    /// Any document of up to four levels.
    pub(crate) fn document() -> impl Strategy<Value = Document> {
        let value = leaf().prop_recursive(3, 24, 6, |inner| {
            let fields = prop::collection::vec(("[^\0]*", inner.clone()), 0..6);
            prop_oneof![
                fields.clone().prop_map(|fields| Bson::Document(fields.into_iter().collect())),
                prop::collection::vec(inner, 0..6).prop_map(Bson::Array),
                (any::<String>(), fields).prop_map(|(code, fields)| {
                    Bson::JavaScriptWithScope { code, scope: fields.into_iter().collect() }
                }),
            ]
        });
        prop::collection::vec(("[^\0]*", value), 0..8).prop_map(|fields| fields.into_iter().collect())
    }

    proptest! {
        #[test]
        fn bytes_come_back_as_the_same_document(document in document()) {
            prop_assert_eq!(Document::from_bytes(&document.to_bytes()), Ok(document));
        }

        #[test]
        fn any_bytes_give_a_document_or_an_error(mut bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let length = bytes.len() as u32;
            if bytes.len() > 4 { bytes[..4].copy_from_slice(&length.to_le_bytes()); }
            let _ = Document::from_bytes(&bytes);
        }
    }

    #[test]
    fn a_key_may_stand_twice_and_the_first_is_found() {
        let document = crate::doc! { "a": 1, "a": 2, "": 3 };
        assert_eq!(document.get("a"), Some(&Bson::Int32(1)));
        assert_eq!(Document::from_bytes(&document.to_bytes()).unwrap().len(), 3);
    }

    #[test]
    fn nesting_past_the_limit_is_refused() {
        let mut document = Document::new();
        for _ in 0..super::super::MAX_DEPTH + 1 {
            document = crate::doc! { "a": document };
        }
        assert_eq!(Document::from_bytes(&document.to_bytes()), Err(BsonError::TooDeep));
    }
}
