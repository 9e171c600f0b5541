//! What evaluates only some of its arguments, or binds names.

use super::fields::Field;
use super::order::SortArray;
use super::{Expression, Outcome, Scope, convert, is_nullish, is_true, parse, present};
use crate::server::practice::errors::CommandError;
use crate::wire::bson::{Bson, Document};

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

/// Reads the argument of one such expression.
pub struct Reader<'a> {
    name: &'a str,
    argument: &'a Bson,
    known: &'a [String],
    depth: usize,
}

impl Reader<'_> {
    fn error(&self, text: &str) -> CommandError {
        CommandError::new(9, format!("{}: {text}", self.name))
    }

    fn list(&self) -> Parsed<Vec<Expression>> {
        match self.argument {
            Bson::Array(items) => items.iter().map(|item| parse(item, self.known, self.depth)).collect(),
            one => Ok(vec![parse(one, self.known, self.depth)?]),
        }
    }

    fn list_of_at_least(&self, least: usize) -> Parsed<Vec<Expression>> {
        let list = self.list()?;
        if list.len() < least { Err(self.error("needs more arguments")) } else { Ok(list) }
    }

    /// The argument as it stands.
    pub fn whole(&self) -> Parsed<Expression> {
        parse(self.argument, self.known, self.depth)
    }

    /// Refuses what is no document, and fields beside these.
    pub fn only(&self, fields: &[&str], no_document: i32, unknown_field: i32) -> Parsed<()> {
        let document = self.argument.as_document().ok_or_else(|| {
            CommandError::new(no_document, format!("{} only supports an object as its argument", self.name))
        })?;
        match document.keys().find(|key| !fields.contains(key)) {
            None => Ok(()),
            Some(unknown) => {
                Err(CommandError::new(unknown_field, format!("{} found an unknown argument: {unknown}", self.name)))
            }
        }
    }

    /// A field that must be there.
    pub fn required(&self, name: &str, missing: i32) -> Parsed<Expression> {
        self.optional(name)?
            .ok_or_else(|| CommandError::new(missing, format!("{} requires '{name}' to be specified", self.name)))
    }

    pub fn document(&self) -> Parsed<&Document> {
        self.argument.as_document().ok_or_else(|| self.error("takes a document of named arguments"))
    }

    fn optional(&self, name: &str) -> Parsed<Option<Expression>> {
        self.document()?.get(name).map(|value| parse(value, self.known, self.depth)).transpose()
    }

    fn field(&self, name: &str) -> Parsed<Expression> {
        self.optional(name)?.ok_or_else(|| self.error(&format!("missing '{name}' parameter")))
    }

    fn cond(&self) -> Parsed<[Expression; 3]> {
        match self.argument {
            Bson::Array(items) if items.len() == 3 => {
                let part = |at: usize| parse(&items[at], self.known, self.depth);
                Ok([part(0)?, part(1)?, part(2)?])
            }
            Bson::Document(_) => Ok([self.field("if")?, self.field("then")?, self.field("else")?]),
            _ => Err(CommandError::new(16020, "Expression $cond takes exactly 3 arguments.")),
        }
    }

    fn switch(&self) -> Parsed<Special> {
        let branches = self.document()?.get_array("branches");
        let branches = branches.ok_or_else(|| CommandError::new(40061, "$switch expected an array for 'branches'"))?;
        if branches.is_empty() {
            return Err(CommandError::new(40068, "$switch requires at least one branch."));
        }
        let branch = |branch: &Bson| {
            let document = branch
                .as_document()
                .ok_or_else(|| CommandError::new(40062, "$switch expected each branch to be an object"))?;
            let part = |name: &str| {
                let value = document.get(name).ok_or_else(|| {
                    CommandError::new(40067, format!("$switch requires each branch have a '{name}' expression"))
                })?;
                parse(value, self.known, self.depth)
            };
            Ok((part("case")?, part("then")?))
        };
        let branches = branches.iter().map(branch).collect::<Parsed<_>>()?;
        Ok(Special::Switch(branches, self.optional("default")?))
    }

    fn binding(&self) -> Parsed<Special> {
        let vars = self.document()?.get_document("vars").ok_or_else(|| self.error("missing 'vars' parameter"))?;
        let names = vars.iter().map(|(name, value)| {
            variable_name(name)?;
            Ok((name.to_owned(), parse(value, self.known, self.depth)?))
        });
        let names: Vec<(String, Expression)> = names.collect::<Parsed<_>>()?;
        let inner = self.document()?.get("in").ok_or_else(|| self.error("missing 'in' parameter"))?;
        let known = [self.known, &names.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()].concat();
        Ok(Special::Let(names, parse(inner, &known, self.depth)?))
    }

    /// Input, name and inner expression of what goes over an array.
    fn over(&self, inner: &str) -> Parsed<(Expression, String, Expression)> {
        let name = match self.document()?.get("as") {
            None => "this".to_owned(),
            Some(Bson::String(name)) => name.clone(),
            Some(_) => return Err(self.error("'as' must be a string")),
        };
        variable_name(&name)?;
        let known = [self.known, std::slice::from_ref(&name)].concat();
        let body = self.document()?.get(inner).ok_or_else(|| self.error(&format!("missing '{inner}' parameter")))?;
        Ok((self.field("input")?, name, parse(body, &known, self.depth)?))
    }

    fn reduce(&self) -> Parsed<Special> {
        let known = [self.known, &["value".to_owned(), "this".to_owned()]].concat();
        let inner = self
            .document()?
            .get("in")
            .ok_or_else(|| CommandError::new(40079, "$reduce requires 'in' to be specified"))?;
        Ok(Special::Reduce(self.field("input")?, self.field("initialValue")?, parse(inner, &known, self.depth)?))
    }
}

/// Refuses names that variables cannot have.
///
/// # Errors
/// 16867
pub fn variable_name(name: &str) -> Parsed<()> {
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase() || !c.is_ascii());
    let rest = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii());
    if (starts && rest) || name == "CURRENT" {
        return Ok(());
    }
    Err(CommandError::new(16867, format!("'{name}' starts with or has an invalid character for a user variable name")))
}
