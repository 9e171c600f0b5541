//! findAndModify.

use super::find::EMPTY;
use super::update::{Change, Statement, insert};
use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::arguments::Arguments;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::query::{self, Meta, Projection, Request, Wishes};
use crate::server::practice::update::{Update, upsert};
use crate::wire::bson::{Bson, Document};

pub const COMMANDS: &[Command] = &[Command {
    name: "findAndModify",
    aliases: &["findandmodify"],
    fields: Fields::Only(&[
        "query",
        "fields",
        "sort",
        "hint",
        "collation",
        "arrayFilters",
        "remove",
        "update",
        "upsert",
        "new",
        "let",
        "bypassDocumentValidation",
        "stmtId",
    ]),
    admin_only: false,
    run: find_and_modify,
}];

/// What it did: `n`, `updatedExisting` (not for a removal), `upserted`, and the document to show.
#[derive(Default)]
struct Outcome {
    n: i32,
    updated: Option<bool>,
    upserted: Option<Bson>,
    value: Option<Document>,
    meta: Meta,
}

fn find_and_modify(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let name = call.collection_name()?;
    arguments.collation()?;
    let filter = arguments.document("query")?.unwrap_or(&EMPTY);
    let wishes = Wishes { sort: arguments.document("sort")?, hint: arguments.get("hint"), ..Wishes::default() };
    let mut request = call.request(filter, wishes)?;
    request.limit = 1;
    let projection = match arguments.document("fields")?.filter(|fields| !fields.is_empty()) {
        Some(fields) => Some(Projection::parse(fields)?),
        None => None,
    };
    request.check_figures(projection.as_ref())?;
    check(&arguments)?;
    if call.server.catalog.collection(call.database, name)?.is_none() {
        query::without_collection(&request.matcher)?;
    }
    let mut outcome = match arguments.flag("remove")? {
        true => remove(call, name, &request)?,
        false => update(call, name, request)?,
    };
    if let Some(projection) = projection {
        outcome.value = outcome.value.map(|value| projection.apply_at(&value, None, &outcome.meta)).transpose()?;
    }
    let mut last = doc! { "n": (outcome.n) };
    if let Some(updated) = outcome.updated {
        last.push("updatedExisting", updated);
    }
    if let Some(id) = outcome.upserted {
        last.push("upserted", id);
    }
    Ok(doc! { "lastErrorObject": last, "value": (outcome.value.map_or(Bson::Null, Bson::Document)) })
}

fn check(arguments: &Arguments<'_>) -> Result<(), CommandError> {
    let refuse = |text: &str| Err(CommandError::new(code::FAILED_TO_PARSE, text));
    let update = arguments.get("update").is_some();
    match (arguments.flag("remove")?, update) {
        (true, true) => refuse("Cannot specify both an update and remove=true"),
        (false, false) => refuse("Either an update or remove=true must be specified"),
        (true, _) if arguments.flag("upsert")? => refuse("Cannot specify both upsert=true and remove=true"),
        (true, _) if arguments.flag("new")? => {
            refuse("Cannot specify both new=true and remove=true; 'remove' always returns the deleted document")
        }
        (true, _) if arguments.get("arrayFilters").is_some() => refuse("Cannot specify arrayFilters and remove=true"),
        _ => Ok(()),
    }
}

fn remove(call: &Call<'_>, name: &str, request: &Request<'_>) -> Result<Outcome, CommandError> {
    let Some(collection) = call.server.catalog.collection(call.database, name)? else { return Ok(Outcome::default()) };
    let mut state = collection.state.lock();
    let found = call.search(&state, request)?;
    let meta = found.records.first().map(|(record, _)| found.meta(*record)).unwrap_or_default();
    let removed = found.records.first().and_then(|(record, _)| state.remove(*record));
    let value = removed.map(|document| Document::clone(&document));
    Ok(Outcome { n: i32::from(value.is_some()), value, meta, ..Outcome::default() })
}

fn update(call: &Call<'_>, name: &str, request: Request<'_>) -> Result<Outcome, CommandError> {
    let arguments = call.arguments();
    let sent = arguments.required("update", arguments.get("update"))?;
    let filters = arguments.array("arrayFilters")?.unwrap_or_default();
    let update = Update::parse(sent, filters, arguments.document("let")?)?;
    let (upsert, new) = (arguments.flag("upsert")?, arguments.flag("new")?);
    let validate = !arguments.flag("bypassDocumentValidation")?;
    let collection = match call.server.catalog.collection(call.database, name)? {
        Some(collection) => collection,
        None if upsert => call.server.catalog.collection_or_new(call.database, name)?,
        None => return Ok(Outcome { updated: Some(false), ..Outcome::default() }),
    };
    let namespace = call.namespace(name);
    let statement = Statement { request, update, upsert };
    let mut state = collection.state.lock();
    let found = call.search(&state, &statement.request)?;
    if let Some((record, old)) = found.records.first() {
        let change = Change { record: *record, old, validate };
        let changed = statement.apply(call, &mut state, &namespace, &change)?;
        let value = if new { changed.unwrap_or_else(|| Document::clone(old)) } else { Document::clone(old) };
        let meta = found.meta(*record);
        return Ok(Outcome { n: 1, updated: Some(true), upserted: None, value: Some(value), meta });
    }
    if !upsert {
        return Ok(Outcome { updated: Some(false), ..Outcome::default() });
    }
    let document = upsert::document(statement.request.filter, &statement.update)?;
    let id = insert(&mut state, document.clone(), &namespace, validate)?;
    let value = new.then_some(document);
    Ok(Outcome { n: 1, updated: Some(false), upserted: Some(id), value, meta: Meta::default() })
}

#[cfg(test)]
mod tests {
    use crate::doc;
    use crate::server::practice::trial::Trial;
    use crate::wire::bson::Bson;

    #[test]
    fn the_old_or_the_new_document_comes_back() {
        let mut trial = Trial::new();
        trial.insert("c", vec![doc! { "_id": 1, "a": 1 }, doc! { "_id": 2, "a": 2 }]);
        let reply = trial.ok(doc! { "findAndModify": "c", "sort": { "a": (-1) }, "update": { "$inc": { "a": 5 } } });
        assert_eq!(reply.get_document("value"), Some(&doc! { "_id": 2, "a": 2 }));
        let command = doc! { "findandmodify": "c", "query": { "_id": 2 }, "update": { "a": 0 }, "new": true };
        assert_eq!(trial.ok(command).get_document("value"), Some(&doc! { "_id": 2, "a": 0 }));
        let reply = trial.ok(doc! { "findAndModify": "c", "query": { "_id": 1 }, "remove": true });
        assert_eq!(reply.get_document("lastErrorObject"), Some(&doc! { "n": 1 }));
        assert_eq!(trial.find("c", doc! {}).len(), 1);
    }

    #[test]
    fn an_upsert_without_new_shows_nothing() {
        let mut trial = Trial::new();
        let command = doc! { "findAndModify": "c", "query": { "_id": 1 }, "update": { "a": 0 }, "upsert": true };
        let reply = trial.ok(command);
        assert_eq!(reply.get("value"), Some(&Bson::Null));
        let wanted = doc! { "n": 1, "updatedExisting": false, "upserted": 1 };
        assert_eq!(reply.get_document("lastErrorObject"), Some(&wanted));
    }

    #[test]
    fn contradictions_are_refused() {
        let mut trial = Trial::new();
        assert_eq!(trial.code(doc! { "findAndModify": "c" }), 9);
        assert_eq!(trial.code(doc! { "findAndModify": "c", "remove": true, "new": true }), 9);
        assert_eq!(trial.code(doc! { "findAndModify": "c", "remove": true, "update": {} }), 9);
    }
}
