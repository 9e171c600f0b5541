//! Stages over other documents: $lookup, $unionWith, $facet, $documents.

use super::{Item, Items, MadeStage, Parser, Pipeline, Run, Stage, document};
use crate::doc;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::eval::Matcher;
use crate::server::practice::eval::expression::{Expression, variable_name};
use crate::server::practice::eval::path::Path;
use crate::wire::bson::{Bson, Document};

/// Pairs of documents that one $lookup may look at.
const MOST_PAIRS: usize = 5_000_000;

/// All documents of another collection.
pub fn others(run: &Run<'_>, name: &str) -> Items {
    Ok(run.access.documents(name)?.iter().map(|document| Item::from((**document).clone())).collect())
}

/// What has one of these values at a path, as joins compare them.
pub fn any_of(path: &str, mut values: Vec<Bson>) -> Result<Matcher, CommandError> {
    // Regular expressions are values here, and undefined is nothing to compare with.
    values.retain(|value| !matches!(value, Bson::Regex { .. } | Bson::Undefined));
    let filter: Document = [(path.to_owned(), doc! { "$in": values }.into())].into_iter().collect();
    Matcher::parse(&filter)
}

#[derive(Debug)]
struct Lookup {
    from: String,
    into: String,
    fields: Option<(Path, String)>,
    names: Vec<(String, Expression)>,
    pipeline: Pipeline,
}

pub fn lookup(argument: &Bson, parser: &Parser<'_>) -> MadeStage {
    let options = document(argument, "$lookup", code::FAILED_TO_PARSE)?;
    let failed = |text: &str| CommandError::new(code::FAILED_TO_PARSE, text);
    let known = ["from", "as", "localField", "foreignField", "let", "pipeline"];
    if let Some(unknown) = options.keys().find(|key| !known.contains(key)) {
        return Err(failed(&format!("unknown argument to $lookup: {unknown}")));
    }
    for name in ["from", "as", "localField", "foreignField"] {
        if options.get(name).is_some_and(|value| value.as_str().is_none()) {
            return Err(failed(&format!("$lookup argument '{name}' must be a string")));
        }
    }
    let text = |name: &str| options.get_str(name).map(str::to_owned);
    let from = text("from").ok_or_else(|| failed("missing 'from' option to $lookup stage specification"))?;
    let into = text("as").ok_or_else(|| failed("must specify 'as' field for a $lookup"))?;
    let fields = match (text("localField"), text("foreignField")) {
        (Some(local), Some(foreign)) => Some((Path::new(&local), foreign)),
        (None, None) if options.contains("pipeline") => None,
        _ => return Err(failed("$lookup requires both or neither of 'localField' and 'foreignField' to be specified")),
    };
    let names = bindings(options, parser)?;
    let inside: Vec<String> = names.iter().map(|(name, _)| name.clone()).collect();
    let stages = match options.get("pipeline") {
        None => &[],
        Some(Bson::Array(stages)) => stages.as_slice(),
        Some(_) => return Err(CommandError::new(code::TYPE_MISMATCH, "'pipeline' of $lookup must be an array")),
    };
    let writes = |stage: &Bson| stage.as_document().is_some_and(|it| it.contains("$out") || it.contains("$merge"));
    if stages.iter().any(writes) {
        return Err(CommandError::new(51047, "$out and $merge are not allowed within a $lookup's sub-pipeline"));
    }
    let pipeline = parser.inner(stages, &inside)?;
    Ok(Box::new(Lookup { from, into, fields, names, pipeline }))
}

/// The variables of `let`.
fn bindings(options: &Document, parser: &Parser<'_>) -> Result<Vec<(String, Expression)>, CommandError> {
    let bound = match options.get("let") {
        None => return Ok(Vec::new()),
        Some(Bson::Document(bound)) => bound,
        Some(_) => return Err(CommandError::new(code::FAILED_TO_PARSE, "'let' of $lookup must be an object")),
    };
    let one = |(name, value): (&str, &Bson)| {
        variable_name(name)?;
        Ok((name.to_owned(), Expression::parse(value, parser.known)?))
    };
    bound.iter().map(one).collect()
}

impl Lookup {
    fn matching(&self, document: &Document, others: &[Item]) -> Items {
        let Some((local, foreign)) = &self.fields else { return Ok(others.to_vec()) };
        let mut wanted: Vec<Bson> = Vec::new();
        for value in local.values(document) {
            match value {
                Some(Bson::Array(items)) => wanted.extend(items.iter().cloned()),
                Some(value) => wanted.push(value.clone()),
                None => wanted.push(Bson::Null),
            }
        }
        let matcher = any_of(foreign, wanted)?;
        Ok(others.iter().filter(|other| matcher.matches(other)).cloned().collect())
    }
}

impl Stage for Lookup {
    fn run(&self, items: Vec<Item>, run: &Run<'_>) -> Items {
        let others = others(run, &self.from)?;
        if items.len().saturating_mul(others.len()) > MOST_PAIRS {
            return Err(CommandError::new(
                code::EXCEEDED_MEMORY_LIMIT,
                "$lookup would compare too many documents for this server",
            ));
        }
        let one = |mut item: Item| {
            let found = self.matching(&item, &others)?;
            let scope = run.scope(&item);
            let mut variables = run.variables.cloned().unwrap_or_default();
            for (name, value) in &self.names {
                variables.set(name, value.evaluate(&scope)?);
            }
            let inner = Run { access: run.access, variables: Some(&variables), steps: run.steps };
            let joined = self.pipeline.go(found, &inner)?;
            let joined: Vec<Bson> = joined.into_iter().map(|item| item.document.into()).collect();
            item.set(&self.into, joined);
            Ok(item)
        };
        items.into_iter().map(one).collect()
    }
}

#[derive(Debug)]
struct UnionWith(String, Pipeline);

pub fn union_with(argument: &Bson, parser: &Parser<'_>) -> MadeStage {
    let (name, stages) = match argument {
        Bson::String(name) => (Some(name.as_str()), None),
        Bson::Document(options) => (options.get_str("coll"), options.get_array("pipeline")),
        _ => (None, None),
    };
    let name = name.ok_or_else(|| {
        CommandError::new(code::FAILED_TO_PARSE, "the $unionWith stage needs the name of a collection")
    })?;
    Ok(Box::new(UnionWith(name.to_owned(), parser.inner(stages.unwrap_or_default(), &[])?)))
}

impl Stage for UnionWith {
    fn run(&self, mut items: Vec<Item>, run: &Run<'_>) -> Items {
        items.extend(self.1.go(others(run, &self.0)?, run)?);
        Ok(items)
    }
}

#[derive(Debug)]
struct Facet(Vec<(String, Pipeline)>);

pub fn facet(argument: &Bson, parser: &Parser<'_>) -> MadeStage {
    let fields = document(argument, "$facet", 40169)?;
    if fields.is_empty() {
        return Err(CommandError::new(40169, "the $facet specification must be a non-empty object"));
    }
    let one = |(name, stages): (&str, &Bson)| {
        let stages = stages.as_array().ok_or_else(|| CommandError::new(40170, "arguments to $facet must be arrays"))?;
        let refused =
            |stage: &&Bson| stage.as_document().is_some_and(|stage| stage.contains("$facet") || stage.contains("$out"));
        if stages.iter().find(refused).is_some() {
            return Err(CommandError::new(40600, "$facet and $out are not allowed to be used within a $facet stage"));
        }
        Ok((name.to_owned(), parser.inner(stages, &[])?))
    };
    Ok(Box::new(Facet(fields.iter().map(one).collect::<Result<_, _>>()?)))
}

impl Stage for Facet {
    fn run(&self, items: Vec<Item>, run: &Run<'_>) -> Items {
        let mut out = Document::new();
        for (name, pipeline) in &self.0 {
            let found = pipeline.go(items.clone(), run)?;
            out.push(name.clone(), found.into_iter().map(|item| item.document.into()).collect::<Vec<Bson>>());
        }
        Ok(vec![out.into()])
    }
}

#[derive(Debug)]
struct Given(Expression);

pub fn documents(argument: &Bson, parser: &Parser<'_>) -> MadeStage {
    Ok(Box::new(Given(Expression::parse(argument, parser.known)?)))
}

impl Stage for Given {
    fn run(&self, _: Vec<Item>, run: &Run<'_>) -> Items {
        let wrong = || CommandError::new(5858203, "an array of documents is needed for $documents");
        match self.0.evaluate(&run.scope(&Item::default()))? {
            Bson::Array(items) => {
                items.into_iter().map(|item| item.as_document().cloned().map(Item::from).ok_or_else(wrong)).collect()
            }
            _ => Err(wrong()),
        }
    }
}
