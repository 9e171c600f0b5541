//! aggregate: what stages read and write; what they compute is the evaluator's.

use super::cursors::batch_size_of;
use super::find::EMPTY;
use super::output::Output;
use super::{Call, Command, Fields, sources};
use crate::doc;
use crate::server::practice::catalog::Entry;
use crate::server::practice::collection::Collection;
use crate::server::practice::cursor::Cursor;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::query::{self, CollectionAccess, Item, Matcher, Pipeline, Wishes};
use crate::wire::bson::{Bson, Document};
use std::sync::Arc;

pub const COMMANDS: &[Command] =
    &[Command { name: "aggregate", aliases: &[], fields: Fields::Only(FIELDS), admin_only: false, run: aggregate }];

/// What aggregate takes; explain takes it too.
pub const FIELDS: &[&str] = &[
    "pipeline",
    "cursor",
    "explain",
    "allowDiskUse",
    "bypassDocumentValidation",
    "collation",
    "hint",
    "let",
    "needsMerge",
    "fromMongos",
    "isMapReduceCommand",
    "exchange",
    "runtimeConstants",
    "collectionUUID",
    "passthroughToShard",
];

/// Views upon views, as in a mongod.
const MAX_VIEW_DEPTH: usize = 20;

/// What a name stands for, views followed to their end.
pub enum Source {
    /// A collection, or nothing that exists.
    Collection(Option<Arc<Collection>>),
    /// Stages over a collection.
    View {
        /// The collection at the bottom.
        on: String,
        /// All views' stages, the lowest first.
        pipeline: Vec<Bson>,
    },
}

/// Follows a name through views.
///
/// # Errors
/// 165 for views that are too deep or run in a circle.
pub fn resolve(call: &Call<'_>, name: &str) -> Result<Source, CommandError> {
    let mut on = name.to_owned();
    let mut pipeline: Vec<Bson> = Vec::new();
    for depth in 0..=MAX_VIEW_DEPTH {
        match call.server.catalog.get(call.database, &on) {
            Some(Entry::View(view)) => {
                pipeline.splice(0..0, view.pipeline.iter().cloned());
                on.clone_from(&view.on);
            }
            Some(Entry::Collection(collection)) if depth == 0 => return Ok(Source::Collection(Some(collection))),
            None if depth == 0 => return Ok(Source::Collection(None)),
            _ => return Ok(Source::View { on, pipeline }),
        }
    }
    let text = format!("View depth too deep or view cycle detected; maximum depth is {MAX_VIEW_DEPTH}");
    Err(CommandError::new(code::VIEW_DEPTH_LIMIT_EXCEEDED, text))
}

/// Runs stages over a collection and gives all results.
///
/// # Errors
/// What a stage says.
pub fn run_pipeline(
    call: &Call<'_>,
    collection: &str,
    stages: &[Bson],
    variables: Option<&Document>,
) -> Result<Vec<Document>, CommandError> {
    let access = Access { call, depth: 0 };
    access.run(collection, stages, variables)
}

/// Collections as stages such as `$lookup` see them.
pub struct Access<'a, 'b> {
    call: &'a Call<'b>,
    depth: usize,
}

impl Access<'_, '_> {
    fn run(&self, name: &str, stages: &[Bson], variables: Option<&Document>) -> Result<Vec<Document>, CommandError> {
        let pipeline = Pipeline::parse(without_read(stages), variables)?;
        let filter = leading_match(stages);
        if !is_text(filter) && asks_for_text_score(stages) {
            return Err(query::unavailable("text score"));
        }
        let items = match sources::first_stage(self.call, name, stages)? {
            Some(made) => made,
            None => self.read(name, filter)?,
        };
        pipeline.run(items, self)
    }

    /// All documents, or those that a filter at the head of the pipeline lets pass.
    fn read(&self, name: &str, filter: Option<&Document>) -> Result<Vec<Item>, CommandError> {
        match resolve(self.call, name)? {
            Source::Collection(None) => {
                query::without_collection(&Matcher::parse_query(filter.unwrap_or(&EMPTY))?)?;
                Ok(Vec::new())
            }
            Source::Collection(Some(collection)) => {
                let request = self.call.request(filter.unwrap_or(&EMPTY), Wishes::default())?;
                request.without_near()?;
                let found = self.call.search(&collection.state.lock(), &request)?;
                Ok(found.into_items())
            }
            Source::View { .. } if is_text(filter) => {
                Err(CommandError::new(17313, "$match with $text is only allowed as the first pipeline stage"))
            }
            Source::View { on, pipeline } => {
                if self.depth > MAX_VIEW_DEPTH {
                    let text = "views refer to each other too deeply";
                    return Err(CommandError::new(code::VIEW_DEPTH_LIMIT_EXCEEDED, text));
                }
                let access = Access { call: self.call, depth: self.depth + 1 };
                Ok(access.run(&on, &pipeline, None)?.into_iter().map(Item::from).collect())
            }
        }
    }
}

impl CollectionAccess for Access<'_, '_> {
    fn documents(&self, name: &str) -> Result<Vec<Arc<Document>>, CommandError> {
        Ok(self.read(name, None)?.into_iter().map(|item| Arc::new(item.document)).collect())
    }
}

/// The filter of a `$match` at the head; it is applied again by the pipeline, which does no harm.
pub fn leading_match(stages: &[Bson]) -> Option<&Document> {
    let stage = stages.first()?.as_document()?;
    let filter = stage.get_document("$match").filter(|_| stage.len() == 1)?;
    // What needs variables or is not about single documents stays with the pipeline; a `$text` cannot.
    let plain = filter.keys().all(|key| !key.starts_with('$') || key == "$and" || key == "$or" || key == "$nor");
    (plain || is_text(Some(filter))).then_some(filter)
}

/// True where a filter has a `$text` in a place that its parser allows.
fn is_text(filter: Option<&Document>) -> bool {
    let branches = |value: &Bson| {
        let clauses = value.as_array().unwrap_or_default();
        clauses.iter().any(|clause| is_text(clause.as_document()))
    };
    let clause = |(key, value): (&str, &Bson)| key == "$text" || matches!(key, "$and" | "$or") && branches(value);
    filter.is_some_and(|filter| filter.iter().any(clause))
}

/// The stages that are left once the first one has made or found its documents; only a search must not run again.
pub fn without_read(stages: &[Bson]) -> &[Bson] {
    if is_text(leading_match(stages)) { &stages[1..] } else { sources::without_first(stages) }
}

/// True where a stage shows or sorts by a text score; stages with pipelines of their own are not looked into.
fn asks_for_text_score(stages: &[Bson]) -> bool {
    let nested = ["$lookup", "$unionWith", "$facet"];
    let stages = stages.iter().filter_map(|stage| stage.as_document()?.first());
    let mut stages = stages.filter(|(name, _)| !nested.contains(name));
    stages.any(|(_, argument)| shows_text_score(argument))
}

fn shows_text_score(value: &Bson) -> bool {
    match value {
        Bson::Document(document) => {
            document.get_str("$meta") == Some("textScore") || document.iter().any(|(_, inner)| shows_text_score(inner))
        }
        Bson::Array(items) => items.iter().any(shows_text_score),
        _ => false,
    }
}

fn aggregate(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    arguments.collation()?;
    let name = match call.command.first() {
        Some((_, number)) if number.as_f64() == Some(1.0) => sources::COLLECTIONLESS,
        _ => call.collection_name()?,
    };
    let stages = arguments.required("pipeline", arguments.array("pipeline")?)?;
    if let Some(wrong) = stages.iter().find(|stage| stage.as_document().is_none()) {
        let text = format!("Each element of the 'pipeline' array must be an object, not {}", wrong.type_name());
        return Err(CommandError::new(code::TYPE_MISMATCH, text));
    }
    arguments.flag("allowDiskUse")?;
    arguments.flag("bypassDocumentValidation")?;
    let variables = arguments.document("let")?;
    if arguments.flag("explain")? {
        return super::explain::pipeline(call, name, stages, "queryPlanner");
    }
    let batch_size = batch_size_of(&arguments)?;
    call.check_wanted(0, batch_size.unwrap_or(0));
    if arguments.document("cursor")?.is_none() {
        let text = "The 'cursor' option is required, except for aggregate with the explain argument";
        return Err(CommandError::new(code::FAILED_TO_PARSE, text));
    }
    let (stages, output) = Output::split(call, stages)?;
    sources::check(name, stages)?;
    if let Some(hint) = arguments.get("hint")
        && let Some(collection) = call.server.catalog.collection(call.database, name)?
    {
        query::check_hint(&collection.state.lock(), hint)?;
    }
    let results = run_pipeline(call, name, stages, variables)?;
    let results = match output {
        Some(output) => {
            output.write(call, results)?;
            Vec::new()
        }
        None => results,
    };
    let collection = call.server.catalog.collection(call.database, name).ok().flatten();
    let namespace = match name {
        sources::COLLECTIONLESS => format!("{}.$cmd.aggregate", call.database),
        name => call.namespace(name),
    };
    let cursor = Cursor::new(namespace, collection, results.into_iter().map(Arc::new).collect());
    Ok(doc! { "cursor": (call.server.cursors.first_reply(cursor, batch_size, false)) })
}

#[cfg(test)]
mod tests {
    use crate::doc;
    use crate::server::practice::trial::Trial;
    use crate::wire::bson::Bson;

    #[test]
    fn views_are_read_through_their_stages() {
        let mut trial = Trial::new();
        trial.insert("c", (0..6).map(|id| doc! { "_id": id, "a": (id % 2) }).collect());
        trial.ok(doc! { "create": "v", "viewOn": "c", "pipeline": [{ "$match": { "a": 1 } }] });
        trial.ok(doc! { "create": "w", "viewOn": "v", "pipeline": [{ "$limit": 2 }] });
        assert_eq!(trial.find("v", doc! {}).len(), 3);
        assert_eq!(trial.find("w", doc! { "filter": { "_id": 3 } }), [doc! { "_id": 3, "a": 1 }]);
        assert_eq!(trial.ok(doc! { "count": "w" }).get("n"), Some(&Bson::Int32(2)));
        assert_eq!(trial.code(doc! { "insert": "v", "documents": [{}] }), 166);
    }

    #[test]
    fn a_cursor_document_is_asked_for() {
        let mut trial = Trial::new();
        assert_eq!(trial.code(doc! { "aggregate": "c", "pipeline": [] }), 9);
        assert_eq!(trial.code(doc! { "aggregate": "c", "pipeline": [1], "cursor": {} }), 14);
        assert_eq!(trial.code(doc! { "aggregate": "c", "cursor": {} }), 40414);
        trial.ok(doc! { "aggregate": "c", "pipeline": [], "cursor": {} });
    }

    #[test]
    fn results_can_be_written_to_a_collection() {
        let mut trial = Trial::new();
        trial.insert("c", (0..6).map(|id| doc! { "_id": id }).collect());
        trial.ok(doc! { "aggregate": "c", "pipeline": [{ "$limit": 2 }, { "$out": "d" }], "cursor": {} });
        assert_eq!(trial.find("d", doc! {}).len(), 2);
        trial.ok(doc! { "aggregate": "c", "pipeline": [{ "$merge": { "into": "d" } }], "cursor": {} });
        assert_eq!(trial.find("d", doc! {}).len(), 6);
        let early = doc! { "aggregate": "c", "pipeline": [{ "$out": "d" }, { "$limit": 2 }], "cursor": {} };
        assert_eq!(trial.code(early), 40601);
    }
}
