//! Cursors: what a query found and has not yet returned.

use super::collection::Collection;
use super::errors::{CommandError, code};
use super::query::Matcher;
use crate::doc;
use crate::wire::bson::{Bson, Document, MAX_DOCUMENT_BYTES};
use parking_lot::Mutex;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Documents of a first batch where nobody says how many, as in a mongod.
pub const FIRST_BATCH: usize = 101;

/// Open cursors beyond this close the oldest.
const MAX_OPEN: usize = 2_000;

/// A query's remaining results.
#[derive(Debug)]
pub struct Cursor {
    /// `db.collection`
    pub namespace: String,
    /// What it reads, where it reads a collection.
    pub collection: Option<Arc<Collection>>,
    /// Results not yet returned.
    pub rest: VecDeque<Arc<Document>>,
    /// Set on a tailable cursor.
    pub tail: Option<Tail>,
    /// The command that opened it, for `currentOp`.
    pub command: Document,
}

/// Where a tailable cursor goes on.
#[derive(Clone, Debug)]
pub struct Tail {
    /// The last record seen.
    pub after: i64,
    /// Which records it wants.
    pub matcher: Matcher,
    /// `getMore` waits for records.
    pub await_data: bool,
}

impl Cursor {
    /// A cursor over results that are known.
    pub fn new(namespace: String, collection: Option<Arc<Collection>>, results: Vec<Arc<Document>>) -> Self {
        Self { namespace, collection, rest: results.into(), tail: None, command: Document::new() }
    }

    /// Takes the next documents: at most `limit`, at most 16 MB, at least one.
    pub fn batch(&mut self, limit: Option<usize>) -> Vec<Bson> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while batch.len() < limit.unwrap_or(usize::MAX) {
            let Some(next) = self.rest.front() else { break };
            bytes += next.to_bytes().len();
            if bytes > MAX_DOCUMENT_BYTES && !batch.is_empty() {
                break;
            }
            if let Some(next) = self.rest.pop_front() {
                batch.push(Bson::Document(Arc::unwrap_or_clone(next)));
            }
        }
        batch
    }

    /// True where nothing more will come.
    pub fn exhausted(&self) -> bool {
        self.rest.is_empty() && self.tail.is_none()
    }

    /// Looks for records that came after the last one seen.
    ///
    /// # Errors
    /// 136 where that one has been removed by the collection's limit.
    pub fn follow(&mut self) -> Result<(), CommandError> {
        let (Some(tail), Some(collection)) = (&mut self.tail, &self.collection) else { return Ok(()) };
        let state = collection.state.lock();
        if tail.after > 0 && state.get(tail.after).is_none() {
            let text = "CollectionScan died due to position in capped collection being deleted.";
            return Err(CommandError::new(code::CAPPED_POSITION_LOST, text));
        }
        for (id, record) in state.records_after(tail.after) {
            tail.after = id;
            if tail.matcher.matches(&record.document) {
                self.rest.push_back(Arc::clone(&record.document));
            }
        }
        Ok(())
    }
}

/// All open cursors.
#[derive(Debug, Default)]
pub struct Cursors {
    next: AtomicU64,
    open: Mutex<BTreeMap<i64, Cursor>>,
}

impl Cursors {
    /// The `cursor` field of a reply with a first batch; what is left stays open under an id.
    pub fn first_reply(&self, mut cursor: Cursor, batch_size: Option<usize>, single_batch: bool) -> Document {
        let namespace = cursor.namespace.clone();
        let batch = cursor.batch(Some(batch_size.unwrap_or(FIRST_BATCH)));
        // An explicit 0 leaves a cursor behind even without results: drivers use it to open one.
        let keep = !single_batch && (!cursor.exhausted() || (batch_size == Some(0) && cursor.collection.is_some()));
        let id = if keep { self.keep(cursor) } else { 0 };
        doc! { "firstBatch": batch, "id": (Bson::Int64(id)), "ns": namespace }
    }

    /// Keeps a cursor under a new id.
    pub fn keep(&self, cursor: Cursor) -> i64 {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&blake3::hash(&number.to_le_bytes()).as_bytes()[..8]);
        let id = (i64::from_le_bytes(bytes) & i64::MAX).max(1);
        self.put_back(id, cursor);
        id
    }

    /// Puts a cursor back that was [taken](Cursors::take).
    pub fn put_back(&self, id: i64, cursor: Cursor) {
        let mut open = self.open.lock();
        if open.len() >= MAX_OPEN {
            open.pop_first();
        }
        open.insert(id, cursor);
    }

    /// Takes a cursor out to read from it.
    pub fn take(&self, id: i64) -> Option<Cursor> {
        self.open.lock().remove(&id)
    }

    /// The namespace of an open cursor.
    pub fn namespace(&self, id: i64) -> Option<String> {
        self.open.lock().get(&id).map(|cursor| cursor.namespace.clone())
    }

    /// Number of open cursors.
    pub fn len(&self) -> usize {
        self.open.lock().len()
    }

    /// True without open cursors.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(count: i32) -> Cursor {
        let documents = (0..count).map(|at| Arc::new(doc! { "_id": at })).collect();
        Cursor::new("d.c".to_owned(), None, documents)
    }

    #[test]
    fn the_last_batch_closes_the_cursor() {
        let cursors = Cursors::default();
        let reply = cursors.first_reply(cursor(3), Some(2), false);
        let id = reply.get("id").and_then(Bson::as_i64).unwrap();
        assert!(id > 0);
        let mut rest = cursors.take(id).unwrap();
        assert_eq!(rest.batch(None).len(), 1);
        assert!(rest.exhausted());
        assert_eq!(cursors.first_reply(cursor(3), None, false).get("id"), Some(&Bson::Int64(0)));
    }

    #[test]
    fn a_batch_ends_before_sixteen_megabytes() {
        let large = Arc::new(doc! { "x": ("x".repeat(9 << 20)) });
        let mut cursor = Cursor::new("d.c".to_owned(), None, vec![Arc::clone(&large), large]);
        assert_eq!(cursor.batch(None).len(), 1);
        assert_eq!(cursor.batch(None).len(), 1);
    }
}
