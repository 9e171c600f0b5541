//! What evaluates only some of its arguments, or binds names.

use super::fields::Field;
use super::order::SortArray;
use super::reader::Reader;
use super::{Expression, Outcome, Scope, convert, is_nullish, is_true, present};
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// One such expression.
#[derive(Clone, Debug)]
pub enum Special {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Cond([Expression; 3]),
    IfNull(Vec<Expression>),
    Switch(Vec<(Expression, Expression)>, Option<Expression>),
    Let(Vec<(String, Expression)>, Expression),
    Map(Expression, String, Expression),
    Filter(Box<Filter>),
    Reduce(Expression, Expression, Expression),
    Literal(Bson),
    Field(Box<Field>),
    SortArray(Box<SortArray>),
    Convert { input: Expression, to: Expression, on_error: Option<Expression>, on_null: Option<Expression> },
}

/// A `$filter`.
#[derive(Clone, Debug)]
pub struct Filter {
    input: Expression,
    name: String,
    test: Expression,
    limit: Option<Expression>,
}

type Parsed<T> = Result<T, CommandError>;

impl Special {
    /// Reads it if the name is one of these.
    pub fn parse(name: &str, argument: &Bson, known: &[String], depth: usize) -> Parsed<Option<Self>> {
        let reader = Reader { name, argument, known, depth };
        Ok(Some(match name {
            "$and" => Self::And(reader.list()?),
            "$or" => Self::Or(reader.list()?),
            "$ifNull" => Self::IfNull(reader.list_of_at_least(2)?),
            "$cond" => Self::Cond(reader.cond()?),
            "$switch" => reader.switch()?,
            "$let" => reader.binding()?,
            "$map" => {
                let (input, name, inner) = reader.over("in")?;
                Self::Map(input, name, inner)
            }
            "$filter" => {
                reader.only(&["input", "as", "cond", "limit"], 28646, 28647)?;
                let (input, name, test) = reader.over("cond")?;
                Self::Filter(Box::new(Filter { input, name, test, limit: reader.optional("limit")? }))
            }
            "$getField" => Self::Field(Box::new(Field::to_get(&reader)?)),
            "$setField" => Self::Field(Box::new(Field::to_set(&reader)?)),
            "$unsetField" => Self::Field(Box::new(Field::to_unset(&reader)?)),
            "$sortArray" => Self::SortArray(Box::new(SortArray::parse(&reader)?)),
            "$reduce" => reader.reduce()?,
            "$literal" | "$const" => Self::Literal(argument.clone()),
            "$convert" => Self::Convert {
                input: reader.field("input")?,
                to: reader.field("to")?,
                on_error: reader.optional("onError")?,
                on_null: reader.optional("onNull")?,
            },
            _ => return Ok(None),
        }))
    }

    /// Its value.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Outcome {
        match self {
            Self::And(parts) => first_that(parts, scope, false).map(|found| (!found).into()),
            Self::Or(parts) => first_that(parts, scope, true).map(Bson::from),
            Self::Cond([test, then, or]) => if is_true(&test.evaluate(scope)?) { then } else { or }.evaluate(scope),
            Self::IfNull(parts) => if_null(parts, scope),
            Self::Switch(branches, default) => switch(branches, default.as_ref(), scope),
            Self::Let(names, inner) => {
                let mut inside = scope.clone();
                for (name, value) in names {
                    inside = inside.with(name, value.evaluate(scope)?);
                }
                inner.evaluate(&inside)
            }
            Self::Map(input, name, inner) => each(input, scope, "$map", 16883, |item| {
                inner.evaluate(&scope.with(name, item.clone())).map(|value| Some(present(value)))
            }),
            Self::Filter(filter) => filter.evaluate(scope),
            Self::Field(field) => field.evaluate(scope),
            Self::SortArray(sort) => sort.evaluate(scope),
            Self::Reduce(input, start, inner) => reduce(input, start, inner, scope),
            Self::Literal(value) => Ok(value.clone()),
            Self::Convert { input, to, on_error, on_null } => {
                let value = input.evaluate(scope)?;
                if is_nullish(&value) {
                    return on_null.as_ref().map_or(Ok(Bson::Null), |other| other.evaluate(scope));
                }
                let to = to.evaluate(scope)?;
                let convert =
                    convert::named(&to).ok_or_else(|| CommandError::new(2, format!("Unknown type name: {to:?}")))?;
                convert(&[value]).or_else(|error| on_error.as_ref().map_or(Err(error), |other| other.evaluate(scope)))
            }
        }
    }
}

impl Filter {
    fn evaluate(&self, scope: &Scope<'_>) -> Outcome {
        let Some(items) = items(&self.input, scope, "$filter", 28651)? else { return Ok(Bson::Null) };
        let limit = self.limit(scope)?;
        let mut kept = Vec::new();
        for item in items {
            if kept.len() >= limit {
                break;
            }
            let inside = scope.with(&self.name, item.clone());
            if is_true(&self.test.evaluate(&inside)?) {
                kept.push(item);
            }
        }
        Ok(Bson::Array(kept))
    }

    fn limit(&self, scope: &Scope<'_>) -> Parsed<usize> {
        let Some(limit) = &self.limit else { return Ok(usize::MAX) };
        match limit.evaluate(scope)? {
            value if is_nullish(&value) => Ok(usize::MAX),
            value => match value.as_f64() {
                Some(limit) if limit.fract() != 0.0 || limit.abs() > f64::from(i32::MAX) => {
                    Err(CommandError::new(327_391, "$filter: limit must be represented as a 32-bit integral value"))
                }
                Some(limit) if limit > 0.0 => Ok(limit as usize),
                Some(_) => Err(CommandError::new(327_392, "$filter: limit must be greater than 0")),
                None => Err(CommandError::new(327_391, "$filter: limit must be a number")),
            },
        }
    }
}

/// True if any part has that truth.
fn first_that(parts: &[Expression], scope: &Scope<'_>, wanted: bool) -> Parsed<bool> {
    for part in parts {
        if is_true(&part.evaluate(scope)?) == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

fn if_null(parts: &[Expression], scope: &Scope<'_>) -> Outcome {
    let (last, first) =
        parts.split_last().ok_or_else(|| CommandError::new(1257300, "$ifNull needs at least two arguments"))?;
    for part in first {
        let value = part.evaluate(scope)?;
        if !is_nullish(&value) {
            return Ok(value);
        }
    }
    last.evaluate(scope)
}

fn switch(branches: &[(Expression, Expression)], default: Option<&Expression>, scope: &Scope<'_>) -> Outcome {
    for (case, then) in branches {
        if is_true(&case.evaluate(scope)?) {
            return then.evaluate(scope);
        }
    }
    let missing = || {
        CommandError::new(40066, "$switch could not find a matching branch for an input, and no default was specified.")
    };
    default.ok_or_else(missing)?.evaluate(scope)
}

fn items(input: &Expression, scope: &Scope<'_>, name: &str, number: i32) -> Parsed<Option<Vec<Bson>>> {
    match input.evaluate(scope)? {
        value if is_nullish(&value) => Ok(None),
        Bson::Array(items) => Ok(Some(items)),
        other => Err(CommandError::new(number, format!("input to {name} must be an array not {}", other.type_name()))),
    }
}

fn each(
    input: &Expression,
    scope: &Scope<'_>,
    name: &str,
    number: i32,
    change: impl Fn(&Bson) -> Parsed<Option<Bson>>,
) -> Outcome {
    let Some(items) = items(input, scope, name, number)? else { return Ok(Bson::Null) };
    let mut changed = Vec::new();
    for item in &items {
        changed.extend(change(item)?);
    }
    Ok(Bson::Array(changed))
}

fn reduce(input: &Expression, start: &Expression, inner: &Expression, scope: &Scope<'_>) -> Outcome {
    let Some(items) = items(input, scope, "$reduce", 40080)? else { return Ok(Bson::Null) };
    let mut value = start.evaluate(scope)?;
    for item in items {
        value = super::bounded(inner.evaluate(&scope.with("value", value).with("this", item))?, scope)?;
    }
    Ok(value)
}
