//! Stand-ins until matching proper is there.

use crate::server::practice::errors::CommandError;
use crate::wire::bson::{Bson, Document, compare};
use std::cmp::Ordering;

#[derive(Clone, Debug)]
pub struct Matcher(Document);

impl Matcher {
    pub fn parse(filter: &Document) -> Result<Self, CommandError> {
        Ok(Self(filter.clone()))
    }

    pub fn matches(&self, document: &Document) -> bool {
        self.0.iter().all(|(key, wanted)| match (document.get(key), wanted) {
            (Some(Bson::Array(items)), wanted) => items.iter().any(|item| compare(item, wanted).is_eq()),
            (Some(value), wanted) => compare(value, wanted).is_eq(),
            (None, wanted) => matches!(wanted, Bson::Null),
        })
    }
}

#[derive(Clone, Debug)]
pub struct SortPattern(Document);

impl SortPattern {
    pub fn parse(pattern: &Document) -> Result<Self, CommandError> {
        Ok(Self(pattern.clone()))
    }

    pub fn compare(&self, left: &Document, right: &Document) -> Ordering {
        let orders = self.0.iter().map(|(key, direction)| {
            let order = compare(left.get(key).unwrap_or(&Bson::Null), right.get(key).unwrap_or(&Bson::Null));
            if direction.as_f64() < Some(0.0) { order.reverse() } else { order }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    }
}

#[derive(Debug)]
pub struct PipelineUpdate;

impl PipelineUpdate {
    pub fn parse(_: &[Bson], _: Option<&Document>) -> Result<Self, CommandError> {
        Ok(Self)
    }

    pub fn apply(&self, old: &Document) -> Result<Document, CommandError> {
        Ok(old.clone())
    }

    pub fn apply_with(&self, old: &Document, _new: &Document) -> Result<Document, CommandError> {
        Ok(old.clone())
    }
}

impl Matcher {
    pub fn position(&self, _: &Document) -> Option<usize> {
        None
    }
}

#[derive(Clone, Debug)]
pub struct Projection(Document);

impl Projection {
    pub fn parse(fields: &Document) -> Result<Self, CommandError> {
        Ok(Self(fields.clone()))
    }

    pub fn apply(&self, document: &Document) -> Result<Document, CommandError> {
        Ok(document.clone())
    }
}

pub trait CollectionAccess {
    fn documents(&self, name: &str) -> Result<Vec<std::sync::Arc<Document>>, CommandError>;
}

#[derive(Debug)]
pub struct Pipeline(Vec<Document>);

impl Pipeline {
    pub fn parse(stages: &[Bson], _: Option<&Document>) -> Result<Self, CommandError> {
        Ok(Self(stages.iter().filter_map(Bson::as_document).cloned().collect()))
    }

    pub fn run(&self, mut documents: Vec<Document>, _: &dyn CollectionAccess) -> Result<Vec<Document>, CommandError> {
        for stage in &self.0 {
            match stage.first() {
                Some(("$match", Bson::Document(filter))) => {
                    let matcher = Matcher::parse(filter)?;
                    documents.retain(|document| matcher.matches(document));
                }
                Some(("$limit", limit)) => documents.truncate(limit.as_i64().unwrap_or(0) as usize),
                _ => {}
            }
        }
        Ok(documents)
    }
}
