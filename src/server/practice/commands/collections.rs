//! listDatabases, listCollections, collMod, renameCollection.

use super::create::{validator, view};
use super::cursors::batch_size_of;
use super::find::EMPTY;
use super::{Call, Command, Fields, view_check};
use crate::doc;
use crate::server::practice::arguments::Arguments;
use crate::server::practice::catalog::{Entry, check_database};
use crate::server::practice::collection::State;
use crate::server::practice::cursor::Cursor;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::index::{Index, same_pattern};
use crate::server::practice::query::Matcher;
use crate::wire::bson::{Bson, Document};
use std::collections::BTreeMap;
use std::sync::Arc;

pub const COMMANDS: &[Command] = &[
    Command {
        name: "listDatabases",
        aliases: &[],
        fields: Fields::Only(&["filter", "nameOnly", "authorizedDatabases"]),
        admin_only: true,
        run: list_databases,
    },
    Command {
        name: "listCollections",
        aliases: &[],
        fields: Fields::Only(&["filter", "cursor", "nameOnly", "authorizedCollections"]),
        admin_only: false,
        run: list_collections,
    },
    Command {
        name: "collMod",
        aliases: &[],
        fields: Fields::Only(&[
            "index",
            "validator",
            "validationLevel",
            "validationAction",
            "viewOn",
            "pipeline",
            "cappedSize",
            "cappedMax",
            "expireAfterSeconds",
            "dryRun",
            "recordPreImages",
            "changeStreamPreAndPostImages",
            "timeseries",
        ]),
        admin_only: false,
        run: coll_mod,
    },
    Command {
        name: "renameCollection",
        aliases: &[],
        fields: Fields::Only(&["to", "dropTarget", "stayTemp", "collectionUUID"]),
        admin_only: true,
        run: rename,
    },
];

fn list_databases(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let filter = Matcher::parse(arguments.document("filter")?.unwrap_or(&EMPTY))?;
    let name_only = arguments.flag("nameOnly")?;
    let mut total = 0;
    let mut shown = Vec::new();
    for name in call.server.catalog.databases() {
        let size = size_of(call, &name);
        let full = doc! { "name": (name.as_str()), "sizeOnDisk": size, "empty": (size == 0) };
        if filter.matches(&full) {
            total += size;
            shown.push(if name_only {
                doc! { "name": name }
            } else {
                full
            });
        }
    }
    let mut reply = doc! { "databases": shown };
    if !name_only {
        reply.push("totalSize", total);
        reply.push("totalSizeMb", total >> 20);
    }
    Ok(reply)
}

/// Bytes of a database's collections; one that is locked counts as a page, so that this list never waits.
fn size_of(call: &Call<'_>, database: &str) -> i64 {
    let entries = call.server.catalog.entries(database);
    let sizes = entries.iter().map(|(_, entry)| match entry {
        Entry::Collection(collection) => collection.state.try_lock().map_or(4096, |state| state.bytes() as i64 + 4096),
        Entry::View(_) => 0,
    });
    sizes.sum()
}

fn list_collections(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let filter = Matcher::parse(arguments.document("filter")?.unwrap_or(&EMPTY))?;
    let name_only = arguments.flag("nameOnly")?;
    let batch_size = batch_size_of(&arguments)?;
    let entries = call.server.catalog.entries(call.database);
    let views = entries.iter().any(|(_, entry)| matches!(entry, Entry::View(_)));
    let mut shown: BTreeMap<String, Document> =
        entries.into_iter().map(|(name, entry)| (name.clone(), show(&name, &entry))).collect();
    if views {
        let name = "system.views";
        let info = doc! { "readOnly": false };
        shown.insert(name.to_owned(), doc! { "name": name, "type": "collection", "options": {}, "info": info });
    }
    let chosen = shown.into_values().filter(|entry| filter.matches(entry)).map(|mut entry| {
        if name_only {
            entry.fields_mut().retain(|(key, _)| key == "name" || key == "type");
        }
        Arc::new(entry)
    });
    let namespace = format!("{}.$cmd.listCollections", call.database);
    let cursor = Cursor::new(namespace, None, chosen.collect());
    Ok(doc! { "cursor": (call.server.cursors.first_reply(cursor, batch_size, false)) })
}

fn show(name: &str, entry: &Entry) -> Document {
    match entry {
        Entry::Collection(collection) => doc! {
            "name": name,
            "type": "collection",
            "options": (collection.options.read().clone()),
            "info": { "readOnly": false, "uuid": (Bson::Binary { subtype: 4, bytes: collection.uuid.to_vec() }) },
            "idIndex": { "v": 2, "key": { "_id": 1 }, "name": "_id_" },
        },
        Entry::View(view) => doc! {
            "name": name,
            "type": "view",
            "options": { "viewOn": (view.on.as_str()), "pipeline": (view.pipeline.clone()) },
            "info": { "readOnly": true },
        },
    }
}

fn coll_mod(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let name = call.collection_name()?;
    match call.server.catalog.get(call.database, name) {
        None => Err(call.not_found(name)),
        Some(Entry::View(_)) => {
            if call.command.keys().skip(1).any(|key| key == "index" || key.starts_with("validat")) {
                let text = "option not supported on a view";
                return Err(CommandError::new(code::INVALID_OPTIONS, text));
            }
            let view = view(&arguments)?;
            view_check::check(call, name, &view)?;
            call.server.catalog.replace_view(call.database, name, view);
            Ok(Document::new())
        }
        Some(Entry::Collection(collection)) => {
            if arguments.get("viewOn").is_some() || arguments.get("pipeline").is_some() {
                let text = format!("option only supported on a view: {}", call.namespace(name));
                return Err(CommandError::new(code::INVALID_OPTIONS, text));
            }
            let mut reply = Document::new();
            let mut state = collection.state.lock();
            if let Some(index) = arguments.document("index")? {
                reply = modify_index(&mut state, index)?;
            }
            let mut options = collection.options.write();
            let rules = ["validator", "validationLevel", "validationAction"];
            if rules.iter().any(|rule| arguments.get(rule).is_some()) {
                let mut merged = options.clone();
                rules
                    .iter()
                    .filter_map(|rule| Some((rule, arguments.get(rule)?)))
                    .for_each(|(rule, value)| merged.set(rule, value));
                state.validator = validator(&Arguments::new("collMod", &merged))?;
                *options = merged;
            }
            resize(&arguments, &mut state, &mut options)?;
            Ok(reply)
        }
    }
}

fn resize(arguments: &Arguments<'_>, state: &mut State, options: &mut Document) -> Result<(), CommandError> {
    let (size, max) = (arguments.integer("cappedSize")?, arguments.integer("cappedMax")?);
    if size.is_none() && max.is_none() {
        return Ok(());
    }
    let Some(capped) = &mut state.capped else {
        return Err(CommandError::new(
            code::INVALID_OPTIONS,
            "Cannot modify the capped limits of a collection that is not capped",
        ));
    };
    if size.is_some_and(|size| !(1..=1 << 50).contains(&size)) || max.is_some_and(|max| max >= 1 << 31) {
        return Err(CommandError::new(code::BAD_VALUE, "the capped limit is out of range"));
    }
    if let Some(size) = size {
        capped.size = (size as u64).max(4096);
        options.set("size", size);
    }
    if let Some(max) = max {
        capped.max = max.max(0) as u64;
        options.set("max", max);
    }
    state.evict();
    Ok(())
}

fn modify_index(state: &mut State, sent: &Document) -> Result<Document, CommandError> {
    let arguments = Arguments::new("collMod.index", sent);
    let known = ["keyPattern", "name", "expireAfterSeconds", "hidden", "unique", "prepareUnique"];
    if let Some(unknown) = sent.keys().find(|key| !known.contains(key)) {
        return Err(CommandError::new(40415, format!("BSON field 'collMod.index.{unknown}' is an unknown field.")));
    }
    let (pattern, name) = (arguments.document("keyPattern")?, arguments.text("name")?);
    let wanted = |index: &Index| match (pattern, name) {
        (Some(pattern), _) => same_pattern(&index.spec.pattern, pattern),
        (_, Some(name)) => index.spec.name == name,
        _ => false,
    };
    if pattern.is_some() == name.is_some() {
        let text = "must specify either index name or key pattern, and not both";
        return Err(CommandError::new(code::INVALID_OPTIONS, text));
    }
    let Some(index) = state.indexes.iter_mut().find(|index| wanted(index)) else {
        return Err(CommandError::new(code::INDEX_NOT_FOUND, "cannot find index for the collMod"));
    };
    let (seconds, hidden) = (arguments.get("expireAfterSeconds"), arguments.get("hidden"));
    if seconds.is_none() && hidden.is_none() {
        let text = "no expireAfterSeconds, hidden, unique, or prepareUnique field";
        return Err(CommandError::new(code::INVALID_OPTIONS, text));
    }
    let mut reply = Document::new();
    if let Some(seconds) = seconds {
        let valid = seconds.as_f64().is_some_and(|seconds| (0.0..=2_147_483_647.0).contains(&seconds));
        if !valid {
            let text = "TTL index 'expireAfterSeconds' option must be within an acceptable range";
            return Err(CommandError::new(code::INVALID_OPTIONS, text));
        }
        if index.spec.fields.len() != 1 || index.spec.name == "_id_" {
            let text = "TTL indexes are single-field indexes, compound indexes do not support TTL";
            return Err(CommandError::new(code::INVALID_OPTIONS, text));
        }
        let seconds = Bson::Int64(seconds.as_i64().unwrap_or(0));
        if let Some(old) = index.spec.shown.get("expireAfterSeconds") {
            reply.push("expireAfterSeconds_old", Bson::Int64(old.as_i64().unwrap_or(0)));
        }
        index.spec.shown.set("expireAfterSeconds", seconds.clone());
        reply.push("expireAfterSeconds_new", seconds);
    }
    if hidden.is_some() {
        let hidden = arguments.flag("hidden")?;
        if index.spec.name == "_id_" {
            return Err(CommandError::new(code::BAD_VALUE, "can't hide _id index"));
        }
        if index.hidden != hidden {
            reply.push("hidden_old", index.hidden);
            reply.push("hidden_new", hidden);
        }
        index.hidden = hidden;
        match hidden {
            true => index.spec.shown.set("hidden", true),
            false => drop(index.spec.shown.remove("hidden")),
        }
    }
    Ok(reply)
}

fn rename(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let split = |name: &str| match name.split_once('.') {
        Some((database, collection)) if !database.is_empty() && !collection.is_empty() => {
            Ok((database.to_owned(), collection.to_owned()))
        }
        _ => Err(CommandError::new(code::INVALID_NAMESPACE, format!("Invalid namespace specified '{name}'"))),
    };
    let from = split(call.collection_name()?)?;
    let to = split(arguments.required("to", arguments.text("to")?)?)?;
    check_database(&from.0)?;
    // Booleans only here; older clients also send the UUID of the target.
    let drop_target = match arguments.get("dropTarget") {
        Some(Bson::Binary { .. }) => true,
        _ => arguments.flag("dropTarget")?,
    };
    call.server.catalog.rename((&from.0, &from.1), (&to.0, &to.1), drop_target)?;
    Ok(Document::new())
}

#[cfg(test)]
mod tests {
    use crate::doc;
    use crate::server::practice::trial::Trial;
    use crate::wire::bson::{Bson, Document};

    fn names(trial: &mut Trial) -> Vec<String> {
        let reply = trial.ok(doc! { "listCollections": 1, "nameOnly": true });
        let batch = reply.get_document("cursor").and_then(|cursor| cursor.get_array("firstBatch")).unwrap();
        batch.iter().filter_map(|entry| entry.as_document()?.get_str("name").map(str::to_owned)).collect()
    }

    #[test]
    fn collections_and_views_are_listed() {
        let mut trial = Trial::new();
        trial.ok(doc! { "create": "b", "capped": true, "size": 4096 });
        trial.ok(doc! { "create": "v", "viewOn": "b", "pipeline": [] });
        trial.insert("a", vec![Document::new()]);
        assert_eq!(names(&mut trial), ["a", "b", "system.views", "v"]);
        trial.ok(doc! { "drop": "v" });
        assert_eq!(names(&mut trial), ["a", "b"]);
    }

    #[test]
    fn a_renamed_collection_keeps_its_documents() {
        let mut trial = Trial::new();
        trial.insert("a", vec![doc! { "_id": 1 }]);
        let rename = doc! { "renameCollection": "test.a", "to": "test.b" };
        assert_eq!(trial.client.command("admin", &rename).unwrap().get("ok"), Some(&Bson::Double(1.0)));
        assert_eq!(trial.find("b", doc! {}).len(), 1);
        assert_eq!(trial.client.command("admin", &rename).unwrap().get("code"), Some(&Bson::Int32(26)));
        assert_eq!(trial.code(rename), 13);
    }

    #[test]
    fn an_index_can_be_hidden_and_shown_again() {
        let mut trial = Trial::new();
        trial.ok(doc! { "createIndexes": "c", "indexes": [{ "key": { "a": 1 }, "name": "a_1" }] });
        let hide = |hidden: bool| doc! { "collMod": "c", "index": { "name": "a_1", "hidden": hidden } };
        let reply = trial.ok(hide(true));
        assert_eq!(reply.get("hidden_new"), Some(&Bson::Boolean(true)));
        assert!(!trial.ok(hide(true)).contains("hidden_new"));
        assert_eq!(trial.code(doc! { "collMod": "c", "index": { "name": "b_1", "hidden": true } }), 27);
    }
}
