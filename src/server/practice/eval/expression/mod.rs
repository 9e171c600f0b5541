//! Aggregation expressions: parsed into a tree, then evaluated over one document.
//!
//! A missing field is [`Bson::Undefined`] inside this module; it never leaves it.

mod arithmetic;
mod array;
mod conditional;
mod convert;
mod date;
pub mod fold;
mod functions;
mod set;
mod string;

use std::cell::Cell;

use super::super::errors::{CommandError, code};
use super::meta::{Meta, MetaField};
use crate::wire::bson::{Bson, Document};
use conditional::Special;
use functions::Function;

/// Expressions inside each other.
const MOST_DEPTH: usize = 120;
/// Evaluations that one command may take; a fuzzer nests `$map` in `$map`.
const MOST_STEPS: u64 = 5_000_000;
/// Elements of an array or bytes of a string that an expression may make.
pub(super) const LARGEST: usize = 1 << 22;

type Outcome = Result<Bson, CommandError>;

/// A parsed expression.
#[derive(Clone, Debug)]
pub enum Expression {
    /// A value as it stands.
    Literal(Bson),
    /// `"$a.b"` and `"$$name.a"`: a variable, and a path below it.
    Variable(String, Vec<String>),
    /// `{a: <expression>}`
    Object(Vec<(String, Expression)>),
    /// `[<expression>]`
    Array(Vec<Expression>),
    /// A function over evaluated arguments.
    Call(&'static Function, Vec<Expression>),
    /// What does not evaluate all its arguments, or binds names.
    Special(Box<Special>),
    /// `{$meta: ..}`
    Meta(MetaField),
}

/// Names and their values during one evaluation.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    names: Vec<(String, Bson)>,
    meta: Meta,
    steps: &'a Cell<u64>,
}

impl<'a> Scope<'a> {
    /// A scope over one document, with the variables of the command.
    pub fn new(document: &Document, variables: Option<&Document>, steps: &'a Cell<u64>) -> Self {
        let mut names: Vec<(String, Bson)> = vec![("ROOT".into(), document.clone().into())];
        names.extend(
            variables.into_iter().flat_map(Document::iter).map(|(name, value)| (name.to_owned(), value.clone())),
        );
        Self { names, meta: Meta::default(), steps }
    }

    /// The same with what the query knows of the document.
    pub fn knowing(mut self, meta: &Meta) -> Self {
        self.meta.clone_from(meta);
        self
    }

    /// The same with one more name.
    pub fn with(&self, name: &str, value: Bson) -> Self {
        let mut inner = self.clone();
        inner.names.push((name.to_owned(), value));
        inner
    }

    fn get(&self, name: &str) -> Bson {
        let name = if name == "CURRENT" { "ROOT" } else { name };
        let found = self.names.iter().rev().find(|(known, _)| known == name);
        found.map_or(Bson::Undefined, |(_, value)| value.clone())
    }

    /// Counts one evaluation, and what it made: a thousand elements are not made in one step.
    fn charge(&self, made: usize) -> Result<(), CommandError> {
        let steps = self.steps.get() + 1 + made as u64;
        self.steps.set(steps);
        if steps > MOST_STEPS {
            let text = "expression evaluation took too many steps for this server";
            return Err(CommandError::new(code::MAX_TIME_MS_EXPIRED, text));
        }
        Ok(())
    }
}

impl Expression {
    /// Reads an expression; `known` are the variables beside those of the system.
    ///
    /// # Errors
    /// 168 for unknown functions, 16020 for a wrong number of arguments, 17276 for unknown variables.
    pub fn parse(value: &Bson, known: &[String]) -> Result<Self, CommandError> {
        parse(value, known, 0)
    }

    /// The value over a document. [`Bson::Undefined`] is a missing one.
    ///
    /// # Errors
    /// Those of the functions, and the end of the command's steps.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Outcome {
        scope.charge(0)?;
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Variable(name, path) => Ok(follow(&scope.get(name), path)),
            Self::Object(fields) => {
                let mut object = Document::new();
                for (name, field) in fields {
                    match field.evaluate(scope)? {
                        Bson::Undefined => {}
                        value => object.push(name.clone(), value),
                    }
                }
                Ok(object.into())
            }
            Self::Array(items) => {
                let items = items.iter().map(|item| Ok(present(item.evaluate(scope)?)));
                items.collect::<Result<Vec<Bson>, CommandError>>().map(Bson::Array)
            }
            Self::Call(function, arguments) => {
                let values = arguments.iter().map(|argument| argument.evaluate(scope));
                bounded((function.run)(&values.collect::<Result<Vec<Bson>, CommandError>>()?)?, scope)
            }
            Self::Special(special) => bounded(special.evaluate(scope)?, scope),
            Self::Meta(field) => Ok(field.of(&scope.meta)),
        }
    }
}

fn bounded(value: Bson, scope: &Scope<'_>) -> Outcome {
    let size = match &value {
        Bson::Array(items) => items.len(),
        Bson::String(text) => text.len(),
        _ => 0,
    };
    scope.charge(size / 4)?;
    if size > LARGEST {
        return Err(CommandError::new(code::BSON_OBJECT_TOO_LARGE, "an expression's value grew too large"));
    }
    Ok(value)
}

/// Null for what is missing.
pub(super) fn present(value: Bson) -> Bson {
    if value == Bson::Undefined { Bson::Null } else { value }
}

/// Null, undefined or missing.
pub(super) fn is_nullish(value: &Bson) -> bool {
    matches!(value, Bson::Null | Bson::Undefined)
}

/// False, null, 0 and missing are false.
pub fn is_true(value: &Bson) -> bool {
    match value {
        Bson::Boolean(value) => *value,
        Bson::Null | Bson::Undefined => false,
        number if number.is_number() => number.as_f64() != Some(0.0),
        _ => true,
    }
}

/// A path below a value; through arrays it gives the array of what its elements have.
fn follow(value: &Bson, path: &[String]) -> Bson {
    let Some((name, rest)) = path.split_first() else { return value.clone() };
    match value {
        Bson::Document(document) => document.get(name).map_or(Bson::Undefined, |inner| follow(inner, rest)),
        Bson::Array(items) => {
            let found = items.iter().filter(|item| matches!(item, Bson::Document(_) | Bson::Array(_)));
            let found = found.map(|item| follow(item, path)).filter(|value| *value != Bson::Undefined);
            Bson::Array(found.collect())
        }
        _ => Bson::Undefined,
    }
}

fn parse(value: &Bson, known: &[String], depth: usize) -> Result<Expression, CommandError> {
    if depth > MOST_DEPTH {
        return Err(CommandError::new(code::OVERFLOW, "expression is nested too deep"));
    }
    match value {
        Bson::String(text) if text.starts_with('$') => variable(text, known),
        Bson::Array(items) => {
            items.iter().map(|item| parse(item, known, depth + 1)).collect::<Result<_, _>>().map(Expression::Array)
        }
        Bson::Document(document) => object(document, known, depth),
        other => Ok(Expression::Literal(other.clone())),
    }
}

fn variable(text: &str, known: &[String]) -> Result<Expression, CommandError> {
    const SYSTEM: [&str; 9] =
        ["ROOT", "CURRENT", "REMOVE", "NOW", "CLUSTER_TIME", "DESCEND", "PRUNE", "KEEP", "SEARCH_META"];
    let (name, path) = match text.strip_prefix("$$") {
        Some(rest) => rest.split_once('.').map_or((rest, ""), |(name, path)| (name, path)),
        None => ("ROOT", &text[1..]),
    };
    let path: Vec<String> = if path.is_empty() && name != "ROOT" || text == "$$ROOT" {
        Vec::new()
    } else {
        path.split('.').map(str::to_owned).collect()
    };
    if path.iter().any(|part| part.is_empty() || part.starts_with('$')) {
        let text = format!("FieldPath '{text}' has an empty field name or one that starts with '$'");
        return Err(CommandError::new(16410, text));
    }
    match name {
        "NOW" => Ok(Expression::Literal(Bson::DateTime(jiff::Timestamp::now().as_millisecond()))),
        "DESCEND" | "PRUNE" | "KEEP" => Ok(Expression::Literal(Bson::String(format!("$${name}")))),
        _ if SYSTEM.contains(&name) || known.iter().any(|one| one == name) => {
            Ok(Expression::Variable(name.into(), path))
        }
        _ => Err(CommandError::new(17276, format!("Use of undefined variable: {name}"))),
    }
}

fn object(document: &Document, known: &[String], depth: usize) -> Result<Expression, CommandError> {
    match document.first() {
        Some((name, argument)) if name.starts_with('$') => {
            if document.len() > 1 {
                let text = "an object representing an expression must have exactly one field";
                return Err(CommandError::new(15983, text));
            }
            call(name, argument, known, depth)
        }
        _ => {
            let fields = document.iter().map(|(name, value)| {
                if name.starts_with('$') || name.contains('.') || name.is_empty() {
                    return Err(CommandError::new(16404, format!("FieldPath field names may not be '{name}' here")));
                }
                Ok((name.to_owned(), parse(value, known, depth + 1)?))
            });
            fields.collect::<Result<_, _>>().map(Expression::Object)
        }
    }
}

fn call(name: &str, argument: &Bson, known: &[String], depth: usize) -> Result<Expression, CommandError> {
    if name == "$meta" {
        return MetaField::parse(argument).map(Expression::Meta);
    }
    if let Some(special) = Special::parse(name, argument, known, depth + 1)? {
        return Ok(Expression::Special(Box::new(special)));
    }
    let function = functions::find(name);
    let function = function.ok_or_else(|| {
        CommandError::new(code::INVALID_PIPELINE_OPERATOR, format!("Unrecognized expression '{name}'"))
    })?;
    let arguments = match (argument, function.named) {
        (Bson::Document(fields), Some(names)) if !fields.keys().any(|key| key.starts_with('$')) => {
            named(name, fields, names, known, depth)?
        }
        (Bson::Array(items), None) => {
            items.iter().map(|item| parse(item, known, depth + 1)).collect::<Result<_, _>>()?
        }
        (one, _) => vec![parse(one, known, depth + 1)?],
    };
    if arguments.len() < function.least || arguments.len() > function.most {
        let wanted = if function.least == function.most {
            format!("exactly {}", function.least)
        } else {
            format!("{} to {}", function.least, function.most)
        };
        let text = format!("Expression {name} takes {wanted} arguments. {} were passed in.", arguments.len());
        return Err(CommandError::new(16020, text));
    }
    Ok(Expression::Call(function, arguments))
}

/// Arguments given by name, in the order of the function's own list; those left out are missing.
fn named(
    function: &str,
    fields: &Document,
    names: &[&str],
    known: &[String],
    depth: usize,
) -> Result<Vec<Expression>, CommandError> {
    if let Some(unknown) = fields.keys().find(|key| !names.contains(key)) {
        return Err(CommandError::new(40413, format!("{function} found an unknown argument: {unknown}")));
    }
    let one = |name: &&str| {
        fields.get(name).map_or(Ok(Expression::Literal(Bson::Undefined)), |value| parse(value, known, depth + 1))
    };
    names.iter().map(one).collect()
}
