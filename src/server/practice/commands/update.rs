//! update.

use super::find::EMPTY;
use super::insert::{check_batch, check_id, write_error};
use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::arguments::Arguments;
use crate::server::practice::bugs::stale_entry;
use crate::server::practice::collection::State;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::query::{self, Request, Wishes};
use crate::server::practice::update::{Circumstances, Update, identical, upsert};
use crate::wire::bson::{Bson, Document};
use std::sync::Arc;

pub const COMMANDS: &[Command] = &[Command {
    name: "update",
    aliases: &[],
    fields: Fields::Only(&["updates", "ordered", "bypassDocumentValidation", "let", "stmtId", "stmtIds"]),
    admin_only: false,
    run: update,
}];

const STATEMENT: &[&str] = &["q", "u", "c", "multi", "upsert", "collation", "arrayFilters", "hint", "sampleId"];

/// One element of `updates`.
#[derive(Debug)]
pub struct Statement<'a> {
    /// Which documents.
    pub request: Request<'a>,
    /// What becomes of them.
    pub update: Update,
    /// Make one if there is none.
    pub upsert: bool,
}

/// What a statement did.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Documents that matched.
    pub matched: usize,
    /// Documents that are not as they were.
    pub modified: usize,
    /// `_id` of the one that was made.
    pub upserted: Option<Bson>,
}

fn update(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let name = call.collection_name()?;
    let updates = arguments.required("updates", arguments.array("updates")?)?;
    check_batch(updates.len())?;
    let ordered = arguments.get("ordered").is_none() || arguments.flag("ordered")?;
    let validate = !arguments.flag("bypassDocumentValidation")?;
    let constants = arguments.document("let")?;
    let sent = documents(&arguments, "updates", updates, STATEMENT)?;
    // A view cannot be written to, whatever the statements are.
    call.server.catalog.collection(call.database, name)?;
    let (mut n, mut modified, mut upserted, mut errors) = (0, 0, Vec::new(), Vec::new());
    for (at, statement) in sent.into_iter().enumerate() {
        call.operation.check_now()?;
        let outcome =
            Statement::parse(call, statement, constants).and_then(|statement| statement.run(call, name, validate));
        match outcome {
            Ok(outcome) => {
                n += outcome.matched + usize::from(outcome.upserted.is_some());
                modified += outcome.modified;
                upserted.extend(outcome.upserted.map(|id| doc! { "index": (at as i32), "_id": id }));
            }
            Err(error) => {
                errors.push(write_error(at, &error));
                if ordered {
                    break;
                }
            }
        }
    }
    let mut reply = doc! { "n": (n as i32), "nModified": (modified as i32) };
    if !upserted.is_empty() {
        reply.push("upserted", upserted);
    }
    if !errors.is_empty() {
        reply.push("writeErrors", errors);
    }
    Ok(reply)
}

/// The elements of a batch, each a document of known fields.
///
/// # Errors
/// 14, 40414, 40415
pub fn documents<'a>(
    arguments: &Arguments<'_>,
    field: &str,
    items: &'a [Bson],
    known: &[&str],
) -> Result<Vec<&'a Document>, CommandError> {
    let name = format!("{}.{field}", arguments.name);
    let read = |item: &'a Bson| {
        let Bson::Document(statement) = item else { return Err(arguments.wrong_type(field, item, "'object'")) };
        if let Some(unknown) = statement.keys().find(|key| !known.contains(key)) {
            let text = format!("BSON field '{name}.{unknown}' is an unknown field.");
            return Err(CommandError::new(40415, text));
        }
        let inner = Arguments::new(&name, statement);
        inner.required("q", inner.document("q")?)?;
        inner.collation()?;
        Ok(statement)
    };
    items.iter().map(read).collect()
}

impl<'a> Statement<'a> {
    fn parse(call: &Call<'_>, sent: &'a Document, constants: Option<&Document>) -> Result<Self, CommandError> {
        let arguments = Arguments::new("update.updates", sent);
        let filter = arguments.document("q")?.unwrap_or(&EMPTY);
        let wishes = Wishes { hint: arguments.get("hint"), ..Wishes::default() };
        let mut request = call.request(filter, wishes)?;
        let update = arguments.required("u", sent.get("u"))?;
        let filters = arguments.array("arrayFilters")?.unwrap_or_default();
        let constants = arguments.document("c")?.or(constants);
        let update = Update::parse(update, filters, constants)?;
        let (multi, upsert) = (arguments.flag("multi")?, arguments.flag("upsert")?);
        if multi && update.is_replacement() {
            let text = "multi update is not supported for replacement-style update";
            return Err(CommandError::new(code::FAILED_TO_PARSE, text));
        }
        request.limit = usize::from(!multi);
        Ok(Self { request, update, upsert })
    }

    fn run(&self, call: &Call<'_>, name: &str, validate: bool) -> Result<Outcome, CommandError> {
        let existing = call.server.catalog.collection(call.database, name)?;
        if existing.is_none() {
            query::without_collection(&self.request.matcher)?;
        }
        let collection = match existing {
            Some(collection) => collection,
            None if self.upsert => call.server.catalog.collection_or_new(call.database, name)?,
            None => return Ok(Outcome::default()),
        };
        let namespace = call.namespace(name);
        let mut state = collection.state.lock();
        let found = call.search(&state, &self.request)?;
        let mut outcome = Outcome::default();
        for (record, old) in &found.records {
            call.operation.check_now()?;
            let change = Change { record: *record, old, validate };
            outcome.matched += 1;
            outcome.modified += usize::from(self.apply(call, &mut state, &namespace, &change)?.is_some());
        }
        if found.records.is_empty() && self.upsert {
            let document = upsert::document(self.request.filter, &self.update)?;
            outcome.upserted = Some(insert(&mut state, document, &namespace, validate)?);
        }
        Ok(outcome)
    }

    /// Updates one record; gives its new document if that is another one.
    ///
    /// # Errors
    /// What the update, the indexes or the validator say.
    pub fn apply(
        &self,
        call: &Call<'_>,
        state: &mut State,
        namespace: &str,
        change: &Change<'_>,
    ) -> Result<Option<Document>, CommandError> {
        let bugs = &call.server.bugs;
        let circumstances = Circumstances { position: self.request.matcher.position(change.old), inserting: false };
        let new = self.update.apply(change.old, circumstances)?;
        if identical(change.old, &new) {
            return Ok(None);
        }
        let lost = stale_entry::lost(bugs, state, change.record, change.old);
        state.replace(change.record, new.clone(), namespace, change.validate)?;
        stale_entry::lose(state, change.record, lost);
        Ok(Some(new))
    }
}

/// One record to update.
pub struct Change<'a> {
    /// Its number.
    pub record: i64,
    /// As it stands.
    pub old: &'a Arc<Document>,
    /// The collection's validator counts.
    pub validate: bool,
}

/// Puts an upsert's document in and gives its `_id`.
///
/// # Errors
/// As for an insert.
pub fn insert(state: &mut State, document: Document, namespace: &str, validate: bool) -> Result<Bson, CommandError> {
    let id = document.get("_id").cloned().unwrap_or(Bson::Null);
    check_id(&id)?;
    state.insert(document, namespace, validate)?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use crate::doc;
    use crate::server::practice::trial::Trial;
    use crate::wire::bson::{Bson, Document};

    fn update(statement: Document) -> Document {
        doc! { "update": "c", "updates": [statement] }
    }

    #[test]
    fn matched_and_modified_are_counted_apart() {
        let mut trial = Trial::new();
        trial.insert("c", vec![doc! { "_id": 1, "a": 1 }, doc! { "_id": 2, "a": 2 }]);
        let reply = trial.ok(update(doc! { "q": {}, "u": { "$set": { "a": 1 } }, "multi": true }));
        assert_eq!((reply.get("n"), reply.get("nModified")), (Some(&Bson::Int32(2)), Some(&Bson::Int32(1))));
    }

    #[test]
    fn an_upsert_tells_the_id_that_it_made() {
        let mut trial = Trial::new();
        let reply = trial.ok(update(doc! { "q": { "_id": 7 }, "u": { "$inc": { "n": 1 } }, "upsert": true }));
        let upserted = reply.get_array("upserted").unwrap();
        assert_eq!(upserted, [Bson::Document(doc! { "index": 0, "_id": 7 })]);
        assert_eq!(trial.find("c", doc! {}), [doc! { "_id": 7, "n": 1 }]);
    }

    #[test]
    fn errors_stand_at_their_index() {
        let mut trial = Trial::new();
        trial.insert("c", vec![doc! { "_id": 1, "a": "x" }]);
        assert_eq!(trial.code(update(doc! { "q": {}, "u": { "$inc": { "a": 1 } } })), 14);
        assert_eq!(trial.code(update(doc! { "q": {}, "u": { "$set": { "_id": 2 } } })), 66);
        assert_eq!(trial.code(update(doc! { "q": {}, "u": { "a": 2 }, "multi": true })), 9);
        assert_eq!(trial.code(update(doc! { "q": {}, "u": { "$set": { "a.b": 2 } } })), 28);
        assert_eq!(trial.code(update(doc! { "u": { "a": 2 } })), 40414);
    }

    #[test]
    fn a_unique_index_holds_through_updates() {
        let mut trial = Trial::new();
        trial.insert("c", vec![doc! { "_id": 1, "a": 1 }, doc! { "_id": 2, "a": 2 }]);
        let index = doc! { "key": { "a": 1 }, "name": "a_1", "unique": true };
        trial.ok(doc! { "createIndexes": "c", "indexes": [index] });
        assert_eq!(trial.code(update(doc! { "q": { "_id": 2 }, "u": { "$set": { "a": 1 } } })), 11000);
        trial.ok(update(doc! { "q": { "_id": 2 }, "u": { "$set": { "a": 3 } } }));
        assert_eq!(trial.find("c", doc! { "filter": { "a": 3 } }).len(), 1);
        assert_eq!(trial.find("c", doc! { "filter": { "a": 2 } }).len(), 0);
    }
}
