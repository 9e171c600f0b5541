//! One collection: records in order of arrival and the indexes over them, under one lock of its own.

use super::errors::{CommandError, code};
use super::index::{Index, Spec};
use super::query::Matcher;
use super::replication::Tape;
use crate::doc;
use crate::wire::bson::{Bson, Document, MAX_DOCUMENT_BYTES};
use parking_lot::{Mutex, RwLock};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// All data of a server together, in bytes of BSON plus a share for every index entry.
const MAX_STORED: u64 = 160 << 20;

/// What an index entry counts against [`MAX_STORED`] besides its document.
const ENTRY_BYTES: u64 = 64;

/// Nesting beyond this is refused in stored documents, as in a mongod.
pub const MAX_STORED_DEPTH: usize = 180;

/// A collection and its lock.
#[derive(Debug)]
pub struct Collection {
    /// Its identity through renames; a new one with the same name has another.
    pub uuid: [u8; 16],
    /// Options as `listCollections` shows them.
    pub options: RwLock<Document>,
    /// No longer in the catalog.
    pub dropped: AtomicBool,
    /// Where its changes are told, if they are.
    pub tape: Option<Tape>,
    /// Records and indexes.
    pub state: Mutex<State>,
}

/// What the lock guards.
#[derive(Debug)]
pub struct State {
    records: BTreeMap<i64, Record>,
    next: i64,
    /// What planted bugs have made the number of documents wrong by.
    drift: i64,
    bytes: u64,
    stored: Arc<AtomicU64>,
    /// `_id` first.
    pub indexes: Vec<Index>,
    /// Limits of a capped collection.
    pub capped: Option<Capped>,
    /// What documents must match.
    pub validator: Option<Validator>,
    /// Where changes are told, if they are.
    pub tape: Option<Tape>,
}

/// A document in its place.
#[derive(Clone, Debug)]
pub struct Record {
    /// Shared with cursors that still have to return it.
    pub document: Arc<Document>,
    /// Its size as BSON.
    pub bytes: usize,
    /// How often it was replaced.
    pub updates: u32,
}

/// Limits of a capped collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capped {
    /// Bytes of all documents.
    pub size: u64,
    /// Number of documents, 0 for any.
    pub max: u64,
}

/// What documents must match on their way in.
#[derive(Clone, Debug)]
pub struct Validator {
    /// The condition.
    pub matcher: Matcher,
    /// As sent, for error replies.
    pub shown: Document,
    /// False where documents that were wrong before may stay wrong.
    pub strict: bool,
    /// False where a wrong document is only logged.
    pub refuse: bool,
}

impl Collection {
    /// An empty collection with its `_id` index; `stored` counts the data of the whole server.
    pub fn new(uuid: [u8; 16], options: Document, capped: Option<Capped>, stored: Arc<AtomicU64>) -> Self {
        let indexes = vec![Index::new(Spec::id())];
        let state = State {
            records: BTreeMap::new(),
            next: 1,
            drift: 0,
            bytes: 0,
            stored,
            indexes,
            capped,
            validator: None,
            tape: None,
        };
        Self {
            uuid,
            options: RwLock::new(options),
            dropped: AtomicBool::new(false),
            tape: None,
            state: Mutex::new(state),
        }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        let weight = self.bytes + self.index_entries() * ENTRY_BYTES;
        self.stored.fetch_sub(weight, Ordering::Relaxed);
    }
}

impl State {
    /// Number of documents.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Number of documents as it is kept, which is theirs unless a planted bug changed it.
    pub fn kept_count(&self) -> usize {
        self.records.len().saturating_add_signed(self.drift as isize)
    }

    /// Makes the kept number wrong: for planted faults.
    pub fn miscount(&mut self, by: i64) {
        self.drift += by;
    }

    /// Puts a field behind the newest document whatever it holds: for planted faults. Indexes hear nothing of it.
    pub fn append_to_newest(&mut self, field: &str, value: &Bson) {
        if let Some(mut newest) = self.records.last_entry() {
            Arc::make_mut(&mut newest.get_mut().document).push(field, value.clone());
        }
    }

    /// True without documents.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Bytes of all documents.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// One record.
    pub fn get(&self, record: i64) -> Option<&Record> {
        self.records.get(&record)
    }

    /// Records in natural order, from the first whose number is above `after`.
    pub fn records_after(&self, after: i64) -> impl DoubleEndedIterator<Item = (i64, &Record)> {
        self.records.range(after.saturating_add(1)..).map(|(id, record)| (*id, record))
    }

    /// Records in natural order.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = (i64, &Record)> {
        self.records.iter().map(|(id, record)| (*id, record))
    }

    /// The record whose `_id` that is.
    pub fn by_id(&self, id: &Bson) -> Option<i64> {
        let low = vec![super::index::Part { value: id.clone(), descending: false }];
        let (key, record) = self.indexes.first()?.from(Some(low.clone())).next()?;
        (*key == low).then_some(*record)
    }

    /// Puts a document in; it has its `_id`.
    ///
    /// # Errors
    /// A duplicate key, a validator that refuses, a document too large, a full server.
    pub fn insert(&mut self, document: Document, namespace: &str, validate: bool) -> Result<i64, CommandError> {
        let bytes = self.admit(&document, validate)?;
        let record = self.next;
        self.check_indexes(&document, record, namespace)?;
        if let Some(capped) = self.capped
            && bytes as u64 > capped.size
        {
            return Err(CommandError::new(code::BAD_VALUE, "object to insert exceeds cappedMaxSize"));
        }
        self.next += 1;
        self.tape.iter().for_each(|tape| tape.inserted(&document));
        self.file(record, Record { document: Arc::new(document), bytes, updates: 0 });
        self.evict();
        Ok(record)
    }

    /// Puts an entry of the oplog in, which was a document's change that was possible; gives its number.
    pub fn file_entry(&mut self, document: Document) -> i64 {
        let record = self.next;
        self.next += 1;
        let bytes = document.to_bytes().len();
        self.file(record, Record { document: Arc::new(document), bytes, updates: 0 });
        self.evict();
        record
    }

    /// Puts another document in a record's place.
    ///
    /// # Errors
    /// As [`State::insert`].
    pub fn replace(
        &mut self,
        record: i64,
        document: Document,
        namespace: &str,
        validate: bool,
    ) -> Result<(), CommandError> {
        let Some(old) = self.records.get(&record).cloned() else {
            return Err(CommandError::new(code::INTERNAL_ERROR, "the record to replace is gone"));
        };
        let was_valid = self.validator.as_ref().is_none_or(|validator| validator.matcher.matches(&old.document));
        let strict = self.validator.as_ref().is_none_or(|validator| validator.strict);
        let bytes = self.admit(&document, validate && (strict || was_valid))?;
        self.check_indexes(&document, record, namespace)?;
        self.tape.iter().for_each(|tape| tape.replaced(&document));
        self.unfile(record);
        self.file(record, Record { document: Arc::new(document), bytes, updates: old.updates.saturating_add(1) });
        self.evict();
        Ok(())
    }

    /// Takes a record out.
    pub fn remove(&mut self, record: i64) -> Option<Arc<Document>> {
        let document = self.unfile(record)?.document;
        self.tape.iter().for_each(|tape| tape.removed(&document));
        Some(document)
    }

    /// Takes every record out.
    pub fn clear(&mut self) {
        if let Some(tape) = &self.tape {
            self.records.values().for_each(|record| tape.removed(&record.document));
        }
        let weight = self.bytes + self.index_entries() * ENTRY_BYTES;
        self.stored.fetch_sub(weight, Ordering::Relaxed);
        self.records.clear();
        self.drift = 0;
        self.bytes = 0;
        self.indexes.iter_mut().for_each(Index::clear);
    }

    /// Builds an index over what is there.
    ///
    /// # Errors
    /// A duplicate key, or documents that cannot be filed; the collection is as before then.
    pub fn build(&mut self, spec: Spec, namespace: &str) -> Result<(), CommandError> {
        let mut index = Index::new(spec);
        for (id, record) in &self.records {
            index.check(&record.document, *id, namespace)?;
            index.insert(&record.document, *id);
            if index.len() as u64 * ENTRY_BYTES > MAX_STORED {
                return Err(full());
            }
        }
        self.stored.fetch_add(index.len() as u64 * ENTRY_BYTES, Ordering::Relaxed);
        self.indexes.push(index);
        Ok(())
    }

    /// Takes an index away.
    pub fn drop_index(&mut self, at: usize) -> Index {
        let index = self.indexes.remove(at);
        self.stored.fetch_sub(index.len() as u64 * ENTRY_BYTES, Ordering::Relaxed);
        index
    }

    /// Removes the oldest records of a capped collection until its limits hold.
    pub fn evict(&mut self) {
        let Some(capped) = self.capped else { return };
        while self.bytes > capped.size || (capped.max > 0 && self.records.len() as u64 > capped.max) {
            let Some((&oldest, _)) = self.records.first_key_value() else { return };
            self.unfile(oldest);
        }
    }

    fn index_entries(&self) -> u64 {
        self.indexes.iter().map(|index| index.len() as u64).sum()
    }

    /// The document's size, if it may be stored at all.
    fn admit(&self, document: &Document, validate: bool) -> Result<usize, CommandError> {
        if too_deep(document, MAX_STORED_DEPTH) {
            return Err(CommandError::new(code::OVERFLOW, "Document exceeds maximum nested object depth"));
        }
        let bytes = document.to_bytes().len();
        if bytes > MAX_DOCUMENT_BYTES {
            let text = format!("object to insert too large. size in bytes: {bytes}, max size: {MAX_DOCUMENT_BYTES}");
            return Err(CommandError::new(code::BAD_VALUE, text));
        }
        if self.stored.load(Ordering::Relaxed) + bytes as u64 > MAX_STORED {
            return Err(full());
        }
        match &self.validator {
            Some(validator) if validate && validator.refuse && !validator.matcher.matches(document) => {
                let details = doc! {
                    "failingDocumentId": (document.get("_id").cloned().unwrap_or(Bson::Null)),
                    "details": { "operatorName": "validator", "specifiedAs": (validator.shown.clone()) },
                };
                let error = CommandError::new(code::DOCUMENT_VALIDATION_FAILURE, "Document failed validation");
                Err(error.with(doc! { "errInfo": details }))
            }
            _ => Ok(bytes),
        }
    }

    fn check_indexes(&self, document: &Document, record: i64, namespace: &str) -> Result<(), CommandError> {
        self.indexes.iter().try_for_each(|index| index.check(document, record, namespace))
    }

    fn file(&mut self, id: i64, record: Record) {
        let before = self.index_entries();
        for index in &mut self.indexes {
            index.insert(&record.document, id);
        }
        let weight = record.bytes as u64 + (self.index_entries() - before) * ENTRY_BYTES;
        self.stored.fetch_add(weight, Ordering::Relaxed);
        self.bytes += record.bytes as u64;
        self.records.insert(id, record);
    }

    fn unfile(&mut self, id: i64) -> Option<Record> {
        let record = self.records.remove(&id)?;
        let before = self.index_entries();
        for index in &mut self.indexes {
            index.remove(&record.document, id);
        }
        let weight = record.bytes as u64 + (before - self.index_entries()) * ENTRY_BYTES;
        self.stored.fetch_sub(weight, Ordering::Relaxed);
        self.bytes -= record.bytes as u64;
        Some(record)
    }
}

/// True where documents and arrays stand more than `levels` deep.
pub fn too_deep(document: &Document, levels: usize) -> bool {
    levels == 0 || document.iter().any(|(_, value)| value_too_deep(value, levels - 1))
}

fn value_too_deep(value: &Bson, levels: usize) -> bool {
    match value {
        Bson::Document(inner) => too_deep(inner, levels),
        Bson::Array(items) => levels == 0 || items.iter().any(|item| value_too_deep(item, levels - 1)),
        _ => false,
    }
}

fn full() -> CommandError {
    CommandError::new(14031, format!("the practice server holds at most {MAX_STORED} bytes of data"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(capped: Option<Capped>) -> State {
        Collection::new([0; 16], Document::new(), capped, Arc::default()).state.into_inner()
    }

    #[test]
    fn a_capped_collection_keeps_the_newest() {
        let mut state = state(Some(Capped { size: 4096, max: 2 }));
        for id in 0..5 {
            state.insert(doc! { "_id": id }, "t.c", true).unwrap();
        }
        let kept: Vec<_> = state.records().map(|(_, record)| record.document.get("_id").cloned()).collect();
        assert_eq!(kept, [Some(Bson::Int32(3)), Some(Bson::Int32(4))]);
        assert_eq!(state.indexes[0].len(), 2);
    }

    #[test]
    fn the_weight_of_dropped_data_is_given_back() {
        let stored = Arc::new(AtomicU64::new(0));
        let collection = Collection::new([0; 16], Document::new(), None, Arc::clone(&stored));
        let mut state = collection.state.into_inner();
        let record = state.insert(doc! { "_id": 1, "a": [1, 2] }, "t.c", true).unwrap();
        state.build(Spec::parse(&doc! { "key": { "a": 1 }, "name": "a_1" }).unwrap(), "t.c").unwrap();
        state.replace(record, doc! { "_id": 1, "a": [1, 2, 3] }, "t.c", true).unwrap();
        assert!(stored.load(Ordering::Relaxed) > 0);
        drop(state);
        assert_eq!(stored.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_document_is_found_by_an_id_of_any_number_type() {
        let mut state = state(None);
        let record = state.insert(doc! { "_id": 7 }, "t.c", true).unwrap();
        assert_eq!(state.by_id(&Bson::Double(7.0)), Some(record));
        assert_eq!(state.by_id(&Bson::Double(7.5)), None);
    }
}
