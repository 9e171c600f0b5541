//! Which databases, collections and views there are.

use super::collection::{Capped, Collection};
use super::errors::{CommandError, code};
use super::replication::{Journal, Tape};
use crate::wire::bson::{Bson, Document};
use parking_lot::RwLock;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Collections and views of all databases together.
const MAX_ENTRIES: usize = 20_000;

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Records of its own.
    Collection(Arc<Collection>),
    /// A pipeline over something else.
    View(Arc<View>),
}

/// A view's definition.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Name of the collection or view in the same database.
    pub on: String,
    /// Stages to run over it.
    pub pipeline: Vec<Bson>,
}

/// Name to entry in one database, by name.
pub type Database = BTreeMap<String, Entry>;

/// Every database. Its lock is held for look-ups only, never while documents are read.
#[derive(Debug, Default)]
pub struct Catalog {
    databases: RwLock<BTreeMap<String, Database>>,
    /// The oplog, where there is one.
    pub journal: Arc<Journal>,
    stored: Arc<AtomicU64>,
    uuids: AtomicU64,
}

impl Catalog {
    /// What stands under that name.
    pub fn get(&self, database: &str, name: &str) -> Option<Entry> {
        self.databases.read().get(database)?.get(name).cloned()
    }

    /// The collection of that name; a view is none.
    ///
    /// # Errors
    /// 166 where it is a view.
    pub fn collection(&self, database: &str, name: &str) -> Result<Option<Arc<Collection>>, CommandError> {
        match self.get(database, name) {
            Some(Entry::Collection(collection)) => Ok(Some(collection)),
            Some(Entry::View(_)) => {
                let text = format!("Namespace {database}.{name} is a view, not a collection");
                Err(CommandError::new(code::COMMAND_NOT_SUPPORTED_ON_VIEW, text))
            }
            None => Ok(None),
        }
    }

    /// The collection of that name, made if it is not there.
    ///
    /// # Errors
    /// 166 for a view, 73 for a name that cannot be.
    pub fn collection_or_new(&self, database: &str, name: &str) -> Result<Arc<Collection>, CommandError> {
        if let Some(collection) = self.collection(database, name)? {
            return Ok(collection);
        }
        match self.create(database, name, Document::new(), None) {
            // Another client was faster.
            Err(error) if error.code == code::NAMESPACE_EXISTS => {}
            Err(error) => return Err(error),
            Ok(collection) => return Ok(collection),
        }
        let found = self.collection(database, name)?;
        found.ok_or_else(|| CommandError::new(code::OPERATION_FAILED, "collection dropped while it was created"))
    }

    /// Makes a collection.
    ///
    /// # Errors
    /// 48 where the name is taken, 73 for a name that cannot be.
    pub fn create(
        &self,
        database: &str,
        name: &str,
        options: Document,
        capped: Option<Capped>,
    ) -> Result<Arc<Collection>, CommandError> {
        let uuid = self.new_uuid();
        let mut collection = Collection::new(uuid, options, capped, Arc::clone(&self.stored));
        if database != "local" {
            let tape = Tape::new(Arc::clone(&self.journal), uuid, format!("{database}.{name}"));
            collection.tape = Some(tape.clone());
            collection.state.get_mut().tape = Some(tape);
        }
        let collection = Arc::new(collection);
        self.add(database, name, Entry::Collection(Arc::clone(&collection)))?;
        Ok(collection)
    }

    /// Puts a collection of the server's own in, whatever lies there.
    pub fn put(&self, database: &str, name: &str, collection: Arc<Collection>) {
        let mut databases = self.databases.write();
        databases.entry(database.to_owned()).or_default().insert(name.to_owned(), Entry::Collection(collection));
    }

    /// Puts a view in.
    ///
    /// # Errors
    /// As [`Catalog::create`].
    pub fn create_view(&self, database: &str, name: &str, view: View) -> Result<(), CommandError> {
        self.add(database, name, Entry::View(Arc::new(view)))
    }

    /// Puts another definition under a view's name.
    pub fn replace_view(&self, database: &str, name: &str, view: View) {
        let mut databases = self.databases.write();
        databases.entry(database.to_owned()).or_default().insert(name.to_owned(), Entry::View(Arc::new(view)));
    }

    /// Takes an entry out.
    pub fn remove(&self, database: &str, name: &str) -> Option<Entry> {
        let mut databases = self.databases.write();
        let entries = databases.get_mut(database)?;
        let entry = entries.remove(name)?;
        if entries.is_empty() {
            databases.remove(database);
        }
        mark_dropped(&entry);
        Some(entry)
    }

    /// Takes a whole database out; false where there was none.
    pub fn remove_database(&self, database: &str) -> bool {
        let removed = self.databases.write().remove(database);
        removed.iter().flat_map(BTreeMap::values).for_each(mark_dropped);
        removed.is_some()
    }

    /// Gives a collection another name, over an existing one if `drop_target`.
    ///
    /// # Errors
    /// 26 without a source, 48 where the target is taken, 166 for views.
    pub fn rename(&self, from: (&str, &str), to: (&str, &str), drop_target: bool) -> Result<(), CommandError> {
        check_name(to.0, to.1)?;
        let mut databases = self.databases.write();
        let source = databases.get(from.0).and_then(|entries| entries.get(from.1)).cloned();
        let source = source.ok_or_else(|| {
            CommandError::new(
                code::NAMESPACE_NOT_FOUND,
                format!("Source collection {}.{} does not exist", from.0, from.1),
            )
        })?;
        if matches!(source, Entry::View(_)) {
            let text = format!("cannot rename view: {}.{}", from.0, from.1);
            return Err(CommandError::new(code::COMMAND_NOT_SUPPORTED_ON_VIEW, text));
        }
        if from == to {
            return Err(CommandError::new(code::ILLEGAL_OPERATION, "Can't rename a collection to itself"));
        }
        let target = databases.get(to.0).and_then(|entries| entries.get(to.1)).cloned();
        match &target {
            Some(Entry::View(_)) => {
                let text = format!("a view already exists with that name: {}.{}", to.0, to.1);
                return Err(CommandError::new(code::NAMESPACE_EXISTS, text));
            }
            Some(Entry::Collection(_)) if !drop_target => {
                return Err(CommandError::new(code::NAMESPACE_EXISTS, "target namespace exists"));
            }
            Some(taken) => mark_dropped(taken),
            None => {}
        }
        if let Some(entries) = databases.get_mut(from.0) {
            entries.remove(from.1);
        }
        if let Entry::Collection(collection) = &source {
            collection.tape.iter().for_each(|tape| tape.renamed(format!("{}.{}", to.0, to.1)));
        }
        databases.entry(to.0.to_owned()).or_default().insert(to.1.to_owned(), source);
        databases.retain(|_, entries| !entries.is_empty());
        Ok(())
    }

    /// Entries of one database by name.
    pub fn entries(&self, database: &str) -> Vec<(String, Entry)> {
        let databases = self.databases.read();
        let entries = databases.get(database).into_iter().flatten();
        entries.map(|(name, entry)| (name.clone(), entry.clone())).collect()
    }

    /// Names of all databases.
    pub fn databases(&self) -> Vec<String> {
        self.databases.read().keys().cloned().collect()
    }

    /// Bytes of all data, index entries weighed in.
    pub fn stored(&self) -> u64 {
        self.stored.load(Ordering::Relaxed)
    }

    fn add(&self, database: &str, name: &str, entry: Entry) -> Result<(), CommandError> {
        check_name(database, name)?;
        let mut databases = self.databases.write();
        if databases.values().map(BTreeMap::len).sum::<usize>() >= MAX_ENTRIES {
            let text = format!("the practice server holds at most {MAX_ENTRIES} collections");
            return Err(CommandError::new(14031, text));
        }
        check_case(&databases, database)?;
        let entries = databases.entry(database.to_owned()).or_default();
        if entries.contains_key(name) {
            let text = format!("Collection {database}.{name} already exists.");
            return Err(CommandError::new(code::NAMESPACE_EXISTS, text));
        }
        // Before anybody can write to it.
        if matches!(entry, Entry::Collection(_)) && database != "local" {
            self.journal.made(database, name);
        }
        entries.insert(name.to_owned(), entry);
        Ok(())
    }

    /// Unique within the process and shaped like a version 4 UUID.
    fn new_uuid(&self) -> [u8; 16] {
        let number = self.uuids.fetch_add(1, Ordering::Relaxed);
        let mut uuid = [0; 16];
        uuid.copy_from_slice(&blake3::hash(&number.to_le_bytes()).as_bytes()[..16]);
        uuid[6] = uuid[6] & 0x0f | 0x40;
        uuid[8] = uuid[8] & 0x3f | 0x80;
        uuid
    }
}

fn mark_dropped(entry: &Entry) {
    if let Entry::Collection(collection) = entry {
        collection.dropped.store(true, Ordering::Relaxed);
    }
}

fn check_case(databases: &BTreeMap<String, Database>, database: &str) -> Result<(), CommandError> {
    let twin = databases.keys().find(|name| *name != database && name.eq_ignore_ascii_case(database));
    match twin {
        Some(twin) => {
            let text =
                format!("db already exists with different case already have: [{twin}] trying to create [{database}]");
            Err(CommandError::new(13297, text))
        }
        None => Ok(()),
    }
}

/// Refuses database names that a mongod refuses.
///
/// # Errors
/// 73
pub fn check_database(name: &str) -> Result<(), CommandError> {
    let wrong = name.is_empty() || name.len() > 63 || name.contains(['/', '\\', '.', ' ', '"', '$', '\0']);
    if wrong {
        return Err(CommandError::new(code::INVALID_NAMESPACE, format!("Invalid database name: '{name}'")));
    }
    Ok(())
}

/// Refuses names under which nothing can be stored.
///
/// # Errors
/// 73
pub fn check_name(database: &str, name: &str) -> Result<(), CommandError> {
    check_database(database)?;
    let system = name.starts_with("system.")
        && !["system.js", "system.users", "system.profile", "system.version"].contains(&name)
        && !name.starts_with("system.buckets.");
    if system {
        return Err(CommandError::new(code::INVALID_NAMESPACE, format!("Invalid system namespace: {database}.{name}")));
    }
    let wrong = name.is_empty() || name.starts_with('.') || name.ends_with('.') || name.contains(['$', '\0']);
    if wrong || database.len() + name.len() > 254 {
        let text = format!("Invalid namespace specified '{database}.{name}'");
        return Err(CommandError::new(code::INVALID_NAMESPACE, text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_once_and_renaming_moves_it() {
        let catalog = Catalog::default();
        let first = catalog.create("d", "a", Document::new(), None).unwrap();
        assert_eq!(catalog.create("d", "a", Document::new(), None).unwrap_err().code, 48);
        catalog.rename(("d", "a"), ("e", "b"), false).unwrap();
        assert_eq!(catalog.databases(), ["e"]);
        assert_eq!(catalog.collection("e", "b").unwrap().unwrap().uuid, first.uuid);
    }

    #[test]
    fn a_collection_made_again_is_another_one() {
        let catalog = Catalog::default();
        let first = catalog.collection_or_new("d", "a").unwrap();
        catalog.remove("d", "a");
        assert!(first.dropped.load(Ordering::Relaxed));
        assert_ne!(catalog.collection_or_new("d", "a").unwrap().uuid, first.uuid);
    }

    #[test]
    fn impossible_names_are_refused() {
        for (database, name) in [("", "a"), ("d", ""), ("d", "a$b"), ("d", ".a"), ("a b", "c"), ("d", "system.x")] {
            assert_eq!(check_name(database, name).unwrap_err().code, 73, "{database:?} {name:?}");
        }
    }
}
