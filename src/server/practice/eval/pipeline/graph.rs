//! $graphLookup: what can be reached from a document, breadth-first.

use std::collections::BTreeSet;

use super::join::{any_of, others};
use super::{Item, Items, MadeStage, Parser, Run, Stage, document};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::eval::Matcher;
use crate::server::practice::eval::expression::Expression;
use crate::server::practice::eval::path::Path;
use crate::wire::bson::{Bson, Document};

/// Documents that one stage may look at, all rounds of all inputs together.
const MOST_LOOKS: usize = 5_000_000;
const KNOWN: [&str; 8] = [
    "from",
    "as",
    "startWith",
    "connectFromField",
    "connectToField",
    "maxDepth",
    "depthField",
    "restrictSearchWithMatch",
];

#[derive(Debug)]
struct GraphLookup {
    from: String,
    into: String,
    start: Expression,
    connect_from: Path,
    connect_to: String,
    most_rounds: Option<i64>,
    depth_field: Option<String>,
    restriction: Option<Matcher>,
}

fn failed(number: i32, text: impl Into<String>) -> CommandError {
    CommandError::new(number, text.into())
}

pub fn graph_lookup(argument: &Bson, parser: &Parser<'_>) -> MadeStage {
    let options = document(argument, "$graphLookup", code::FAILED_TO_PARSE)?;
    if let Some(unknown) = options.keys().find(|key| !KNOWN.contains(key)) {
        return Err(failed(40104, format!("Unknown argument to $graphLookup: {unknown}")));
    }
    let start = options.get("startWith").ok_or_else(missing)?;
    let restriction = match options.get("restrictSearchWithMatch") {
        None => None,
        Some(Bson::Document(filter)) => Some(Matcher::parse(filter)?),
        Some(_) => return Err(failed(40185, "$graphLookup's restrictSearchWithMatch must be an object")),
    };
    Ok(Box::new(GraphLookup {
        from: field(options, "from")?.ok_or_else(missing)?,
        into: field(options, "as")?.ok_or_else(missing)?,
        start: Expression::parse(start, parser.known)?,
        connect_from: Path::new(&field(options, "connectFromField")?.ok_or_else(missing)?),
        connect_to: field(options, "connectToField")?.ok_or_else(missing)?,
        most_rounds: options.get("maxDepth").map(rounds).transpose()?,
        depth_field: field(options, "depthField")?,
        restriction,
    }))
}

fn missing() -> CommandError {
    failed(40105, "$graphLookup requires 'from', 'as', 'startWith', 'connectFromField' and 'connectToField'")
}

/// An option that names a field or a collection.
fn field(options: &Document, name: &str) -> Result<Option<String>, CommandError> {
    match options.get(name) {
        None => Ok(None),
        Some(Bson::String(text)) if text.starts_with('$') => {
            Err(failed(16410, format!("$graphLookup argument '{name}' may not start with '$': {text}")))
        }
        Some(Bson::String(text)) => Ok(Some(text.clone())),
        Some(other) => {
            Err(failed(40103, format!("$graphLookup argument '{name}' must be a string, found {}", other.type_name())))
        }
    }
}

/// Depth 0 is one round.
fn rounds(depth: &Bson) -> Result<i64, CommandError> {
    let number = depth.as_f64().ok_or_else(|| failed(40100, "maxDepth requires numeric argument"))?;
    if number < 0.0 {
        return Err(failed(40101, "maxDepth requires a nonnegative argument"));
    }
    if number.fract() != 0.0 || number >= i64::MAX as f64 {
        return Err(failed(40102, "maxDepth could not be represented as a long long"));
    }
    Ok((number as i64).saturating_add(1))
}

impl GraphLookup {
    /// All that is reached from `item`, the nearest first; `looks` counts what was looked at.
    fn reached(
        &self,
        item: &Item,
        others: &[Item],
        run: &Run<'_>,
        looks: &mut usize,
    ) -> Result<Vec<Bson>, CommandError> {
        let mut frontier = match self.start.evaluate(&run.scope(item))? {
            Bson::Array(values) => values,
            value => vec![value],
        };
        let mut seen = BTreeSet::new();
        let mut reached = Vec::new();
        let mut depth = 0;
        while !frontier.is_empty() && self.most_rounds.is_none_or(|most| depth < most) {
            *looks = looks.saturating_add(others.len());
            if *looks > MOST_LOOKS {
                let text = "$graphLookup would look at too many documents for this server";
                return Err(failed(code::EXCEEDED_MEMORY_LIMIT, text));
            }
            let matcher = any_of(&self.connect_to, std::mem::take(&mut frontier))?;
            let fits =
                |other: &&Item| matcher.matches(other) && self.restriction.as_ref().is_none_or(|it| it.matches(other));
            for (at, found) in others.iter().enumerate().filter(|(_, other)| fits(other)) {
                if seen.insert(at) {
                    frontier.extend(self.leads_to(found));
                    reached.push(self.told(found, depth));
                }
            }
            depth += 1;
        }
        Ok(reached)
    }

    /// The values to go on with: an array counts by its elements, a missing field leads nowhere.
    fn leads_to(&self, found: &Document) -> Vec<Bson> {
        let values = self.connect_from.values(found).into_iter().flatten();
        values
            .flat_map(|value| match value {
                Bson::Array(items) => items.clone(),
                value => vec![value.clone()],
            })
            .collect()
    }

    fn told(&self, found: &Document, depth: i64) -> Bson {
        let mut item = Item::from(found.clone());
        if let Some(name) = &self.depth_field {
            item.set(name, Bson::Int64(depth));
        }
        item.document.into()
    }
}

impl Stage for GraphLookup {
    fn run(&self, items: Vec<Item>, run: &Run<'_>) -> Items {
        let others = others(run, &self.from)?;
        let mut looks = 0;
        let mut one = |mut item: Item| {
            let reached = self.reached(&item, &others, run, &mut looks)?;
            item.set(&self.into, reached);
            Ok(item)
        };
        items.into_iter().map(&mut one).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{CollectionAccess, Pipeline};
    use super::*;
    use crate::{bson, doc};

    /// A chain 1 -> 2 -> 3 -> 1, and a document that nobody leads to.
    struct Ring;

    impl CollectionAccess for Ring {
        fn documents(&self, _: &str) -> Result<Vec<Arc<Document>>, CommandError> {
            let links = [(1, 2), (2, 3), (3, 1), (4, 1)];
            Ok(links.iter().map(|(id, next)| Arc::new(doc! { "_id": (*id), "next": [(*next)] })).collect())
        }
    }

    fn run(more: Document) -> Result<Vec<(i32, i64)>, CommandError> {
        let mut options = doc! {
            "from": "ring", "as": "reached", "startWith": "$next", "connectFromField": "next", "connectToField": "_id",
            "depthField": "depth",
        };
        more.iter().for_each(|(key, value)| options.set(key, value.clone()));
        let pipeline = Pipeline::parse(bson!([{ "$graphLookup": options }]).as_array().unwrap(), None)?;
        let out = pipeline.run(vec![doc! { "_id": 1, "next": [2] }.into()], &Ring)?;
        let one = |found: &Bson| {
            let found = found.as_document().unwrap();
            let number = |name: &str| found.get(name).and_then(Bson::as_i64).unwrap();
            (number("_id") as i32, number("depth"))
        };
        Ok(out[0].get_array("reached").unwrap().iter().map(one).collect())
    }

    #[test]
    fn a_ring_is_walked_once_and_the_depth_counts_from_zero() {
        assert_eq!(run(Document::new()), Ok(vec![(2, 0), (3, 1), (1, 2)]));
    }

    #[test]
    fn depth_and_restriction_bound_the_search() {
        assert_eq!(run(doc! { "maxDepth": 0 }), Ok(vec![(2, 0)]));
        assert_eq!(run(doc! { "maxDepth": 1.0 }), Ok(vec![(2, 0), (3, 1)]));
        assert_eq!(run(doc! { "restrictSearchWithMatch": { "_id": { "$ne": 3 } } }), Ok(vec![(2, 0)]));
    }

    #[test]
    fn wrong_options_have_codes_of_their_own() {
        let code = |more: Document| run(more).unwrap_err().code;
        assert_eq!(code(doc! { "maxDepth": "x" }), 40100);
        assert_eq!(code(doc! { "maxDepth": (-1) }), 40101);
        assert_eq!(code(doc! { "maxDepth": 1.5 }), 40102);
        assert_eq!(code(doc! { "from": 1 }), 40103);
        assert_eq!(code(doc! { "other": 1 }), 40104);
        assert_eq!(code(doc! { "as": "$x" }), 16410);
        assert_eq!(code(doc! { "restrictSearchWithMatch": 1 }), 40185);
    }
}
