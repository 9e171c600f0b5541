//! delete.

use super::find::EMPTY;
use super::insert::{check_batch, write_error};
use super::update::documents;
use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::arguments::Arguments;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::query::{self, Wishes};
use crate::wire::bson::Document;

pub const COMMANDS: &[Command] = &[Command {
    name: "delete",
    aliases: &[],
    fields: Fields::Only(&["deletes", "ordered", "let", "stmtId", "stmtIds"]),
    admin_only: false,
    run: delete,
}];

const STATEMENT: &[&str] = &["q", "limit", "collation", "hint", "sampleId"];

fn delete(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let name = call.collection_name()?;
    let deletes = arguments.required("deletes", arguments.array("deletes")?)?;
    check_batch(deletes.len())?;
    let ordered = arguments.get("ordered").is_none() || arguments.flag("ordered")?;
    let sent = documents(&arguments, "deletes", deletes, STATEMENT)?;
    let limits = sent.iter().map(|statement| limit(statement)).collect::<Result<Vec<_>, _>>()?;
    call.server.catalog.collection(call.database, name)?;
    let (mut n, mut errors) = (0, Vec::new());
    for (at, (statement, limit)) in sent.into_iter().zip(limits).enumerate() {
        call.operation.check_now()?;
        match run(call, name, statement, limit) {
            Ok(removed) => n += removed,
            Err(error) => {
                errors.push(write_error(at, &error));
                if ordered {
                    break;
                }
            }
        }
    }
    let mut reply = doc! { "n": (n as i32) };
    if !errors.is_empty() {
        reply.push("writeErrors", errors);
    }
    Ok(reply)
}

/// 0 for all, 1 for one.
fn limit(statement: &Document) -> Result<usize, CommandError> {
    let arguments = Arguments::new("delete.deletes", statement);
    match arguments.required("limit", statement.get("limit"))? {
        limit if !limit.is_number() => Err(arguments.wrong_type("limit", limit, "'[long, int, decimal, double]'")),
        limit => match limit.as_f64() {
            Some(limit @ (0.0 | 1.0)) => Ok(limit as usize),
            _ => {
                let text = format!(
                    "The limit field in delete objects must be 0 or 1. Got {}",
                    super::super::render::value(limit)
                );
                Err(CommandError::new(code::FAILED_TO_PARSE, text))
            }
        },
    }
}

fn run(call: &Call<'_>, name: &str, statement: &Document, limit: usize) -> Result<usize, CommandError> {
    let arguments = Arguments::new("delete.deletes", statement);
    let filter = arguments.document("q")?.unwrap_or(&EMPTY);
    let mut request = call.request(filter, Wishes { hint: arguments.get("hint"), ..Wishes::default() })?;
    request.limit = limit;
    let Some(collection) = call.server.catalog.collection(call.database, name)? else {
        query::without_collection(&request.matcher)?;
        return Ok(0);
    };
    let mut state = collection.state.lock();
    let found = call.search(&state, &request)?;
    Ok(found.records.iter().filter(|(record, _)| state.remove(*record).is_some()).count())
}

#[cfg(test)]
mod tests {
    use crate::doc;
    use crate::server::practice::trial::Trial;
    use crate::wire::bson::Bson;

    #[test]
    fn one_or_all_matches_go() {
        let mut trial = Trial::new();
        trial.insert("c", (0..5).map(|id| doc! { "_id": id, "a": (id % 2) }).collect());
        let delete = |limit: i32| doc! { "delete": "c", "deletes": [{ "q": { "a": 0 }, "limit": limit }] };
        assert_eq!(trial.ok(delete(1)).get("n"), Some(&Bson::Int32(1)));
        assert_eq!(trial.ok(delete(0)).get("n"), Some(&Bson::Int32(2)));
        assert_eq!(trial.code(delete(2)), 9);
        assert_eq!(trial.find("c", doc! {}).len(), 2);
    }
}
