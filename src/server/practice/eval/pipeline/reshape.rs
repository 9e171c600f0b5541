//! Stages that change each document: $project, $addFields, $unset, $replaceRoot, $redact.

use super::{Item, Items, MadeStage, Parser, Run, Stage, document};
use crate::server::practice::errors::CommandError;
use crate::server::practice::eval::Projection;
use crate::server::practice::eval::expression::{Expression, Scope};
use crate::server::practice::eval::path::set;
use crate::wire::bson::{Bson, Document};

/// A projection, and the fields that it computes.
#[derive(Debug)]
struct Project {
    plain: Projection,
    computed: Vec<(Vec<String>, Expression)>,
}

pub fn project(argument: &Bson, parser: &Parser<'_>) -> MadeStage {
    let fields = document(argument, "$project", 15969)?;
    if fields.is_empty() {
        return Err(CommandError::new(
            51272,
            "Invalid $project :: caused by :: projection specification must have at least one field",
        ));
    }
    let (mut plain, mut computed) = (Document::new(), Vec::new());
    split(fields, "", &mut plain, &mut computed, parser)?;
    if plain.keys().all(|key| key == "_id") && !computed.is_empty() && !plain.contains("_id") {
        plain.push("_id", true);
    }
    // A projection of computed fields alone includes nothing else.
    let excludes = plain.iter().any(|(key, value)| key != "_id" && value.as_flag() == Some(false));
    if excludes && !computed.is_empty() {
        return Err(CommandError::new(
            31252,
            "Bad projection specification, cannot include fields or add computed fields during an exclusion projection",
        ));
    }
    if !excludes && !computed.is_empty() && plain.iter().all(|(key, _)| key == "_id") {
        plain.push("\u{1}", true);
    }
    Ok(Box::new(Project { plain: Projection::parse(&plain)?, computed }))
}

/// Sorts fields into what is only shown or hidden and what has to be computed.
fn split(
    fields: &Document,
    prefix: &str,
    plain: &mut Document,
    computed: &mut Vec<(Vec<String>, Expression)>,
    parser: &Parser<'_>,
) -> Result<(), CommandError> {
    for (name, value) in fields.iter() {
        if name.is_empty() || name.starts_with('$') || name.split('.').any(str::is_empty) {
            return Err(CommandError::new(
                16410,
                format!("FieldPath field names may not start with '$' or be empty: '{name}'"),
            ));
        }
        let path = format!("{prefix}{name}");
        match value {
            Bson::Boolean(_) | Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => {
                plain.push(path, value)
            }
            Bson::Document(inner) if !inner.is_empty() && !inner.keys().any(|key| key.starts_with('$')) => {
                split(inner, &format!("{path}."), plain, computed, parser)?;
            }
            other => {
                let expression = Expression::parse(other, parser.known)?;
                computed.push((path.split('.').map(str::to_owned).collect(), expression));
            }
        }
    }
    Ok(())
}

impl Stage for Project {
    fn run(&self, items: Vec<Item>, run: &Run<'_>) -> Items {
        let one = |item: Item| {
            let scope = run.scope(&item);
            let mut shown = self.plain.apply(&item)?;
            add(&mut shown, &self.computed, &scope)?;
            Ok(item.becoming(shown))
        };
        items.into_iter().map(one).collect()
    }
}

fn add(document: &mut Document, computed: &[(Vec<String>, Expression)], scope: &Scope<'_>) -> Result<(), CommandError> {
    for (path, expression) in computed {
        let value = expression.evaluate(scope)?;
        set(document, path, &value);
    }
    Ok(())
}

#[derive(Debug)]
struct AddFields(Vec<(Vec<String>, Expression)>);

pub fn add_fields(argument: &Bson, parser: &Parser<'_>) -> MadeStage {
    let fields = document(argument, "$addFields", 40272)?;
    if fields.is_empty() {
        return Err(CommandError::new(
            40177,
            "Invalid $addFields :: caused by :: specification must have at least one field",
        ));
    }
    let one = |(name, value): (&str, &Bson)| {
        if name.split('.').any(|part| part.is_empty() || part.starts_with('$')) {
            return Err(CommandError::new(
                16410,
                format!("FieldPath field names may not start with '$' or be empty: '{name}'"),
            ));
        }
        Ok((name.split('.').map(str::to_owned).collect(), Expression::parse(value, parser.known)?))
    };
    Ok(Box::new(AddFields(fields.iter().map(one).collect::<Result<_, _>>()?)))
}

impl Stage for AddFields {
    fn run(&self, items: Vec<Item>, run: &Run<'_>) -> Items {
        let one = |mut item: Item| {
            let before = item.clone();
            add(&mut item, &self.0, &run.scope(&before))?;
            Ok(item)
        };
        items.into_iter().map(one).collect()
    }
}

#[derive(Debug)]
struct Unset(Projection);

pub fn unset(argument: &Bson, _: &Parser<'_>) -> MadeStage {
    let wrong = || CommandError::new(31002, "$unset specification must be a string or an array of strings");
    let names = match argument {
        Bson::String(name) => vec![name.clone()],
        Bson::Array(names) if !names.is_empty() => {
            names.iter().map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong)).collect::<Result<_, _>>()?
        }
        _ => return Err(wrong()),
    };
    let fields: Document = names.into_iter().map(|name| (name, Bson::Boolean(false))).collect();
    Ok(Box::new(Unset(Projection::parse(&fields)?)))
}

impl Stage for Unset {
    fn run(&self, items: Vec<Item>, _: &Run<'_>) -> Items {
        items.iter().map(|item| Ok(item.becoming(self.0.apply(item)?))).collect()
    }
}

#[derive(Debug)]
struct ReplaceRoot(Expression);

pub fn replace_root(argument: &Bson, parser: &Parser<'_>) -> MadeStage {
    let new = document(argument, "$replaceRoot", 40229)?.get("newRoot");
    replace_with(
        new.ok_or_else(|| CommandError::new(40231, "no newRoot specified for the $replaceRoot stage"))?,
        parser,
    )
}

pub fn replace_with(argument: &Bson, parser: &Parser<'_>) -> MadeStage {
    Ok(Box::new(ReplaceRoot(Expression::parse(argument, parser.known)?)))
}

impl Stage for ReplaceRoot {
    fn run(&self, items: Vec<Item>, run: &Run<'_>) -> Items {
        let one = |item: Item| match self.0.evaluate(&run.scope(&item))? {
            Bson::Document(new) => Ok(item.becoming(new)),
            other => {
                let text = format!(
                    "'newRoot' expression must evaluate to an object, but resulting value was of type: {}",
                    other.type_name()
                );
                Err(CommandError::new(40228, text))
            }
        };
        items.into_iter().map(one).collect()
    }
}

#[derive(Debug)]
struct Redact(Expression);

pub fn redact(argument: &Bson, parser: &Parser<'_>) -> MadeStage {
    Ok(Box::new(Redact(Expression::parse(argument, parser.known)?)))
}

impl Redact {
    fn kept(&self, item: Item, run: &Run<'_>) -> Result<Option<Item>, CommandError> {
        match self.0.evaluate(&run.scope(&item))?.as_str() {
            Some("$$KEEP") => Ok(Some(item)),
            Some("$$PRUNE") => Ok(None),
            Some("$$DESCEND") => {
                let mut kept = Document::new();
                for (name, value) in item.document {
                    if let Some(value) = self.value(value, run)? {
                        kept.push(name, value);
                    }
                }
                Ok(Some(Item { document: kept, meta: item.meta }))
            }
            _ => Err(CommandError::new(
                17053,
                "$redact's expression should not return anything aside from the variables $$KEEP, $$DESCEND, and $$PRUNE",
            )),
        }
    }

    fn value(&self, value: Bson, run: &Run<'_>) -> Result<Option<Bson>, CommandError> {
        match value {
            Bson::Document(inner) => Ok(self.kept(inner.into(), run)?.map(|item| Bson::Document(item.document))),
            Bson::Array(items) => {
                let mut kept = Vec::new();
                for item in items {
                    kept.extend(self.value(item, run)?);
                }
                Ok(Some(Bson::Array(kept)))
            }
            other => Ok(Some(other)),
        }
    }
}

impl Stage for Redact {
    fn run(&self, items: Vec<Item>, run: &Run<'_>) -> Items {
        let kept = items.into_iter().map(|item| self.kept(item, run));
        kept.filter_map(Result::transpose).collect()
    }
}
