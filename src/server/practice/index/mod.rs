//! Indexes: ordered entries of key and record, kept with every write and read by point and range.

mod keys;
mod spec;
mod special;

pub use keys::{Key, Part, keys};
pub use spec::{Kind, Spec, same as same_pattern};
pub use special::Special;

use super::errors::{CommandError, code};
use super::render;
use crate::doc;
use crate::wire::bson::{Bson, Document};
use std::collections::BTreeSet;
use std::ops::Bound;

/// One collection's index.
#[derive(Clone, Debug)]
pub struct Index {
    /// What it is.
    pub spec: Spec,
    /// True once a document had more than one key.
    pub multikey: bool,
    /// Not offered to queries.
    pub hidden: bool,
    entries: BTreeSet<(Key, i64)>,
}

impl Index {
    /// An index without entries.
    pub fn new(spec: Spec) -> Self {
        let hidden = spec.shown.get("hidden").and_then(Bson::as_flag).unwrap_or(false);
        Self { spec, multikey: false, hidden, entries: BTreeSet::new() }
    }

    /// The keys that `document` has here; none where sparse or partial leaves it out.
    ///
    /// # Errors
    /// 171 for two arrays side by side.
    pub fn keys_of(&self, document: &Document) -> Result<Vec<Key>, CommandError> {
        self.expand(document).map(|(keys, _)| keys)
    }

    /// Refuses a document whose key another record has in a unique index, or whose place or language is none.
    ///
    /// # Errors
    /// 11000, those of [`Special::check`], or what [`Index::keys_of`] gives.
    pub fn check(&self, document: &Document, record: i64, namespace: &str) -> Result<(), CommandError> {
        if self.spec.partial.as_ref().is_none_or(|filter| filter.matches(document)) {
            self.spec.special.check(document)?;
        }
        let keys = self.keys_of(document)?;
        if !self.spec.unique {
            return Ok(());
        }
        match keys.iter().find(|key| self.at(key).any(|holder| holder != record)) {
            Some(key) => Err(self.duplicate(key, namespace)),
            None => Ok(()),
        }
    }

    /// Files a document that [`Index::check`] let pass.
    pub fn insert(&mut self, document: &Document, record: i64) {
        // A document that cannot be filed was refused before; there is nothing to undo here.
        let Ok((keys, multikey)) = self.expand(document) else { return };
        self.multikey |= multikey;
        self.entries.extend(keys.into_iter().map(|key| (key, record)));
    }

    /// Takes a document out.
    pub fn remove(&mut self, document: &Document, record: i64) {
        for key in self.keys_of(document).unwrap_or_default() {
            self.entries.remove(&(key, record));
        }
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True without entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Entries in key order from the first whose key is not below `low`.
    pub fn from(&self, low: Option<Key>) -> impl Iterator<Item = &(Key, i64)> {
        let start = low.map_or(Bound::Unbounded, |key| Bound::Included((key, i64::MIN)));
        self.entries.range((start, Bound::Unbounded))
    }

    /// Entries in key order.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &(Key, i64)> {
        self.entries.iter()
    }

    /// Adds or takes out one entry whatever the documents say: for planted faults.
    pub fn tamper(&mut self, key: Key, record: i64, present: bool) {
        if present {
            self.entries.insert((key, record));
        } else {
            self.entries.remove(&(key, record));
        }
    }

    fn at(&self, key: &Key) -> impl Iterator<Item = i64> {
        let range = (key.clone(), i64::MIN)..=(key.clone(), i64::MAX);
        self.entries.range(range).map(|(_, record)| *record)
    }

    fn expand(&self, document: &Document) -> Result<(Vec<Key>, bool), CommandError> {
        if self.spec.kind == Kind::Stored {
            return Ok((Vec::new(), false));
        }
        if self.spec.partial.as_ref().is_some_and(|filter| !filter.matches(document)) {
            return Ok((Vec::new(), false));
        }
        let found = keys(document, &self.spec.fields)?;
        if self.spec.sparse && found.all_missing {
            return Ok((Vec::new(), false));
        }
        if self.spec.kind == Kind::Hashed {
            if found.multikey {
                let text = "Error: hashed indexes do not currently support array values";
                return Err(CommandError::new(16766, text));
            }
            return Ok((found.keys.into_iter().map(hashed).collect(), false));
        }
        Ok((found.keys, found.multikey))
    }

    fn duplicate(&self, key: &Key, namespace: &str) -> CommandError {
        let values: Document =
            self.spec.fields.iter().zip(key).map(|((path, _), part)| (path.clone(), part.value.clone())).collect();
        let text = format!(
            "E11000 duplicate key error collection: {namespace} index: {} dup key: {}",
            self.spec.name,
            render::document(&values)
        );
        CommandError::new(code::DUPLICATE_KEY, text)
            .with(doc! { "keyPattern": (self.spec.pattern.clone()), "keyValue": values })
    }
}

fn hashed(key: Key) -> Key {
    let hash = |value: &Bson| {
        // Numbers that are equal must have equal hashes, whatever their types.
        let value = value.as_i64().map_or_else(|| value.clone(), Bson::Int64);
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&blake3::hash(&doc! { "": value }.to_bytes()).as_bytes()[..8]);
        i64::from_le_bytes(bytes)
    };
    key.into_iter().map(|part| Part { value: Bson::Int64(hash(&part.value)), descending: false }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bson;

    fn unique() -> Index {
        Index::new(Spec::parse(&doc! { "key": { "a": 1 }, "name": "a_1", "unique": true }).unwrap())
    }

    #[test]
    fn a_duplicate_is_named_as_a_mongod_names_it() {
        let mut index = unique();
        index.insert(&doc! { "a": 1.0 }, 1);
        let error = index.check(&doc! { "a": 1 }, 2, "db.c").unwrap_err();
        assert_eq!(error.message, "E11000 duplicate key error collection: db.c index: a_1 dup key: { a: 1 }");
        assert_eq!(error.extra.unwrap().get("keyValue"), Some(&bson!({ "a": 1 })));
        assert_eq!(index.check(&doc! { "a": 1 }, 1, "db.c"), Ok(()));
    }

    #[test]
    fn a_removed_document_leaves_no_entry() {
        let mut index = unique();
        index.insert(&doc! { "a": [1, 2, 3] }, 1);
        assert_eq!((index.len(), index.multikey), (3, true));
        index.remove(&doc! { "a": [1, 2, 3] }, 1);
        assert!(index.is_empty());
    }

    #[test]
    fn a_sparse_index_leaves_out_what_lacks_the_field() {
        let spec = doc! { "key": { "a": 1 }, "name": "a_1", "sparse": true };
        let mut index = Index::new(Spec::parse(&spec).unwrap());
        index.insert(&doc! { "b": 1 }, 1);
        assert!(index.is_empty());
    }
}
