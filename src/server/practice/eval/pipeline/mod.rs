//! Pipelines: stages one after another over a list of documents.

mod graph;
mod group;
mod item;
mod join;
mod pick;
mod reshape;
mod select;

use std::cell::Cell;
use std::sync::Arc;

use super::super::errors::{CommandError, code};
use super::expression::Scope;
use crate::wire::bson::{Bson, Document};
pub use item::Item;

/// Stages of one pipeline, as a mongod has it.
const MOST_STAGES: usize = 1_000;
/// Pipelines inside pipelines.
const MOST_DEPTH: usize = 20;
/// Documents between two stages.
const MOST_DOCUMENTS: usize = 500_000;

/// Where stages find other collections.
pub trait CollectionAccess {
    /// All documents of a collection or view of the same database; none if there is none.
    ///
    /// # Errors
    /// Those of a view's own pipeline.
    fn documents(&self, name: &str) -> Result<Vec<Arc<Document>>, CommandError>;
}

/// What stages may ask while they run.
struct Run<'a> {
    access: &'a dyn CollectionAccess,
    variables: Option<&'a Document>,
    steps: &'a Cell<u64>,
}

impl Run<'_> {
    fn scope(&self, item: &Item) -> Scope<'_> {
        Scope::new(&item.document, self.variables, self.steps).knowing(&item.meta)
    }
}

/// One stage.
trait Stage: std::fmt::Debug + Send + Sync {
    /// What comes out for what comes in.
    fn run(&self, items: Vec<Item>, run: &Run<'_>) -> Items;
}

/// What a stage's parser needs to know.
struct Parser<'a> {
    known: &'a [String],
    depth: usize,
}

/// What a stage gives.
type Items = Result<Vec<Item>, CommandError>;
type MadeStage = Result<Box<dyn Stage>, CommandError>;
type Parse = fn(&Bson, &Parser<'_>) -> MadeStage;

/// All stages that read nothing but documents.
const STAGES: &[(&str, Parse)] = &[
    ("$match", select::filter),
    ("$sort", select::sort),
    ("$limit", select::limit),
    ("$skip", select::skip),
    ("$sample", select::sample),
    ("$count", select::count),
    ("$unwind", select::unwind),
    ("$project", reshape::project),
    ("$addFields", reshape::add_fields),
    ("$set", reshape::add_fields),
    ("$unset", reshape::unset),
    ("$replaceRoot", reshape::replace_root),
    ("$replaceWith", reshape::replace_with),
    ("$redact", reshape::redact),
    ("$group", group::group),
    ("$sortByCount", group::sort_by_count),
    ("$bucket", group::bucket),
    ("$bucketAuto", group::bucket_auto),
    ("$lookup", join::lookup),
    ("$graphLookup", graph::graph_lookup),
    ("$unionWith", join::union_with),
    ("$facet", join::facet),
    ("$documents", join::documents),
];

/// A parsed pipeline.
#[derive(Debug)]
pub struct Pipeline {
    stages: Vec<Box<dyn Stage>>,
    variables: Option<Document>,
}

impl Pipeline {
    /// Reads stages; `variables` are the command's `let`.
    ///
    /// # Errors
    /// 40324 for unknown stages, 40323 for what is no stage, and those of the stages.
    pub fn parse(stages: &[Bson], variables: Option<&Document>) -> Result<Self, CommandError> {
        let known: Vec<String> = variables.into_iter().flat_map(Document::keys).map(str::to_owned).collect();
        Self::parse_at(stages, &known, 0).map(|pipeline| Self { variables: variables.cloned(), ..pipeline })
    }

    fn parse_at(stages: &[Bson], known: &[String], depth: usize) -> Result<Self, CommandError> {
        if depth > MOST_DEPTH || stages.len() > MOST_STAGES {
            return Err(CommandError::new(
                code::MAX_SUB_PIPELINE_DEPTH_EXCEEDED,
                "the pipeline has too many stages or is nested too deep",
            ));
        }
        let parser = Parser { known, depth };
        let stages = stages.iter().map(|stage| parser.stage(stage)).collect::<Result<_, _>>()?;
        Ok(Self { stages, variables: None })
    }

    /// What comes out at the end.
    ///
    /// # Errors
    /// Those of the stages and expressions.
    pub fn run(&self, items: Vec<Item>, access: &dyn CollectionAccess) -> Result<Vec<Document>, CommandError> {
        let steps = Cell::new(0);
        let out = self.go(items, &Run { access, variables: self.variables.as_ref(), steps: &steps })?;
        Ok(out.into_iter().map(|item| item.document).collect())
    }

    fn go(&self, items: Vec<Item>, run: &Run<'_>) -> Items {
        self.stages.iter().try_fold(items, |items, stage| {
            let out = stage.run(items, run)?;
            if out.len() > MOST_DOCUMENTS {
                return Err(CommandError::new(
                    code::EXCEEDED_MEMORY_LIMIT,
                    "a stage made too many documents for this server",
                ));
            }
            Ok(out)
        })
    }
}

impl Parser<'_> {
    fn stage(&self, stage: &Bson) -> MadeStage {
        let wrong =
            || CommandError::new(40323, "A pipeline stage specification object must contain exactly one field.");
        let stage = stage.as_document().ok_or_else(|| {
            CommandError::new(code::TYPE_MISMATCH, "Each element of the 'pipeline' array must be an object")
        })?;
        let Some((name, argument)) = stage.first().filter(|_| stage.len() == 1) else { return Err(wrong()) };
        let known = STAGES.iter().find(|(known, _)| *known == name);
        let unknown = || CommandError::new(40324, format!("Unrecognized pipeline stage name: '{name}'"));
        known.ok_or_else(unknown)?.1(argument, self)
    }

    fn inner(&self, stages: &[Bson], names: &[String]) -> Result<Pipeline, CommandError> {
        Pipeline::parse_at(stages, &[self.known, names].concat(), self.depth + 1)
    }
}

/// An update written as a pipeline.
#[derive(Debug)]
pub struct PipelineUpdate {
    pipeline: Pipeline,
    constants: Option<Document>,
}

/// A pipeline that stays within one document has no other collections.
struct Nowhere;

impl CollectionAccess for Nowhere {
    fn documents(&self, _: &str) -> Result<Vec<Arc<Document>>, CommandError> {
        Ok(Vec::new())
    }
}

impl PipelineUpdate {
    /// Reads the stages; `constants` are the update's variables. `$$new` is known to `$merge`.
    ///
    /// # Errors
    /// 72 for stages that an update may not have.
    pub fn parse(stages: &[Bson], constants: Option<&Document>) -> Result<Self, CommandError> {
        const ALLOWED: [&str; 6] = ["$set", "$addFields", "$unset", "$project", "$replaceRoot", "$replaceWith"];
        let name = |stage: &Bson| stage.as_document().and_then(Document::first).map(|(name, _)| name.to_owned());
        if let Some(other) = stages.iter().filter_map(name).find(|name| !ALLOWED.contains(&name.as_str())) {
            return Err(CommandError::new(
                code::INVALID_OPTIONS,
                format!("{other} is not allowed to be used within an update"),
            ));
        }
        let mut known = constants.cloned().unwrap_or_default();
        known.set("new", Bson::Null);
        Ok(Self { pipeline: Pipeline::parse(stages, Some(&known))?, constants: constants.cloned() })
    }

    /// The document after the update.
    ///
    /// # Errors
    /// Those of the stages.
    pub fn apply(&self, old: &Document) -> Result<Document, CommandError> {
        self.apply_with(old, &Document::new())
    }

    /// The same with a value for `$$new`.
    ///
    /// # Errors
    /// As [`PipelineUpdate::apply`].
    pub fn apply_with(&self, old: &Document, new: &Document) -> Result<Document, CommandError> {
        let steps = Cell::new(0);
        let mut variables = self.constants.clone().unwrap_or_default();
        variables.set("new", new.clone());
        let run = Run { access: &Nowhere, variables: Some(&variables), steps: &steps };
        let new = self.pipeline.go(vec![old.clone().into()], &run)?.pop();
        Ok(new.map_or_else(|| old.clone(), |item| item.document))
    }
}

fn document<'a>(argument: &'a Bson, name: &str, number: i32) -> Result<&'a Document, CommandError> {
    let text = || format!("the {name} stage specification must be an object, not {}", argument.type_name());
    argument.as_document().ok_or_else(|| CommandError::new(number, text()))
}

#[cfg(test)]
mod tests;
