//! find.

use super::aggregate::{Source, resolve, run_pipeline};
use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::arguments::Arguments;
use crate::server::practice::collection::{Collection, State};
use crate::server::practice::cursor::{Cursor, Tail};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::index::keys;
use crate::server::practice::query::{self, Found, Plan, Projection, Request, Wishes};
use crate::wire::bson::{Bson, Document};
use std::sync::{Arc, LazyLock};

pub const COMMANDS: &[Command] =
    &[Command { name: "find", aliases: &[], fields: Fields::Only(FIELDS), admin_only: false, run: find }];

/// What find takes; explain takes it too.
pub const FIELDS: &[&str] = &[
    "filter",
    "projection",
    "sort",
    "hint",
    "skip",
    "limit",
    "batchSize",
    "singleBatch",
    "max",
    "min",
    "returnKey",
    "showRecordId",
    "tailable",
    "oplogReplay",
    "noCursorTimeout",
    "awaitData",
    "allowPartialResults",
    "allowDiskUse",
    "collation",
    "let",
    "ntoreturn",
    "term",
    "readOnce",
    "allowSpeculativeMajorityRead",
    "requestResumeToken",
    "resumeAfter",
];

/// An empty filter, for commands that do not send one.
pub static EMPTY: LazyLock<Document> = LazyLock::new(Document::new);

/// A checked find.
pub struct Find<'a> {
    /// Filter, order, skip, limit.
    pub request: Request<'a>,
    /// What of each document is shown.
    pub projection: Option<Projection>,
    /// The projection as sent.
    pub projected: Option<&'a Document>,
    single: bool,
    batch_size: Option<usize>,
    return_key: bool,
    show_record: bool,
    tailable: bool,
    await_data: bool,
}

impl<'a> Find<'a> {
    /// Reads the fields of a find.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(call: &Call<'_>, arguments: &Arguments<'a>) -> Result<Self, CommandError> {
        arguments.collation()?;
        let filter = arguments.document("filter")?.unwrap_or(&EMPTY);
        let mut request = call.request(filter, wishes(arguments)?)?;
        request.bind(arguments.document("let")?)?;
        request.skip = arguments.size("skip")?.unwrap_or(0) as usize;
        let limit = arguments.integer("limit")?.unwrap_or(0);
        let many = arguments.integer("ntoreturn")?.unwrap_or(0);
        request.limit = if limit == 0 { many } else { limit }.unsigned_abs() as usize;
        let projected = arguments.document("projection")?.filter(|fields| !fields.is_empty());
        let find = Self {
            request,
            projection: projected.map(Projection::parse).transpose()?,
            projected,
            single: limit < 0 || many < 0 || arguments.flag("singleBatch")?,
            batch_size: arguments.size("batchSize")?.map(|size| size as usize),
            return_key: arguments.flag("returnKey")?,
            show_record: arguments.flag("showRecordId")?,
            tailable: arguments.flag("tailable")?,
            await_data: arguments.flag("awaitData")?,
        };
        for flag in ["noCursorTimeout", "allowPartialResults", "allowDiskUse", "oplogReplay"] {
            arguments.flag(flag)?;
        }
        find.request.check_figures(find.projection.as_ref())?;
        find.check(arguments)?;
        call.check_wanted(find.request.skip, find.request.limit);
        call.check_wanted(0, find.batch_size.unwrap_or(0));
        Ok(find)
    }

    fn check(&self, arguments: &Arguments<'_>) -> Result<(), CommandError> {
        let refuse = |text: &str| Err(CommandError::new(code::FAILED_TO_PARSE, text));
        if self.await_data && !self.tailable {
            return refuse("Cannot set 'awaitData' without also setting 'tailable'");
        }
        if self.tailable && self.single {
            return refuse("cannot use tailable option with the 'singleBatch' option");
        }
        let natural = self.request.wishes.sort.is_some_and(|sort| sort.contains("$natural"));
        if self.tailable && self.request.wishes.sort.is_some_and(|sort| !sort.is_empty() && !natural) {
            return refuse("error processing query: tailable cursors do not support sorting");
        }
        if natural && self.request.wishes.sort.is_some_and(|sort| sort.len() > 1) {
            return Err(CommandError::new(
                code::BAD_VALUE,
                "$natural sort cannot be set to a value other than -1 or 1.",
            ));
        }
        if arguments.get("limit").is_some() && arguments.get("ntoreturn").is_some() {
            return refuse("'limit' or 'batchSize' fields can not be set with 'ntoreturn' field.");
        }
        Ok(())
    }

    /// What a client is shown of one document.
    fn show(
        &self,
        state: &State,
        found: &Found,
        (record, document): &(i64, Arc<Document>),
    ) -> Result<Arc<Document>, CommandError> {
        let mut shown = match (&self.projection, self.return_key) {
            (_, true) => Arc::new(key_of(state, &found.plan, document)),
            (Some(projection), _) => {
                let position = self.request.matcher.position(document);
                Arc::new(projection.apply_at(document, position, &found.meta(*record))?)
            }
            (None, _) => Arc::clone(document),
        };
        if self.show_record {
            Arc::make_mut(&mut shown).push("$recordId", *record);
        }
        Ok(shown)
    }
}

/// Order, hint and limits of keys.
///
/// # Errors
/// 14 for wrong types.
pub fn wishes<'a>(arguments: &Arguments<'a>) -> Result<Wishes<'a>, CommandError> {
    let hint = match arguments.get("hint") {
        Some(Bson::Document(pattern)) if pattern.is_empty() => None,
        Some(hint @ (Bson::Document(_) | Bson::String(_))) => Some(hint),
        Some(_) => return Err(CommandError::new(code::FAILED_TO_PARSE, "Hint must be a string or an object")),
        None => None,
    };
    Ok(Wishes {
        sort: arguments.document("sort")?,
        hint,
        min: arguments.document("min")?.filter(|key| !key.is_empty()),
        max: arguments.document("max")?.filter(|key| !key.is_empty()),
    })
}

/// For `returnKey`: the fields of the index that was read.
fn key_of(state: &State, plan: &Plan, document: &Document) -> Document {
    let name = match plan {
        Plan::IndexScan(scan) => scan.index.as_str(),
        Plan::Id(_) => "_id_",
        _ => return Document::new(),
    };
    let Some(index) = state.indexes.iter().find(|index| index.spec.name == name) else { return Document::new() };
    let first = keys(document, &index.spec.fields).ok().and_then(|found| found.keys.into_iter().next());
    let paths = index.spec.fields.iter().map(|(path, _)| path.clone());
    paths.zip(first.unwrap_or_default()).map(|(path, part)| (path, part.value)).collect()
}

fn find(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let name = call.collection_name()?;
    let find = Find::parse(call, &arguments)?;
    match resolve(call, name)? {
        Source::Collection(collection) => {
            let cursor = match &collection {
                Some(collection) => open(call, name, &find, collection)?,
                None => {
                    query::without_collection(&find.request.matcher)?;
                    Cursor::new(call.namespace(name), None, Vec::new())
                }
            };
            Ok(doc! { "cursor": (call.server.cursors.first_reply(cursor, find.batch_size, find.single)) })
        }
        Source::View { on, pipeline } => {
            let stages = pipeline.into_iter().chain(as_stages(&find, &arguments)?).collect::<Vec<_>>();
            let results = run_pipeline(call, &on, &stages, arguments.document("let")?)?;
            let cursor = Cursor::new(call.namespace(name), None, results.into_iter().map(Arc::new).collect());
            Ok(doc! { "cursor": (call.server.cursors.first_reply(cursor, find.batch_size, find.single)) })
        }
    }
}

fn open(call: &Call<'_>, name: &str, find: &Find<'_>, collection: &Arc<Collection>) -> Result<Cursor, CommandError> {
    let state = collection.state.lock();
    if find.tailable && state.capped.is_none() {
        let text = format!(
            "error processing query: ns={} tailable cursor requested on non capped collection",
            call.namespace(name)
        );
        return Err(CommandError::new(code::BAD_VALUE, text));
    }
    let found = call.search(&state, &find.request)?;
    let last = state.records().next_back().map_or(0, |(record, _)| record);
    let shown = found.records.iter().map(|record| find.show(&state, &found, record)).collect::<Result<Vec<_>, _>>()?;
    let mut cursor = Cursor::new(call.namespace(name), Some(Arc::clone(collection)), shown);
    if find.tailable && last > 0 {
        cursor.tail = Some(Tail { after: last, matcher: find.request.matcher.clone(), await_data: find.await_data });
    }
    Ok(cursor)
}

/// The same find as stages behind a view's pipeline.
fn as_stages(find: &Find<'_>, arguments: &Arguments<'_>) -> Result<Vec<Bson>, CommandError> {
    let refused = ["min", "max", "returnKey", "showRecordId", "tailable"];
    if let Some(field) =
        refused.iter().find(|field| arguments.get(field).is_some_and(|value| value.as_flag() != Some(false)))
    {
        let text = format!("Option {field} not supported in aggregation.");
        return Err(CommandError::new(code::INVALID_PIPELINE_OPERATOR, text));
    }
    let mut stages = Vec::new();
    let mut stage =
        |name: &str, value: Bson| stages.push(Bson::Document([(name.to_owned(), value)].into_iter().collect()));
    if !find.request.filter.is_empty() {
        stage("$match", Bson::Document(find.request.filter.clone()));
    }
    if let Some(sort) = find.request.wishes.sort.filter(|sort| !sort.is_empty()) {
        if sort.contains("$natural") {
            let text = "$natural sort is not supported on views";
            return Err(CommandError::new(code::INVALID_PIPELINE_OPERATOR, text));
        }
        stage("$sort", Bson::Document(sort.clone()));
    }
    if find.request.skip > 0 {
        stage("$skip", Bson::Int64(find.request.skip as i64));
    }
    if find.request.limit > 0 {
        stage("$limit", Bson::Int64(find.request.limit as i64));
    }
    if let Some(fields) = find.projected {
        stage("$project", Bson::Document(fields.clone()));
    }
    Ok(stages)
}

#[cfg(test)]
mod tests {
    use crate::doc;
    use crate::server::practice::trial::Trial;
    use crate::wire::bson::Bson;

    fn numbers(count: i32) -> Trial {
        let mut trial = Trial::new();
        trial.insert("c", (0..count).map(|id| doc! { "_id": id, "a": (id % 3) }).collect());
        trial
    }

    #[test]
    fn skip_limit_and_order_work_together() {
        let mut trial = numbers(10);
        let found = trial.find("c", doc! { "sort": { "_id": (-1) }, "skip": 2, "limit": 2 });
        let ids: Vec<_> = found.iter().filter_map(|document| document.get("_id")?.as_i64()).collect();
        assert_eq!(ids, [7, 6]);
        let ids = trial.find("c", doc! { "sort": { "$natural": (-1) }, "limit": (-1) });
        assert_eq!(ids[0].get("_id"), Some(&Bson::Int32(9)));
        assert_eq!(trial.find("c", doc! { "skip": (i64::MAX), "limit": (i64::MAX) }).len(), 0);
    }

    #[test]
    fn batches_follow_each_other_until_the_cursor_closes() {
        let mut trial = numbers(5);
        let reply = trial.ok(doc! { "find": "c", "batchSize": 2 });
        let id = reply.get_document("cursor").unwrap().get("id").cloned().unwrap();
        let more = trial.ok(doc! { "getMore": (id.clone()), "collection": "c", "batchSize": 2 });
        assert_eq!(more.get_document("cursor").unwrap().get_array("nextBatch").unwrap().len(), 2);
        let last = trial.ok(doc! { "getMore": (id.clone()), "collection": "c" });
        assert_eq!(last.get_document("cursor").unwrap().get("id"), Some(&Bson::Int64(0)));
        assert_eq!(trial.code(doc! { "getMore": id, "collection": "c" }), 43);
    }

    #[test]
    fn a_cursor_dies_with_its_collection() {
        let mut trial = numbers(5);
        let reply = trial.ok(doc! { "find": "c", "batchSize": 2 });
        let id = reply.get_document("cursor").unwrap().get("id").cloned().unwrap();
        trial.ok(doc! { "drop": "c" });
        assert_eq!(trial.code(doc! { "getMore": id, "collection": "c" }), 175);
    }

    #[test]
    fn tailing_sees_what_comes_later() {
        let mut trial = Trial::new();
        trial.ok(doc! { "create": "c", "capped": true, "size": 4096 });
        trial.insert("c", vec![doc! { "_id": 1 }]);
        let reply = trial.ok(doc! { "find": "c", "tailable": true, "awaitData": true });
        let id = reply.get_document("cursor").unwrap().get("id").cloned().unwrap();
        trial.insert("c", vec![doc! { "_id": 2 }]);
        let more = trial.ok(doc! { "getMore": id, "collection": "c" });
        let batch = more.get_document("cursor").unwrap().get_array("nextBatch").unwrap().to_vec();
        assert_eq!(batch, [Bson::Document(doc! { "_id": 2 })]);
    }

    #[test]
    fn wrong_fields_are_refused() {
        let mut trial = numbers(1);
        assert_eq!(trial.code(doc! { "find": "c", "limit": "x" }), 14);
        assert_eq!(trial.code(doc! { "find": "c", "skip": (-1) }), 51024);
        assert_eq!(trial.code(doc! { "find": "c", "what": 1 }), 40415);
        assert_eq!(trial.code(doc! { "find": 1 }), 73);
        assert_eq!(trial.code(doc! { "find": "c", "hint": "nope" }), 2);
        assert_eq!(trial.code(doc! { "find": "c", "tailable": true }), 2);
    }

    #[test]
    fn a_key_can_be_shown_instead_of_the_document() {
        let mut trial = numbers(3);
        trial.ok(doc! { "createIndexes": "c", "indexes": [{ "key": { "a": 1 }, "name": "a_1" }] });
        let found = trial.find("c", doc! { "filter": { "a": 2 }, "returnKey": true, "showRecordId": true });
        assert_eq!(found, [doc! { "a": 2, "$recordId": (Bson::Int64(3)) }]);
    }
}
