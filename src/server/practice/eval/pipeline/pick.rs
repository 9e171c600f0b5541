//! Accumulators that keep some of a group's values: $firstN and $top, and their kin.

use super::Parser;
use crate::server::practice::errors::CommandError;
use crate::server::practice::eval::SortPattern;
use crate::server::practice::eval::expression::picked::{Which, count};
use crate::server::practice::eval::expression::{Expression, Scope};
use crate::wire::bson::{Bson, Document};

/// Such an accumulator.
#[derive(Debug)]
pub struct Pick {
    /// What is picked or, with an order, shown.
    value: Expression,
    /// How many; one alone is not in an array.
    n: Option<Expression>,
    by: By,
}

#[derive(Debug)]
enum By {
    /// By place or by value.
    Which(Which),
    /// By fields of the documents; the top ones or the bottom ones.
    Order { pattern: SortPattern, roots: Vec<String>, top: bool },
}

/// True for the names that [`Pick::parse`] reads.
pub fn is_pick(name: &str) -> bool {
    Which::named(name).is_some() || matches!(name, "$top" | "$topN" | "$bottom" | "$bottomN")
}

impl Pick {
    /// Reads `{input: .., n: ..}` or `{sortBy: .., output: .., n: ..}`.
    ///
    /// # Errors
    /// 5787900 to 5787907 and 5788001 to 5788604 for arguments.
    pub fn parse(name: &str, argument: &Bson, parser: &Parser<'_>) -> Result<Self, CommandError> {
        let which = Which::named(name);
        let fields = argument.as_document().ok_or_else(|| {
            let number = if which.is_some() { 5_787_900 } else { 5_788_001 };
            CommandError::new(
                number,
                format!("specification must be an object; found {name}: {}", argument.type_name()),
            )
        })?;
        let counted = name.ends_with('N');
        let known: &[&str] = if which.is_some() { &["input", "n"] } else { &["sortBy", "output", "n"] };
        if let Some(unknown) = fields.keys().find(|key| !known.contains(key) || (*key == "n" && !counted)) {
            let number = if which.is_some() { 5_787_901 } else { 5_788_002 };
            return Err(CommandError::new(number, format!("Unknown argument to {name}: '{unknown}'")));
        }
        let read = |field: &str, number: i32| {
            let value = fields
                .get(field)
                .ok_or_else(|| CommandError::new(number, format!("Missing value for '{field}' in {name}")))?;
            Expression::parse(value, parser.known)
        };
        let n = counted.then(|| read("n", if which.is_some() { 5_787_906 } else { 5_788_003 })).transpose()?;
        match which {
            Some(which) => Ok(Self { value: read("input", 5_787_907)?, n, by: By::Which(which) }),
            None => Ok(Self { value: read("output", 5_788_004)?, n, by: By::order(fields, name)? }),
        }
    }

    /// What has to be kept of a document until the group is whole.
    ///
    /// # Errors
    /// Those of the expressions.
    pub fn value(&self, document: &Document, scope: &Scope<'_>) -> Result<Bson, CommandError> {
        let value = match self.value.evaluate(scope)? {
            Bson::Undefined => Bson::Null,
            value => value,
        };
        match &self.by {
            By::Which(_) => Ok(value),
            By::Order { roots, .. } => {
                let fields = roots.iter().filter_map(|root| Some((root.clone(), document.get(root)?.clone())));
                Ok(Bson::Array(vec![fields.collect::<Document>().into(), value]))
            }
        }
    }

    /// The picked values; `scope` is the group's, for `n`.
    ///
    /// # Errors
    /// 5787902 to 5787908 for an `n` that counts nothing.
    pub fn finish(&self, values: &[Bson], scope: &Scope<'_>) -> Result<Bson, CommandError> {
        let n = match &self.n {
            Some(n) => count(&n.evaluate(scope)?)?,
            None => 1,
        };
        let mut picked = match &self.by {
            By::Which(which) => which.of(values, n),
            By::Order { pattern, top, .. } => in_order(values, pattern, *top, n),
        };
        Ok(if self.n.is_some() { Bson::Array(picked) } else { picked.pop().unwrap_or(Bson::Null) })
    }
}

impl By {
    fn order(fields: &Document, name: &str) -> Result<Self, CommandError> {
        let pattern = match fields.get("sortBy") {
            Some(Bson::Document(pattern)) => pattern,
            Some(_) => return Err(CommandError::new(5_788_604, "expected 'sortBy' to be an object")),
            None => return Err(CommandError::new(5_788_005, format!("Missing value for 'sortBy' in {name}"))),
        };
        let roots = pattern.keys().filter_map(|path| path.split('.').next()).map(str::to_owned).collect();
        Ok(Self::Order { pattern: SortPattern::parse(pattern)?, roots, top: name.starts_with("$top") })
    }
}

/// The values of pairs `[fields, value]`, from the top down; the bottom ones keep that order.
fn in_order(pairs: &[Bson], pattern: &SortPattern, top: bool, n: usize) -> Vec<Bson> {
    let pair = |pair: &Bson| match pair {
        Bson::Array(pair) => match pair.as_slice() {
            [Bson::Document(fields), value] => Some((fields.clone(), value.clone())),
            _ => None,
        },
        _ => None,
    };
    let mut pairs: Vec<(Document, Bson)> = pairs.iter().filter_map(pair).collect();
    pairs.sort_by(|left, right| pattern.compare(&left.0, &right.0));
    let from = if top { 0 } else { pairs.len() - n.min(pairs.len()) };
    pairs.into_iter().skip(from).take(n).map(|(_, value)| value).collect()
}
