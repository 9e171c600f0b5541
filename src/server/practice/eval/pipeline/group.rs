//! Stages that put documents together: $group, $sortByCount, $bucket, $bucketAuto.

use std::collections::BTreeMap;

use super::{Item, Items, MadeStage, Parser, Run, Stage, document};
use crate::doc;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::eval::SortPattern;
use crate::server::practice::eval::expression::{Expression, fold};
use crate::wire::bson::{Bson, Document, compare};

/// Values kept for one group and accumulator.
const MOST_VALUES: usize = 1_000_000;

/// A value as a key of a sorted map.
#[derive(Clone, Debug)]
struct Key(Bson);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        compare(&self.0, &other.0).is_eq()
    }
}
impl Eq for Key {}
impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        compare(&self.0, &other.0)
    }
}

/// `name: {$sum: ...}`
#[derive(Debug)]
struct Accumulator {
    field: String,
    finish: fn(&[Bson]) -> Bson,
    argument: Expression,
    /// Missing values count for some.
    wants_missing: bool,
}

fn accumulators<'a>(
    fields: impl Iterator<Item = (&'a str, &'a Bson)>,
    parser: &Parser<'_>,
) -> Result<Vec<Accumulator>, CommandError> {
    let one = |(field, value): (&str, &Bson)| {
        if field.contains('.') || field.starts_with('$') {
            return Err(CommandError::new(
                40235,
                format!("The field name '{field}' cannot contain '.' or start with '$'"),
            ));
        }
        let operator = value.as_document().filter(|operator| operator.len() == 1).and_then(Document::first);
        let text = || format!("The field '{field}' must be an accumulator object");
        let (name, argument) = operator.ok_or_else(|| CommandError::new(40234, text()))?;
        let finish = fold::accumulator(name)
            .ok_or_else(|| CommandError::new(15952, format!("unknown group operator '{name}'")))?;
        let argument = if name == "$count" {
            Expression::Literal(Bson::Int32(1))
        } else {
            Expression::parse(argument, parser.known)?
        };
        Ok(Accumulator { field: field.to_owned(), finish, argument, wants_missing: matches!(name, "$first" | "$last") })
    };
    fields.map(one).collect()
}

#[derive(Debug)]
struct Group {
    id: Expression,
    accumulators: Vec<Accumulator>,
}

pub fn group(argument: &Bson, parser: &Parser<'_>) -> MadeStage {
    let fields = document(argument, "$group", 15947)?;
    let id = fields.get("_id").ok_or_else(|| CommandError::new(15955, "a group specification must include an _id"))?;
    let rest = fields.iter().filter(|(field, _)| *field != "_id");
    Ok(Box::new(Group { id: Expression::parse(id, parser.known)?, accumulators: accumulators(rest, parser)? }))
}

pub fn sort_by_count(argument: &Bson, parser: &Parser<'_>) -> MadeStage {
    let fits = match argument {
        Bson::String(path) => path.starts_with('$'),
        Bson::Document(expression) => expression.first().is_some_and(|(name, _)| name.starts_with('$')),
        _ => false,
    };
    if !fits {
        return Err(CommandError::new(
            40149,
            "the sortByCount field must be specified as a $-prefixed path or an expression",
        ));
    }
    let counts = doc! { "count": { "$sum": 1 } };
    let group =
        Group { id: Expression::parse(argument, parser.known)?, accumulators: accumulators(counts.iter(), parser)? };
    Ok(Box::new(SortByCount(group, SortPattern::parse(&doc! { "count": (-1) })?)))
}

#[derive(Debug)]
struct SortByCount(Group, SortPattern);

impl Stage for SortByCount {
    fn run(&self, items: Vec<Item>, run: &Run<'_>) -> Items {
        let mut groups = self.0.run(items, run)?;
        groups.sort_by(|left, right| self.1.compare(left, right));
        Ok(groups)
    }
}

type Values = Vec<Vec<Bson>>;

impl Group {
    fn finish(id: Bson, values: &Values, accumulators: &[Accumulator]) -> Item {
        let mut document = doc! { "_id": id };
        for (accumulator, values) in accumulators.iter().zip(values) {
            document.push(accumulator.field.clone(), (accumulator.finish)(values));
        }
        document.into()
    }
}

fn accumulate(
    accumulators: &[Accumulator],
    values: &mut Values,
    item: &Item,
    run: &Run<'_>,
) -> Result<(), CommandError> {
    let scope = run.scope(item);
    for (accumulator, values) in accumulators.iter().zip(values) {
        match accumulator.argument.evaluate(&scope)? {
            Bson::Undefined if !accumulator.wants_missing => {}
            Bson::Undefined => values.push(Bson::Null),
            value => values.push(value),
        }
        if values.len() > MOST_VALUES {
            return Err(CommandError::new(
                code::EXCEEDED_MEMORY_LIMIT,
                "a group holds too many values for this server",
            ));
        }
    }
    Ok(())
}

impl Stage for Group {
    fn run(&self, items: Vec<Item>, run: &Run<'_>) -> Items {
        let mut groups: BTreeMap<Key, Values> = BTreeMap::new();
        for document in &items {
            let id = match self.id.evaluate(&run.scope(document))? {
                Bson::Undefined => Bson::Null,
                id => id,
            };
            let values =
                groups.entry(Key(id)).or_insert_with(|| self.accumulators.iter().map(|_| Vec::new()).collect());
            accumulate(&self.accumulators, values, document, run)?;
        }
        Ok(groups.into_iter().map(|(id, values)| Self::finish(id.0, &values, &self.accumulators)).collect())
    }
}

#[derive(Debug)]
struct Bucket {
    by: Expression,
    boundaries: Vec<Bson>,
    default: Option<Bson>,
    accumulators: Vec<Accumulator>,
}

pub fn bucket(argument: &Bson, parser: &Parser<'_>) -> MadeStage {
    let fields = document(argument, "$bucket", 40201)?;
    let by = fields
        .get("groupBy")
        .ok_or_else(|| CommandError::new(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified."))?;
    let boundaries = fields
        .get_array("boundaries")
        .ok_or_else(|| CommandError::new(40200, "The $bucket 'boundaries' field must be an array"))?;
    if boundaries.len() < 2 {
        return Err(CommandError::new(40192, "The $bucket 'boundaries' field must have at least 2 values"));
    }
    if boundaries.windows(2).any(|pair| compare(&pair[0], &pair[1]).is_ge()) {
        return Err(CommandError::new(40194, "The 'boundaries' option to $bucket must be sorted in ascending order"));
    }
    Ok(Box::new(Bucket {
        by: Expression::parse(by, parser.known)?,
        boundaries: boundaries.to_vec(),
        default: fields.get("default").cloned(),
        accumulators: output(fields, parser)?,
    }))
}

fn output(fields: &Document, parser: &Parser<'_>) -> Result<Vec<Accumulator>, CommandError> {
    let counts = doc! { "count": { "$sum": 1 } };
    match fields.get("output") {
        None => accumulators(counts.iter(), parser),
        Some(Bson::Document(output)) => accumulators(output.iter(), parser),
        Some(_) => Err(CommandError::new(40196, "The $bucket 'output' field must be an object")),
    }
}

impl Stage for Bucket {
    fn run(&self, items: Vec<Item>, run: &Run<'_>) -> Items {
        let mut buckets: BTreeMap<(bool, Key), Values> = BTreeMap::new();
        for document in &items {
            let value = self.by.evaluate(&run.scope(document))?;
            let inside = self
                .boundaries
                .windows(2)
                .find(|pair| compare(&value, &pair[0]).is_ge() && compare(&value, &pair[1]).is_lt());
            let none = || {
                CommandError::new(
                    40066,
                    "$switch could not find a matching branch for an input, and no default was specified.",
                )
            };
            let key = match inside {
                Some(pair) => (false, Key(pair[0].clone())),
                None => (true, Key(self.default.clone().ok_or_else(none)?)),
            };
            let values = buckets.entry(key).or_insert_with(|| self.accumulators.iter().map(|_| Vec::new()).collect());
            accumulate(&self.accumulators, values, document, run)?;
        }
        Ok(buckets.into_iter().map(|((_, id), values)| Group::finish(id.0, &values, &self.accumulators)).collect())
    }
}

#[derive(Debug)]
struct BucketAuto {
    by: Expression,
    buckets: usize,
    accumulators: Vec<Accumulator>,
}

pub fn bucket_auto(argument: &Bson, parser: &Parser<'_>) -> MadeStage {
    let fields = document(argument, "$bucketAuto", 40240)?;
    let by = fields
        .get("groupBy")
        .ok_or_else(|| CommandError::new(40246, "$bucketAuto requires 'groupBy' and 'buckets' to be specified."))?;
    let buckets = fields.get("buckets").and_then(Bson::as_i64).filter(|count| (1..=1_000_000).contains(count));
    let buckets =
        buckets.ok_or_else(|| CommandError::new(40243, "The $bucketAuto 'buckets' field must be a positive number"))?;
    Ok(Box::new(BucketAuto {
        by: Expression::parse(by, parser.known)?,
        buckets: buckets as usize,
        accumulators: output(fields, parser)?,
    }))
}

impl Stage for BucketAuto {
    fn run(&self, items: Vec<Item>, run: &Run<'_>) -> Items {
        let mut keyed = Vec::new();
        for document in items {
            keyed.push((Key(self.by.evaluate(&run.scope(&document))?), document));
        }
        keyed.sort_by(|left, right| left.0.cmp(&right.0));
        let size = keyed.len().div_ceil(self.buckets).max(1);
        let mut out = Vec::new();
        let mut start = 0;
        while start < keyed.len() {
            let mut end = (start + size).min(keyed.len());
            // Equal keys share a bucket.
            while end < keyed.len() && keyed[end].0 == keyed[end - 1].0 {
                end += 1;
            }
            let mut values = self.accumulators.iter().map(|_| Vec::new()).collect();
            for (_, document) in &keyed[start..end] {
                accumulate(&self.accumulators, &mut values, document, run)?;
            }
            let upper = keyed.get(end).unwrap_or(&keyed[end - 1]);
            let id = doc! { "min": (&keyed[start].0.0), "max": (&upper.0.0) };
            out.push(Group::finish(id.into(), &values, &self.accumulators));
            start = end;
        }
        Ok(out)
    }
}
