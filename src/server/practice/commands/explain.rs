//! explain.

use super::aggregate::{Source, leading_match, resolve};
use super::find::{EMPTY, Find};
use super::{Call, Command, Fields, count};
use crate::doc;
use crate::server::practice::arguments::Arguments;
use crate::server::practice::collection::State;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::query::explain::{Top, report, tree};
use crate::server::practice::query::{self, Found, Pipeline, Request, Wishes};
use crate::wire::bson::{Bson, Document};

pub const COMMANDS: &[Command] =
    &[Command { name: "explain", aliases: &[], fields: Fields::Only(&["verbosity"]), admin_only: false, run: explain }];

const VERBOSITIES: [&str; 3] = ["queryPlanner", "executionStats", "allPlansExecution"];

fn explain(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let inner = match call.command.first() {
        Some((_, Bson::Document(inner))) => inner,
        Some((_, other)) => return Err(arguments.wrong_type("explain", other, "'object'")),
        None => &EMPTY,
    };
    let verbosity = arguments.text("verbosity")?.unwrap_or("allPlansExecution");
    if !VERBOSITIES.contains(&verbosity) {
        let text = format!("Enumeration value '{verbosity}' for field 'explain.verbosity' is not a valid value.");
        return Err(CommandError::new(code::BAD_VALUE, text));
    }
    let Some((name, first)) = inner.first() else {
        return Err(CommandError::new(code::COMMAND_NOT_FOUND, "Explain failed due to unknown command: "));
    };
    let Bson::String(collection) = first else {
        if name == "aggregate" && first.as_f64() == Some(1.0) {
            return pipeline(
                call,
                super::sources::COLLECTIONLESS,
                inner.get_array("pipeline").unwrap_or_default(),
                verbosity,
            );
        }
        let text = format!("collection name has invalid type {}", first.type_name());
        return Err(CommandError::new(code::INVALID_NAMESPACE, text));
    };
    if collection.is_empty() {
        return Err(CommandError::new(
            code::INVALID_NAMESPACE,
            format!("Invalid namespace specified '{}.'", call.database),
        ));
    }
    let inner = Arguments::new(name, inner);
    match name {
        "find" => {
            inner.check(super::find::FIELDS)?;
            let find = Find::parse(call, &inner)?;
            let top = find.projected.map(|fields| {
                let simple = fields.iter().all(|(path, value)| value.as_flag().is_some() && !path.contains('.'));
                let stage = if simple { "PROJECTION_SIMPLE" } else { "PROJECTION_DEFAULT" };
                Top { stage, fields: doc! { "transformBy": (fields.clone()) } }
            });
            one(call, collection, &find.request, top, verbosity)
        }
        "count" => one(call, collection, &count::request(call, &inner)?, Some(top("COUNT")), verbosity),
        "distinct" => {
            inner.required("key", inner.text("key")?)?;
            let filter = inner.document("query")?.unwrap_or(&EMPTY);
            one(call, collection, &call.request(filter, Wishes::default())?, None, verbosity)
        }
        "aggregate" => {
            inner.check(super::aggregate::FIELDS)?;
            let stages = inner.required("pipeline", inner.array("pipeline")?)?;
            pipeline(call, collection, stages, verbosity)
        }
        "update" => written(call, collection, &inner, "updates", "UPDATE", verbosity),
        "delete" => written(call, collection, &inner, "deletes", "DELETE", verbosity),
        "findAndModify" | "findandmodify" => {
            let filter = inner.document("query")?.unwrap_or(&EMPTY);
            let mut request = call.request(filter, super::find::wishes(&inner)?)?;
            request.limit = 1;
            let stage = if inner.flag("remove")? { "DELETE" } else { "UPDATE" };
            one(call, collection, &request, Some(top(stage)), verbosity)
        }
        other => {
            let text = format!("Explain failed due to unknown command: {other}");
            Err(CommandError::new(code::COMMAND_NOT_FOUND, text))
        }
    }
}

fn top(stage: &'static str) -> Top {
    Top { stage, fields: Document::new() }
}

/// The one statement of an update or delete; more cannot be explained at once.
fn written(
    call: &Call<'_>,
    name: &str,
    inner: &Arguments<'_>,
    field: &str,
    stage: &'static str,
    verbosity: &str,
) -> Result<Document, CommandError> {
    let statements = inner.required(field, inner.array(field)?)?;
    let [Bson::Document(statement)] = statements else {
        return Err(CommandError::new(code::INVALID_LENGTH, "explained write batches must be of size 1"));
    };
    let arguments = Arguments::new(field, statement);
    let filter = arguments.required("q", arguments.document("q")?)?;
    let request = call.request(filter, super::find::wishes(&arguments)?)?;
    one(call, name, &request, Some(top(stage)), verbosity)
}

fn one(
    call: &Call<'_>,
    name: &str,
    request: &Request<'_>,
    top: Option<Top>,
    verbosity: &str,
) -> Result<Document, CommandError> {
    let mut reply = match resolve(call, name)? {
        Source::Collection(None) => shown(call, name, None, request, top.as_ref(), verbosity)?,
        Source::Collection(Some(collection)) => {
            let state = collection.state.lock();
            shown(call, name, Some(&state), request, top.as_ref(), verbosity)?
        }
        Source::View { on, pipeline: mut stages } => {
            if !request.filter.is_empty() {
                stages.push(Bson::Document(doc! { "$match": (request.filter.clone()) }));
            }
            return pipeline(call, &on, &stages, verbosity);
        }
    };
    finish(call, &mut reply);
    Ok(reply)
}

fn shown(
    call: &Call<'_>,
    name: &str,
    state: Option<&State>,
    request: &Request<'_>,
    top: Option<&Top>,
    verbosity: &str,
) -> Result<Document, CommandError> {
    let executed = verbosity != "queryPlanner";
    let found = match state {
        None => {
            query::without_collection(&request.matcher)?;
            Found::nothing()
        }
        Some(state) if executed => call.search(state, request)?,
        Some(state) => Found { plan: query::plan(state, request)?, ..Found::nothing() },
    };
    let plan = tree(state, request, &found, top, false);
    let millis = call.operation.started.elapsed().as_millis() as i64;
    let stats = executed.then(|| (tree(state, request, &found, top, true), &found, millis));
    let mut reply = report(&call.namespace(name), request.filter, plan, stats);
    if verbosity == "allPlansExecution"
        && let Some(Bson::Document(stats)) = reply.get_mut("executionStats")
    {
        stats.push("allPlansExecution", Vec::<Bson>::new());
    }
    Ok(reply)
}

fn finish(call: &Call<'_>, reply: &mut Document) {
    reply.push("command", call.operation.command.clone());
    reply.push(
        "serverInfo",
        doc! {
            "host": "localhost", "port": (i32::from(call.server.port)), "version": (call.server.log.dialect.version_text()), "gitVersion": "practice",
        },
    );
}

/// A pipeline's plan: how its documents are found, then its stages as sent.
///
/// # Errors
/// What is wrong with a stage.
pub fn pipeline(call: &Call<'_>, name: &str, stages: &[Bson], verbosity: &str) -> Result<Document, CommandError> {
    let (reading, _) = super::output::Output::split(call, stages)?;
    super::sources::check(name, reading)?;
    Pipeline::parse(super::aggregate::without_read(reading), None)?;
    let (on, stages) = match resolve(call, name)? {
        Source::Collection(_) => (name.to_owned(), stages.to_vec()),
        Source::View { on, pipeline } => (on, pipeline.into_iter().chain(stages.iter().cloned()).collect()),
    };
    let filter = leading_match(&stages).unwrap_or(&EMPTY);
    let request = call.request(filter, Wishes::default())?;
    let collection = call.server.catalog.collection(call.database, &on)?;
    let cursor = match &collection {
        Some(collection) => shown(call, &on, Some(&collection.state.lock()), &request, None, verbosity)?,
        None => shown(call, &on, None, &request, None, verbosity)?,
    };
    let rest = stages.iter().skip(usize::from(!filter.is_empty())).cloned().collect::<Vec<_>>();
    let mut reply = if rest.is_empty() {
        cursor
    } else {
        let first = Bson::Document(doc! { "$cursor": cursor });
        doc! { "explainVersion": "1", "stages": (std::iter::once(first).chain(rest).collect::<Vec<_>>()) }
    };
    finish(call, &mut reply);
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use crate::doc;
    use crate::server::practice::trial::Trial;
    use crate::wire::bson::{Bson, Document};

    fn plan(trial: &mut Trial, command: Document) -> Document {
        let reply = trial.ok(doc! { "explain": command, "verbosity": "executionStats" });
        reply.get_document("queryPlanner").and_then(|planner| planner.get_document("winningPlan")).unwrap().clone()
    }

    fn trial() -> Trial {
        let mut trial = Trial::new();
        trial.ok(doc! { "createIndexes": "c", "indexes": [{ "key": { "a": 1 }, "name": "a_1" }] });
        trial.insert("c", (0..20).map(|id| doc! { "_id": id, "a": (id % 4), "b": id }).collect());
        trial
    }

    #[test]
    fn plans_have_the_names_of_a_mongod() {
        let mut trial = trial();
        let found = plan(&mut trial, doc! { "find": "c", "filter": { "a": 1 } });
        assert_eq!(found.get_str("stage"), Some("FETCH"));
        let input = found.get_document("inputStage").unwrap();
        assert_eq!((input.get_str("stage"), input.get_str("indexName")), (Some("IXSCAN"), Some("a_1")));
        let bounds = input.get_document("indexBounds").unwrap();
        assert_eq!(bounds.get_array("a"), Some(&[Bson::from("[1, 1]")][..]));
        assert_eq!(plan(&mut trial, doc! { "find": "c", "filter": { "_id": 1 } }).get_str("stage"), Some("IDHACK"));
        assert_eq!(plan(&mut trial, doc! { "find": "c" }).get_str("stage"), Some("COLLSCAN"));
        assert_eq!(plan(&mut trial, doc! { "find": "nope" }).get_str("stage"), Some("EOF"));
        assert_eq!(plan(&mut trial, doc! { "find": "c", "sort": { "b": 1 } }).get_str("stage"), Some("SORT"));
    }

    #[test]
    fn an_execution_is_counted() {
        let mut trial = trial();
        let reply = trial.ok(doc! { "explain": { "find": "c", "filter": { "a": 1 } } });
        let stats = reply.get_document("executionStats").unwrap();
        assert_eq!(stats.get("nReturned"), Some(&Bson::Int32(5)));
        assert_eq!(stats.get("totalDocsExamined"), Some(&Bson::Int32(5)));
    }

    #[test]
    fn explaining_an_update_changes_nothing() {
        let mut trial = trial();
        let update = doc! { "update": "c", "updates": [{ "q": { "a": 1 }, "u": { "$set": { "b": 0 } } }] };
        assert_eq!(plan(&mut trial, update).get_str("stage"), Some("UPDATE"));
        assert_eq!(trial.find("c", doc! { "filter": { "b": 1 } }).len(), 1);
        assert_eq!(trial.code(doc! { "explain": { "ping": "c" } }), 59);
        assert_eq!(trial.code(doc! { "explain": 1 }), 14);
    }
}
