//! `$out` and `$merge`: results that go into a collection.

use super::Call;
use super::insert::prepare;
use crate::server::practice::arguments::Arguments;
use crate::server::practice::catalog::check_name;
use crate::server::practice::collection::{Collection, State};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::query::{PipelineUpdate, same_value_at};
use crate::wire::bson::{Bson, Document};

/// Where results go and how they meet what is there.
#[derive(Debug)]
pub struct Output {
    database: String,
    collection: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// They take the collection's place.
    Replace,
    /// They meet documents with equal fields.
    Merge { on: Vec<String>, matched: Matched, unmatched: Unmatched },
}

#[derive(Debug)]
enum Matched {
    Replace,
    Keep,
    Merge,
    Fail,
    Update(PipelineUpdate),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Unmatched {
    Insert,
    Discard,
    Fail,
}

impl Output {
    /// Takes a writing stage off the end of a pipeline.
    ///
    /// # Errors
    /// 40601 where it stands elsewhere, and what is wrong with its argument.
    pub fn split<'a>(call: &Call<'_>, stages: &'a [Bson]) -> Result<(&'a [Bson], Option<Self>), CommandError> {
        let writer =
            |stage: &'a Bson| stage.as_document()?.first().filter(|(name, _)| matches!(*name, "$out" | "$merge"));
        let Some(at) = stages.iter().position(|stage| writer(stage).is_some()) else { return Ok((stages, None)) };
        let Some((name, argument)) = writer(&stages[at]) else { return Ok((stages, None)) };
        if at + 1 != stages.len() {
            return Err(CommandError::new(40601, format!("{name} can only be the final stage in the pipeline")));
        }
        let output = if name == "$out" { out(call, argument) } else { merge(call, argument) }?;
        check_name(&output.database, &output.collection)?;
        Ok((&stages[..at], Some(output)))
    }

    /// Writes the results.
    ///
    /// # Errors
    /// What the target's indexes and validator say.
    pub fn write(self, call: &Call<'_>, results: Vec<Document>) -> Result<(), CommandError> {
        let namespace = format!("{}.{}", self.database, self.collection);
        let validate = !call.arguments().flag("bypassDocumentValidation")?;
        let target = call.server.catalog.collection_or_new(&self.database, &self.collection)?;
        match self.kind {
            Kind::Replace => replace(call, &target, results, &namespace, validate),
            Kind::Merge { on, matched, unmatched } => {
                let merging = Merging { on, matched, unmatched, namespace, validate };
                for document in results {
                    call.operation.check_now()?;
                    merging.put(&mut target.state.lock(), document)?;
                }
                Ok(())
            }
        }
    }
}

fn out(call: &Call<'_>, argument: &Bson) -> Result<Output, CommandError> {
    let (database, collection) = match argument {
        Bson::String(name) => (call.database, name.as_str()),
        Bson::Document(target) => {
            let arguments = Arguments::new("$out", target);
            (arguments.text("db")?.unwrap_or(call.database), arguments.required("coll", arguments.text("coll")?)?)
        }
        other => {
            let text = format!("$out only supports a string or object argument, but found {}", other.type_name());
            return Err(CommandError::new(16990, text));
        }
    };
    Ok(Output { database: database.to_owned(), collection: collection.to_owned(), kind: Kind::Replace })
}

fn merge(call: &Call<'_>, argument: &Bson) -> Result<Output, CommandError> {
    let name;
    let (into, options) = match argument {
        Bson::String(collection) => {
            name = Bson::from(collection);
            (&name, None)
        }
        Bson::Document(options) => {
            let arguments = Arguments::new("$merge", options);
            (arguments.required("into", arguments.get("into"))?, Some(arguments))
        }
        other => {
            let text = format!("$merge requires a string or object argument, but found {}", other.type_name());
            return Err(CommandError::new(51182, text));
        }
    };
    let (database, collection) = match into {
        Bson::String(name) => (call.database, name.as_str()),
        Bson::Document(target) => {
            let arguments = Arguments::new("$merge.into", target);
            (arguments.text("db")?.unwrap_or(call.database), arguments.required("coll", arguments.text("coll")?)?)
        }
        other => {
            let text =
                format!("$merge 'into' field  must be either a string or an object, but found {}", other.type_name());
            return Err(CommandError::new(51178, text));
        }
    };
    let kind = match options {
        Some(options) => merge_kind(options)?,
        None => Kind::Merge { on: vec!["_id".to_owned()], matched: Matched::Merge, unmatched: Unmatched::Insert },
    };
    Ok(Output { database: database.to_owned(), collection: collection.to_owned(), kind })
}

fn merge_kind(options: Arguments<'_>) -> Result<Kind, CommandError> {
    let on = match options.get("on") {
        None => vec!["_id".to_owned()],
        Some(Bson::String(path)) => vec![path.clone()],
        Some(Bson::Array(paths)) if !paths.is_empty() => {
            let paths = paths.iter().map(|path| path.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
            paths.ok_or_else(|| CommandError::new(51134, "$merge 'on' array elements must be strings"))?
        }
        Some(_) => {
            return Err(CommandError::new(51187, "$merge 'on' field must be a string or a non-empty array of strings"));
        }
    };
    let enumeration = |field: &str, value: &str| {
        let text = format!("Enumeration value '{value}' for field '$merge.{field}' is not a valid value.");
        CommandError::new(code::BAD_VALUE, text)
    };
    let matched = match options.get("whenMatched") {
        None => Matched::Merge,
        Some(Bson::Array(stages)) => Matched::Update(PipelineUpdate::parse(stages, options.document("let")?)?),
        Some(Bson::String(mode)) => match mode.as_str() {
            "replace" => Matched::Replace,
            "keepExisting" => Matched::Keep,
            "merge" => Matched::Merge,
            "fail" => Matched::Fail,
            other => return Err(enumeration("whenMatched", other)),
        },
        Some(_) => {
            return Err(CommandError::new(51191, "$merge 'whenMatched' field must be either a string or an array"));
        }
    };
    let unmatched = match options.text("whenNotMatched")? {
        None | Some("insert") => Unmatched::Insert,
        Some("discard") => Unmatched::Discard,
        Some("fail") => Unmatched::Fail,
        Some(other) => return Err(enumeration("whenNotMatched", other)),
    };
    Ok(Kind::Merge { on, matched, unmatched })
}

/// All or nothing: the new documents are filed before the old ones are forgotten.
fn replace(
    call: &Call<'_>,
    target: &Collection,
    results: Vec<Document>,
    namespace: &str,
    validate: bool,
) -> Result<(), CommandError> {
    let mut state = target.state.lock();
    if state.capped.is_some() {
        return Err(CommandError::new(
            17152,
            format!("namespace '{namespace}' is capped so it can't be used for $out"),
        ));
    }
    let old: Vec<Document> = state.records().map(|(_, record)| Document::clone(&record.document)).collect();
    state.clear();
    for document in results {
        let put = call.operation.check_now().and_then(|()| prepare(document));
        if let Err(error) = put.and_then(|document| state.insert(document, namespace, validate)) {
            state.clear();
            for document in old {
                // These were there a moment ago, so they fit.
                let _ = state.insert(document, namespace, false);
            }
            return Err(error);
        }
    }
    Ok(())
}

struct Merging {
    on: Vec<String>,
    matched: Matched,
    unmatched: Unmatched,
    namespace: String,
    validate: bool,
}

impl Merging {
    fn put(&self, state: &mut State, document: Document) -> Result<(), CommandError> {
        let document = prepare(document)?;
        let found = match self.on.as_slice() {
            [only] if only == "_id" => document.get("_id").and_then(|id| state.by_id(id)),
            paths => {
                let same = |old: &Document| paths.iter().all(|path| same_value_at(old, &document, path));
                state.records().find(|(_, record)| same(&record.document)).map(|(record, _)| record)
            }
        };
        let Some(record) = found else { return self.put_new(state, document) };
        let Some(old) = state.get(record).map(|record| Document::clone(&record.document)) else { return Ok(()) };
        let new = match &self.matched {
            Matched::Keep => return Ok(()),
            Matched::Fail => {
                let text = "$merge could not insert a document: it matched one in the target";
                return Err(CommandError::new(code::DUPLICATE_KEY, text));
            }
            Matched::Replace => with_id_of(&old, document),
            Matched::Merge => {
                let mut merged = old.clone();
                document.into_iter().filter(|(key, _)| key != "_id").for_each(|(key, value)| merged.set(&key, value));
                merged
            }
            Matched::Update(update) => with_id_of(&old, update.apply_with(&old, &document)?),
        };
        state.replace(record, new, &self.namespace, self.validate)
    }

    fn put_new(&self, state: &mut State, document: Document) -> Result<(), CommandError> {
        match self.unmatched {
            Unmatched::Insert => state.insert(document, &self.namespace, self.validate).map(|_| ()),
            Unmatched::Discard => Ok(()),
            Unmatched::Fail => {
                let text = "$merge could not find a matching document in the target collection for at least one document in the source collection";
                Err(CommandError::new(13113, text))
            }
        }
    }
}

fn with_id_of(old: &Document, mut new: Document) -> Document {
    if let Some(id) = old.get("_id") {
        new.set("_id", id.clone());
    }
    new
}
