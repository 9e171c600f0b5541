//! Stages that choose documents: $match, $sort, $limit, $skip, $sample, $count, $unwind.

use super::{Item, Items, MadeStage, Parser, Run, Stage, document};
use crate::doc;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::eval::{Matcher, SortPattern};
use crate::wire::bson::{Bson, Document};

#[derive(Debug)]
struct Filter(Matcher);

pub fn filter(argument: &Bson, parser: &Parser<'_>) -> MadeStage {
    let filter = argument.as_document();
    let filter =
        filter.ok_or_else(|| CommandError::new(15959, "the match filter must be an expression in an object"))?;
    if filter.contains("$text") {
        return Err(CommandError::new(17313, "$match with $text is only allowed as the first pipeline stage"));
    }
    Ok(Box::new(Filter(Matcher::parse_with(filter, parser.known)?)))
}

impl Stage for Filter {
    fn run(&self, mut items: Vec<Item>, run: &Run<'_>) -> Items {
        items.retain(|document| self.0.matches_with(document, run.variables));
        Ok(items)
    }
}

#[derive(Debug)]
struct Sort(SortPattern);

pub fn sort(argument: &Bson, _: &Parser<'_>) -> MadeStage {
    let pattern = document(argument, "$sort", 15973)?;
    if pattern.is_empty() {
        return Err(CommandError::new(15976, "$sort stage must have at least one sort key"));
    }
    Ok(Box::new(Sort(SortPattern::parse(pattern)?)))
}

impl Stage for Sort {
    fn run(&self, mut items: Vec<Item>, _: &Run<'_>) -> Items {
        items.sort_by(|left, right| self.0.compare_with((left, &left.meta), (right, &right.meta)));
        Ok(items)
    }
}

fn whole(argument: &Bson, name: &str, number: i32) -> Result<i64, CommandError> {
    let exact = argument.as_f64().filter(|value| value.fract() == 0.0);
    exact
        .and(argument.as_i64())
        .ok_or_else(|| CommandError::new(number, format!("invalid argument to {name} stage: expected a whole number")))
}

#[derive(Debug)]
struct Limit(usize);

pub fn limit(argument: &Bson, _: &Parser<'_>) -> MadeStage {
    match whole(argument, "$limit", 15957)? {
        count @ 1.. => Ok(Box::new(Limit(count as usize))),
        _ => Err(CommandError::new(15958, "the limit must be positive")),
    }
}

impl Stage for Limit {
    fn run(&self, mut items: Vec<Item>, _: &Run<'_>) -> Items {
        items.truncate(self.0);
        Ok(items)
    }
}

#[derive(Debug)]
struct Skip(usize);

pub fn skip(argument: &Bson, _: &Parser<'_>) -> MadeStage {
    match whole(argument, "$skip", 15972)? {
        count @ 0.. => Ok(Box::new(Skip(count as usize))),
        _ => Err(CommandError::new(15956, "Argument to $skip cannot be negative")),
    }
}

impl Stage for Skip {
    fn run(&self, mut items: Vec<Item>, _: &Run<'_>) -> Items {
        items.drain(..self.0.min(items.len()));
        Ok(items)
    }
}

/// Every n-th document: a sample that repeats, as tests like it.
#[derive(Debug)]
struct Sample(usize);

pub fn sample(argument: &Bson, _: &Parser<'_>) -> MadeStage {
    let size = document(argument, "$sample", 28745)?.get("size");
    let size = size.ok_or_else(|| CommandError::new(28749, "$sample stage must specify a size"))?;
    let size = size.as_f64().ok_or_else(|| CommandError::new(28746, "size argument to $sample must be a number"))?;
    if size < 0.0 || size.is_nan() {
        return Err(CommandError::new(28747, "size argument to $sample must not be negative"));
    }
    Ok(Box::new(Sample(size as usize)))
}

impl Stage for Sample {
    fn run(&self, items: Vec<Item>, _: &Run<'_>) -> Items {
        let step = (items.len() / self.0.max(1)).max(1);
        Ok(items.into_iter().step_by(step).take(self.0).collect())
    }
}

#[derive(Debug)]
struct Count(String);

pub fn count(argument: &Bson, _: &Parser<'_>) -> MadeStage {
    match argument.as_str() {
        Some(name) if !name.is_empty() && !name.starts_with('$') && !name.contains(['.', '\0']) => {
            Ok(Box::new(Count(name.to_owned())))
        }
        _ => Err(CommandError::new(40156, "the count field must be a non-empty string without '$', '.' and NUL")),
    }
}

impl Stage for Count {
    fn run(&self, items: Vec<Item>, _: &Run<'_>) -> Items {
        let name = self.0.as_str();
        Ok(if items.is_empty() { Vec::new() } else { vec![doc! { name: (items.len() as i32) }.into()] })
    }
}

#[derive(Debug)]
struct Unwind {
    path: Vec<String>,
    index: Option<String>,
    keep_empty: bool,
}

pub fn unwind(argument: &Bson, _: &Parser<'_>) -> MadeStage {
    let (path, index, keep_empty) = match argument {
        Bson::String(path) => (Some(path.as_str()), None, false),
        Bson::Document(options) => {
            let known = ["path", "includeArrayIndex", "preserveNullAndEmptyArrays"];
            if options.keys().any(|key| !known.contains(&key)) {
                return Err(CommandError::new(28811, "unrecognized option to $unwind stage"));
            }
            let keep = options.get("preserveNullAndEmptyArrays").is_some_and(|flag| *flag == Bson::Boolean(true));
            (options.get_str("path"), options.get_str("includeArrayIndex").map(str::to_owned), keep)
        }
        _ => {
            return Err(CommandError::new(
                15981,
                "expected either a string or an object as specification for $unwind stage",
            ));
        }
    };
    let path = path.ok_or_else(|| CommandError::new(28812, "no path specified to $unwind stage"))?;
    let path = path.strip_prefix('$').filter(|path| !path.is_empty() && !path.starts_with('$'));
    let path =
        path.ok_or_else(|| CommandError::new(28818, "path option to $unwind stage should be prefixed with a '$'"))?;
    if path.split('.').any(str::is_empty) {
        return Err(CommandError::new(15998, "FieldPath field names may not be empty strings."));
    }
    Ok(Box::new(Unwind { path: path.split('.').map(str::to_owned).collect(), index, keep_empty }))
}

impl Stage for Unwind {
    fn run(&self, items: Vec<Item>, _: &Run<'_>) -> Items {
        let mut out = Vec::new();
        for mut document in items {
            let found = slot(&mut document, &self.path).map(|slot| slot.clone());
            match found {
                Some(Bson::Array(items)) if !items.is_empty() => {
                    for (at, item) in items.into_iter().enumerate() {
                        out.push(self.one(document.clone(), item, Some(at)));
                        if out.len() > super::MOST_DOCUMENTS {
                            return Err(CommandError::new(
                                code::EXCEEDED_MEMORY_LIMIT,
                                "$unwind made too many documents for this server",
                            ));
                        }
                    }
                }
                Some(Bson::Array(_)) if self.keep_empty => {
                    remove(&mut document, &self.path);
                    out.push(document);
                }
                Some(Bson::Array(_)) => {}
                None | Some(Bson::Null | Bson::Undefined) if !self.keep_empty => {}
                None => out.push(document),
                Some(value) => out.push(self.one(document, value, None)),
            }
        }
        Ok(out)
    }
}

impl Unwind {
    fn one(&self, mut document: Item, item: Bson, at: Option<usize>) -> Item {
        if let Some(slot) = slot(&mut document, &self.path) {
            *slot = item;
        }
        if let Some(name) = &self.index {
            document.set(name, at.map_or(Bson::Null, |at| Bson::Int64(at as i64)));
        }
        document
    }
}

fn slot<'a>(document: &'a mut Document, path: &[String]) -> Option<&'a mut Bson> {
    let (name, rest) = path.split_first()?;
    match (document.get_mut(name)?, rest.is_empty()) {
        (value, true) => Some(value),
        (Bson::Document(inner), false) => slot(inner, rest),
        _ => None,
    }
}

fn remove(document: &mut Document, path: &[String]) {
    match path {
        [name] => drop(document.remove(name)),
        [name, rest @ ..] => {
            if let Some(Bson::Document(inner)) = document.get_mut(name) {
                remove(inner, rest);
            }
        }
        [] => {}
    }
}
