//! count, distinct.

use super::aggregate::{Source, resolve, run_pipeline};
use super::find::{EMPTY, wishes};
use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::arguments::Arguments;
use crate::server::practice::errors::CommandError;
use crate::server::practice::query::{self, Request, Wishes};
use crate::wire::bson::{Bson, Document, MAX_DOCUMENT_BYTES, compare};

pub const COMMANDS: &[Command] = &[
    Command {
        name: "count",
        aliases: &[],
        fields: Fields::Only(&["query", "limit", "skip", "hint", "collation", "fields", "queryOptions"]),
        admin_only: false,
        run: count,
    },
    Command {
        name: "distinct",
        aliases: &[],
        fields: Fields::Only(&["key", "query", "collation", "hint", "queryOptions"]),
        admin_only: false,
        run: distinct,
    },
];

/// What count and explain read of a count.
///
/// # Errors
/// What is wrong with its fields.
pub fn request<'a>(call: &Call<'_>, arguments: &Arguments<'a>) -> Result<Request<'a>, CommandError> {
    arguments.collation()?;
    let filter = arguments.document("query")?.unwrap_or(&EMPTY);
    let hint = wishes(arguments)?.hint;
    let mut request = call.request(filter, Wishes { hint, ..Wishes::default() })?;
    request.skip = arguments.size("skip")?.unwrap_or(0) as usize;
    request.limit = arguments.integer("limit")?.unwrap_or(0).unsigned_abs() as usize;
    call.check_wanted(request.skip, request.limit);
    Ok(request)
}

fn count(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let name = call.collection_name()?;
    let request = request(call, &arguments)?;
    let n = match resolve(call, name)? {
        Source::Collection(None) => {
            query::without_collection(&request.matcher)?;
            0
        }
        Source::Collection(Some(collection)) => {
            let state = collection.state.lock();
            let found = call.search(&state, &request)?.records.len();
            if request.filter.is_empty() && found == state.len() { state.kept_count() } else { found }
        }
        Source::View { on, mut pipeline } => {
            if !request.filter.is_empty() {
                pipeline.push(Bson::Document(doc! { "$match": (request.filter.clone()) }));
            }
            let all = run_pipeline(call, &on, &pipeline, None)?.len().saturating_sub(request.skip);
            if request.limit > 0 { all.min(request.limit) } else { all }
        }
    };
    Ok(doc! { "n": (n as i32) })
}

fn distinct(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let name = call.collection_name()?;
    arguments.collation()?;
    let key = arguments.required("key", arguments.text("key")?)?;
    if key.contains('\0') {
        return Err(CommandError::new(31032, "Key field cannot contain an embedded null byte"));
    }
    let filter = arguments.document("query")?.unwrap_or(&EMPTY);
    let hint = wishes(&arguments)?.hint;
    let request = call.request(filter, Wishes { hint, ..Wishes::default() })?;
    let mut values = Vec::new();
    match resolve(call, name)? {
        Source::Collection(None) => query::without_collection(&request.matcher)?,
        Source::Collection(Some(collection)) => {
            let found = call.search(&collection.state.lock(), &request)?;
            found.records.iter().for_each(|(_, document)| collect(document, key, &mut values));
        }
        Source::View { on, mut pipeline } => {
            pipeline.push(Bson::Document(doc! { "$match": (filter.clone()) }));
            run_pipeline(call, &on, &pipeline, None)?.iter().for_each(|document| collect(document, key, &mut values));
        }
    }
    values.sort_by(compare);
    values.dedup_by(|a, b| compare(a, b).is_eq());
    let reply = doc! { "values": values };
    if reply.to_bytes().len() > MAX_DOCUMENT_BYTES {
        return Err(CommandError::new(17217, "distinct too big, 16mb cap"));
    }
    Ok(reply)
}

/// Values at a path; the elements of an array count one by one.
fn collect(document: &Document, path: &str, values: &mut Vec<Bson>) {
    let (head, rest) = path.split_once('.').unwrap_or((path, ""));
    if let Some(value) = document.get(head) {
        collect_in(value, rest, values, true);
    }
}

fn collect_in(value: &Bson, rest: &str, values: &mut Vec<Bson>, spread: bool) {
    match value {
        Bson::Array(items) if rest.is_empty() => values.extend(items.iter().cloned()),
        _ if rest.is_empty() => values.push(value.clone()),
        Bson::Document(inner) => collect(inner, rest, values),
        Bson::Array(items) => {
            let (head, after) = rest.split_once('.').unwrap_or((rest, ""));
            if let Some(item) = head.parse::<usize>().ok().and_then(|at| items.get(at)) {
                collect_in(item, after, values, true);
            }
            // Arrays directly inside arrays are not looked into.
            if spread {
                items
                    .iter()
                    .filter(|item| matches!(item, Bson::Document(_)))
                    .for_each(|item| collect_in(item, rest, values, false));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::server::practice::trial::Trial;
    use crate::wire::bson::Bson;
    use crate::{bson, doc};

    #[test]
    fn counting_honours_skip_and_limit() {
        let mut trial = Trial::new();
        trial.insert("c", (0..10).map(|id| doc! { "_id": id, "a": (id % 2) }).collect());
        let mut n = |fields| {
            let mut command = doc! { "count": "c" };
            let fields: crate::wire::bson::Document = fields;
            fields.into_iter().for_each(|(key, value)| command.push(key, value));
            trial.ok(command).get("n").cloned()
        };
        assert_eq!(n(doc! {}), Some(Bson::Int32(10)));
        assert_eq!(n(doc! { "query": { "a": 1 }, "skip": 1, "limit": 3 }), Some(Bson::Int32(3)));
        assert_eq!(n(doc! { "limit": (-4) }), Some(Bson::Int32(4)));
        assert_eq!(n(doc! { "skip": 100 }), Some(Bson::Int32(0)));
    }

    #[test]
    fn distinct_values_are_sorted_and_arrays_taken_apart() {
        let mut trial = Trial::new();
        trial.insert("c", vec![doc! { "a": [3, 1] }, doc! { "a": 1.0 }, doc! { "a": { "b": 2 } }, doc! { "b": 1 }]);
        let values = |reply: crate::wire::bson::Document| reply.get_array("values").unwrap().to_vec();
        let found = values(trial.ok(doc! { "distinct": "c", "key": "a" }));
        assert_eq!(found, [bson!(1), bson!(3), bson!({ "b": 2 })]);
        assert_eq!(values(trial.ok(doc! { "distinct": "c", "key": "a.b" })), [bson!(2)]);
        assert_eq!(trial.code(doc! { "distinct": "c" }), 40414);
        assert_eq!(trial.code(doc! { "distinct": "c", "key": 1 }), 14);
    }
}
