//! The oplog of a primary: what happens to documents and collections, in the one order in which others repeat it.
//!
//! Documents are logged as they change, under their collection's lock. A command on the catalog (`create`, `drop`, ...)
//! is logged as a whole: it runs alone, so that no document's change stands on the wrong side of it.

use super::entry::{Entry, command_entry, document_entry};
use crate::doc;
use crate::server::practice::collection::{Capped, Collection};
use crate::wire::bson::{Bson, Document, Timestamp};
use parking_lot::{Condvar, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Bytes of the oplog: above what one command can write, so that a secondary that follows never finds a hole.
const OPLOG_BYTES: u64 = 256 << 20;
/// One answer to a secondary.
const BATCH_BYTES: usize = 8 << 20;

/// Writes the oplog where this server is a primary, and nothing elsewhere.
#[derive(Debug, Default)]
pub struct Journal {
    writes: AtomicBool,
    /// Held shared by commands that change documents, alone by those that change the catalog.
    gate: RwLock<()>,
    /// A command is under way that is logged as a whole.
    whole: AtomicBool,
    tail: Mutex<Tail>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct Tail {
    oplog: Option<Arc<Collection>>,
    last: Option<Timestamp>,
    /// Number of the last entry.
    number: i64,
}

/// Says in what order a command is logged; held while it runs.
pub enum Turn<'a> {
    /// Not logged, or logged by itself.
    Free,
    /// Changes documents.
    Shared(RwLockReadGuard<'a, ()>),
    /// Changes the catalog, and nobody else changes anything.
    Alone(RwLockWriteGuard<'a, ()>),
}

/// What a collection tells the journal.
#[derive(Clone, Debug)]
pub struct Tape {
    journal: Arc<Journal>,
    uuid: [u8; 16],
    namespace: Arc<Mutex<String>>,
}

impl Journal {
    /// The collection that is `local.oplog.rs`.
    pub fn new_oplog() -> Collection {
        let options = doc! { "capped": true, "size": (OPLOG_BYTES as i64) };
        let capped = Capped { size: OPLOG_BYTES, max: 0 };
        // Counted by itself: all members shall have the same room for data.
        let mut oplog = Collection::new([0x0f; 16], options, Some(capped), Arc::default());
        // Entries have a `ts` and no `_id`.
        oplog.state.get_mut().indexes.clear();
        oplog
    }

    /// Keeps entries in that collection from now on; a primary makes them itself.
    pub fn begin(&self, oplog: Arc<Collection>, primary: bool) {
        self.tail.lock().oplog = Some(oplog);
        self.writes.store(primary, Ordering::Relaxed);
    }

    /// Waits until a command may run.
    pub fn turn(&self, kind: super::Writes) -> Turn<'_> {
        if !self.writes.load(Ordering::Relaxed) {
            return Turn::Free;
        }
        match kind {
            super::Writes::Nothing => Turn::Free,
            super::Writes::Documents => Turn::Shared(self.gate.read_recursive()),
            super::Writes::Catalog => {
                let turn = self.gate.write();
                self.whole.store(true, Ordering::Relaxed);
                Turn::Alone(turn)
            }
        }
    }

    /// Ends a command's turn; one that changed the catalog and worked is logged as it was sent.
    pub fn over(&self, turn: Turn<'_>, database: &str, command: &Document, worked: bool) {
        if let Turn::Alone(_) = &turn {
            self.whole.store(false, Ordering::Relaxed);
            if worked {
                self.append(command_entry(database, command));
            }
        }
        drop(turn);
    }

    /// A collection that came to be by a write to it.
    pub fn made(&self, database: &str, name: &str) {
        if self.logs() {
            self.append(command_entry(database, &doc! { "create": name }));
        }
    }

    /// Writes an entry of a primary's own: that the set began.
    pub fn note(&self, message: &str) {
        self.append(doc! { "op": "n", "ns": "", "o": { "msg": message } });
    }

    /// Files an entry that came from the primary.
    pub fn repeat(&self, entry: &Document) {
        let mut tail = self.tail.lock();
        if let Some(Bson::Timestamp(time)) = entry.get("ts") {
            tail.last = Some(*time);
        }
        tail.file(entry.clone());
    }

    /// Time and number of the last entry.
    pub fn last(&self) -> (Option<Timestamp>, i64) {
        let tail = self.tail.lock();
        (tail.last, tail.number)
    }

    /// Entries behind the one of that number, as many as fit into an answer; waits for the first for at most `wait`.
    ///
    /// `None` where entries are gone that should come first.
    pub fn entries_after(&self, number: i64, wait: Duration) -> Option<Vec<Document>> {
        let deadline = Instant::now() + wait;
        let mut tail = self.tail.lock();
        while tail.number <= number && !self.news.wait_until(&mut tail, deadline).timed_out() {}
        let oplog = tail.oplog.clone()?;
        drop(tail);
        let state = oplog.state.lock();
        let (mut bytes, mut entries) = (0, Vec::new());
        for (at, record) in state.records_after(number) {
            if at != number + 1 + entries.len() as i64 {
                return None;
            }
            bytes += record.bytes;
            if bytes > BATCH_BYTES && !entries.is_empty() {
                break;
            }
            entries.push(Document::clone(&record.document));
        }
        Some(entries)
    }

    fn logs(&self) -> bool {
        self.writes.load(Ordering::Relaxed) && !self.whole.load(Ordering::Relaxed)
    }

    fn append(&self, entry: Entry) {
        let mut tail = self.tail.lock();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = (now.as_secs() as u32).max(tail.last.map_or(0, |last| last.seconds));
        let increment = tail.last.filter(|last| last.seconds == seconds).map_or(1, |last| last.increment + 1);
        let time = Timestamp { seconds, increment };
        tail.last = Some(time);
        let wall = Bson::DateTime(now.as_millis() as i64);
        let mut whole =
            doc! { "ts": (Bson::Timestamp(time)), "t": (Bson::Int64(1)), "v": (Bson::Int64(2)), "wall": wall };
        entry.into_iter().for_each(|(key, value)| whole.push(key, value));
        tail.file(whole);
        self.news.notify_all();
    }
}

impl Tail {
    fn file(&mut self, entry: Document) {
        let Some(oplog) = &self.oplog else { return };
        // An entry holds a document and some words more: what could be stored can be logged.
        self.number = oplog.state.lock().file_entry(entry);
    }
}

impl Tape {
    /// What a collection tells `journal` of itself.
    pub fn new(journal: Arc<Journal>, uuid: [u8; 16], namespace: String) -> Self {
        Self { journal, uuid, namespace: Arc::new(Mutex::new(namespace)) }
    }

    /// The collection has another name.
    pub fn renamed(&self, namespace: String) {
        *self.namespace.lock() = namespace;
    }

    /// A document was put in.
    pub fn inserted(&self, document: &Document) {
        self.log("i", document, None);
    }

    /// A document took the place of the one with its `_id`.
    pub fn replaced(&self, document: &Document) {
        self.log("u", document, document.get("_id"));
    }

    /// A document was taken out.
    pub fn removed(&self, document: &Document) {
        if let Some(id) = document.get("_id") {
            self.log("d", &doc! { "_id": (id.clone()) }, None);
        }
    }

    fn log(&self, operation: &str, document: &Document, id: Option<&Bson>) {
        if self.journal.logs() {
            self.journal.append(document_entry(operation, &self.namespace.lock(), self.uuid, document, id));
        }
    }
}
