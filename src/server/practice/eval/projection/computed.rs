//! Fields of a projection that expressions make.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::eval::expression::{Expression, Scope};
use crate::server::practice::eval::path::set;
use crate::wire::bson::{Bson, Document};

/// Paths and what stands there.
#[derive(Clone, Debug)]
pub struct Computed {
    fields: Vec<(Vec<String>, Expression)>,
    variables: Option<Document>,
    /// Evaluations so far: all documents of a command share its bound.
    steps: Arc<AtomicU64>,
}

impl Computed {
    /// No fields yet, and the variables of the command.
    pub fn new(variables: Option<&Document>) -> Self {
        Self { fields: Vec::new(), variables: variables.cloned(), steps: Arc::default() }
    }

    /// Reads an expression for a path.
    ///
    /// # Errors
    /// 31325 for unknown functions, those of expressions.
    pub fn read(&mut self, path: Vec<String>, value: &Bson) -> Result<(), CommandError> {
        let known: Vec<String> = self.variables.iter().flat_map(Document::keys).map(str::to_owned).collect();
        self.fields.push((path, Expression::parse(value, &known).map_err(as_projection)?));
        Ok(())
    }

    /// The same value in every document.
    pub fn literal(&mut self, path: Vec<String>, value: Bson) {
        self.fields.push((path, Expression::Literal(value)));
    }

    /// Puts all fields, made from the whole document, into what is shown of it.
    ///
    /// # Errors
    /// Those of the expressions.
    pub fn add(&self, document: &Document, shown: &mut Document) -> Result<(), CommandError> {
        if self.fields.is_empty() {
            return Ok(());
        }
        let steps = Cell::new(self.steps.load(Ordering::Relaxed));
        let scope = Scope::new(document, self.variables.as_ref(), &steps);
        for (path, expression) in &self.fields {
            set(shown, path, &expression.evaluate(&scope)?);
        }
        self.steps.store(steps.get(), Ordering::Relaxed);
        Ok(())
    }
}

/// True for what the evaluator reads, and not this projection: paths and all functions but its own.
pub fn is_expression(value: &Bson) -> bool {
    match value {
        Bson::String(text) => text.starts_with('$'),
        Bson::Document(operator) => match operator.first() {
            // `{$slice: ["$a", 1]}` is the function, `{$slice: [1, 2]}` the operator.
            Some(("$slice", Bson::Array(items))) => items.len() == 3 || !items.first().is_none_or(Bson::is_number),
            Some(("$slice" | "$elemMatch", _)) => false,
            Some((key, _)) => key.starts_with('$'),
            None => false,
        },
        _ => false,
    }
}

/// An unknown function is an unknown operator of the projection.
fn as_projection(error: CommandError) -> CommandError {
    match error.code {
        code::INVALID_PIPELINE_OPERATOR => CommandError::new(31325, error.message),
        _ => error,
    }
}
