//! Reading the arguments of expressions that do not evaluate all of them, or bind names.

use super::conditional::Special;
use super::{Expression, parse};
use crate::server::practice::errors::CommandError;
use crate::wire::bson::{Bson, Document};

type Parsed<T> = Result<T, CommandError>;

/// Reads the argument of one such expression.
pub struct Reader<'a> {
    /// Its name, with the dollar sign.
    pub name: &'a str,
    /// What stands behind the name.
    pub argument: &'a Bson,
    /// Variables that it may use.
    pub known: &'a [String],
    /// Expressions around it.
    pub depth: usize,
}

impl Reader<'_> {
    /// A failure of this expression, 9.
    pub fn error(&self, text: &str) -> CommandError {
        CommandError::new(9, format!("{}: {text}", self.name))
    }

    /// All arguments; one alone needs no array.
    pub fn list(&self) -> Parsed<Vec<Expression>> {
        match self.argument {
            Bson::Array(items) => items.iter().map(|item| parse(item, self.known, self.depth)).collect(),
            one => Ok(vec![parse(one, self.known, self.depth)?]),
        }
    }

    /// The same, and so many at least.
    pub fn list_of_at_least(&self, least: usize) -> Parsed<Vec<Expression>> {
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

    /// The same with a code of its own for the error.
    pub fn required(&self, name: &str, missing: i32) -> Parsed<Expression> {
        self.optional(name)?
            .ok_or_else(|| CommandError::new(missing, format!("{} requires '{name}' to be specified", self.name)))
    }

    /// The named arguments.
    pub fn document(&self) -> Parsed<&Document> {
        self.argument.as_document().ok_or_else(|| self.error("takes a document of named arguments"))
    }

    /// A named argument that may be left out.
    pub fn optional(&self, name: &str) -> Parsed<Option<Expression>> {
        self.document()?.get(name).map(|value| parse(value, self.known, self.depth)).transpose()
    }

    /// A named argument that must be there.
    pub fn field(&self, name: &str) -> Parsed<Expression> {
        self.optional(name)?.ok_or_else(|| self.error(&format!("missing '{name}' parameter")))
    }

    /// The three arguments of `$cond`, by place or by name.
    pub fn cond(&self) -> Parsed<[Expression; 3]> {
        match self.argument {
            Bson::Array(items) if items.len() == 3 => {
                let part = |at: usize| parse(&items[at], self.known, self.depth);
                Ok([part(0)?, part(1)?, part(2)?])
            }
            Bson::Document(_) => Ok([self.field("if")?, self.field("then")?, self.field("else")?]),
            _ => Err(CommandError::new(16020, "Expression $cond takes exactly 3 arguments.")),
        }
    }

    /// `$switch`
    pub fn switch(&self) -> Parsed<Special> {
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

    /// `$let`
    pub fn binding(&self) -> Parsed<Special> {
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
    pub fn over(&self, inner: &str) -> Parsed<(Expression, String, Expression)> {
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

    /// `$reduce`
    pub fn reduce(&self) -> Parsed<Special> {
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
