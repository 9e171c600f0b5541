//! Choosing how documents are found: a modest planner over one collection's indexes.

use super::bounds::{Interval, intervals};
use crate::server::practice::collection::State;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::index::{Index, Kind, Part, same_pattern};
use crate::wire::bson::{Bson, Document, compare};

/// How documents are found.
#[derive(Clone, Debug)]
pub enum Plan {
    /// There is no collection.
    Eof,
    /// Every record.
    CollectionScan {
        /// From the newest to the oldest.
        backward: bool,
    },
    /// One record by its `_id`.
    Id(Bson),
    /// A stretch of an index.
    IndexScan(IndexScan),
    /// Every record, for the `$text` of the index of this name.
    Text(String),
    /// Every record, for the `$near` of the index of this name.
    Near(String),
}

/// A stretch of an index.
#[derive(Clone, Debug)]
pub struct IndexScan {
    /// Name of the index.
    pub index: String,
    /// What its fields may hold, one list a field.
    pub bounds: Vec<Vec<Interval>>,
    /// From its end to its start.
    pub backward: bool,
    /// The order asked for is the index's.
    pub sorted: bool,
    /// Whole keys from `min` (inclusive) to `max` (exclusive), where those were given.
    pub range: (Option<Vec<Part>>, Option<Vec<Part>>),
}

/// What the planner has to know of a query.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes<'a> {
    /// An order; `$natural` included.
    pub sort: Option<&'a Document>,
    /// Name or pattern of an index, or `{$natural: ±1}`.
    pub hint: Option<&'a Bson>,
    /// Lowest key, inclusive.
    pub min: Option<&'a Document>,
    /// Highest key, exclusive.
    pub max: Option<&'a Document>,
}

/// Chooses a plan.
///
/// # Errors
/// 2 for a hint without an index, 51173 and relatives for `min` and `max` that do not fit it.
pub fn choose(state: &State, filter: &Document, wishes: Wishes<'_>) -> Result<Plan, CommandError> {
    if let Some(backward) = natural(wishes.hint.and_then(Bson::as_document)).or_else(|| natural(wishes.sort)) {
        return Ok(Plan::CollectionScan { backward });
    }
    if wishes.min.is_some() || wishes.max.is_some() {
        return bounded(state, wishes);
    }
    if let Some(hint) = wishes.hint {
        let index = hinted(state, hint)?;
        if index.spec.kind == Kind::Stored {
            // Such an index has no entries to read; the filter does all the work.
            return Ok(Plan::CollectionScan { backward: false });
        }
        return Ok(Plan::IndexScan(scan(index, filter, wishes.sort)));
    }
    if let Some(id) = exact_id(filter) {
        return Ok(Plan::Id(id.clone()));
    }
    let usable = state.indexes.iter().filter(|index| may_serve(index, filter));
    let best = usable.map(|index| (score(index, filter, wishes.sort), index)).filter(|(score, _)| *score > 0);
    // Of equals the older index wins, so that plans repeat.
    let best = best.reduce(|best, next| if next.0 > best.0 { next } else { best });
    Ok(match best {
        Some((_, index)) => Plan::IndexScan(scan(index, filter, wishes.sort)),
        None => Plan::CollectionScan { backward: false },
    })
}

/// The index that a hint names.
///
/// # Errors
/// 2 if there is none.
pub fn hinted<'a>(state: &'a State, hint: &Bson) -> Result<&'a Index, CommandError> {
    let found = match hint {
        Bson::String(name) => state.indexes.iter().find(|index| index.spec.name == *name),
        Bson::Document(pattern) => state.indexes.iter().find(|index| same_pattern(&index.spec.pattern, pattern)),
        _ => return Err(CommandError::new(code::FAILED_TO_PARSE, "hint must be a string or an object")),
    };
    found.ok_or_else(|| {
        let text = "error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index";
        CommandError::new(code::BAD_VALUE, text)
    })
}

/// `Some(backward)` for `{$natural: 1}` or `{$natural: -1}`.
fn natural(order: Option<&Document>) -> Option<bool> {
    order?.get("$natural")?.as_f64().map(|direction| direction < 0.0)
}

fn exact_id(filter: &Document) -> Option<&Bson> {
    let id = filter.get("_id").filter(|_| filter.len() == 1)?;
    match id {
        Bson::Document(operators) if operators.keys().any(|key| key.starts_with('$')) => match operators.get("$eq") {
            Some(id) if operators.len() == 1 && !matches!(id, Bson::Array(_) | Bson::Regex { .. } | Bson::Null) => {
                Some(id)
            }
            _ => None,
        },
        Bson::Regex { .. } | Bson::Array(_) | Bson::Null | Bson::Undefined => None,
        id => Some(id),
    }
}

/// A partial index serves only filters that repeat its condition; others would miss documents.
fn may_serve(index: &Index, filter: &Document) -> bool {
    let implied = |condition: &Document| {
        condition.iter().all(|(path, wanted)| filter.get(path).is_some_and(|value| compare(value, wanted).is_eq()))
    };
    let condition = index.spec.shown.get_document("partialFilterExpression");
    index.spec.kind == Kind::Ordered && !index.hidden && condition.is_none_or(implied)
}

/// Equal leading fields weigh most, then a range behind them, then the order asked for.
fn score(index: &Index, filter: &Document, sort: Option<&Document>) -> usize {
    let bounds = bounds_of(index, filter);
    let points = bounds.iter().take_while(|field| field.iter().all(Interval::is_point)).count();
    let range = bounds.get(points).is_some_and(|field| !field.iter().all(Interval::is_all));
    let null = |field: &Vec<Interval>| field.iter().any(|interval| interval.contains(&Bson::Null));
    if index.spec.sparse && bounds.iter().all(null) {
        return 0;
    }
    let ordered = !index.spec.sparse && sort_direction(index, sort).is_some();
    points * 10 + usize::from(range) * 5 + usize::from(ordered) * 2
}

fn scan(index: &Index, filter: &Document, sort: Option<&Document>) -> IndexScan {
    let direction = sort_direction(index, sort);
    IndexScan {
        index: index.spec.name.clone(),
        bounds: bounds_of(index, filter),
        backward: direction.unwrap_or(false),
        sorted: direction.is_some(),
        range: (None, None),
    }
}

fn bounds_of(index: &Index, filter: &Document) -> Vec<Vec<Interval>> {
    let field = |(path, _): &(String, bool)| match index.spec.kind {
        Kind::Ordered => intervals(filter, path, index.multikey).unwrap_or_else(|| vec![Interval::all()]),
        _ => vec![Interval::all()],
    };
    let mut bounds: Vec<_> = index.spec.fields.iter().map(field).collect();
    if index.multikey {
        // Fields behind the first may stem from other elements of the same array.
        bounds.iter_mut().skip(1).for_each(|field| *field = vec![Interval::all()]);
    }
    bounds
}

/// `Some(backward)` where the index has the order asked for: a prefix of its fields, all one way round.
fn sort_direction(index: &Index, sort: Option<&Document>) -> Option<bool> {
    let sort = sort.filter(|sort| !sort.is_empty())?;
    if index.multikey || index.spec.kind != Kind::Ordered || sort.len() > index.spec.fields.len() {
        return None;
    }
    let turned = sort.iter().zip(&index.spec.fields).map(|((path, direction), (field, descending))| {
        (path == field).then(|| direction.as_f64().map(|number| (number < 0.0) != *descending)).flatten()
    });
    let turned = turned.collect::<Option<Vec<bool>>>()?;
    turned.iter().all(|way| *way == turned[0]).then_some(turned[0])
}

fn bounded(state: &State, wishes: Wishes<'_>) -> Result<Plan, CommandError> {
    let Some(hint) = wishes.hint else {
        return Err(CommandError::new(51173, "A hint must be provided when using min or max"));
    };
    let index = hinted(state, hint)?;
    let key = |values: Option<&Document>| -> Result<Option<Vec<Part>>, CommandError> {
        let Some(values) = values else { return Ok(None) };
        let paths = index.spec.fields.iter().map(|(path, _)| path.as_str());
        if !values.keys().eq(paths) {
            let text = "The index chosen is not compatible with min/max";
            return Err(CommandError::new(51174, format!("{text}: {}", index.spec.name)));
        }
        let parts = values.iter().zip(&index.spec.fields);
        Ok(Some(
            parts.map(|((_, value), (_, descending))| Part { value: value.clone(), descending: *descending }).collect(),
        ))
    };
    let range = (key(wishes.min)?, key(wishes.max)?);
    if let (Some(min), Some(max)) = &range
        && min >= max
    {
        return Err(CommandError::new(
            51175,
            "The value provided for min() does not come before the value provided for max()",
        ));
    }
    let scan = scan(index, &Document::new(), wishes.sort);
    Ok(Plan::IndexScan(IndexScan { range, ..scan }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;
    use crate::server::practice::collection::Collection;
    use crate::server::practice::index::Spec;
    use std::sync::Arc;

    fn state(patterns: &[(&str, Document)]) -> State {
        let mut state = Collection::new([0; 16], Document::new(), None, Arc::default()).state.into_inner();
        for (name, pattern) in patterns {
            let spec = Spec::parse(&doc! { "key": (pattern.clone()), "name": (*name) }).unwrap();
            state.build(spec, "t.c").unwrap();
        }
        state
    }

    fn chosen(state: &State, filter: Document, wishes: Wishes<'_>) -> String {
        match choose(state, &filter, wishes).unwrap() {
            Plan::IndexScan(scan) => format!("{} {} {}", scan.index, scan.backward, scan.sorted),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_index_with_more_equal_fields_wins() {
        let state = state(&[("a_1", doc! { "a": 1 }), ("a_1_b_1", doc! { "a": 1, "b": 1 })]);
        assert_eq!(chosen(&state, doc! { "a": 1, "b": 2 }, Wishes::default()), "a_1_b_1 false false");
        assert_eq!(chosen(&state, doc! { "a": 1 }, Wishes::default()), "a_1 false false");
        assert_eq!(chosen(&state, doc! { "c": 1 }, Wishes::default()), "CollectionScan { backward: false }");
        assert_eq!(chosen(&state, doc! { "_id": 1 }, Wishes::default()), "Id(Int32(1))");
    }

    #[test]
    fn an_index_serves_an_order_in_both_directions() {
        let state = state(&[("a_1_b_-1", doc! { "a": 1, "b": (-1) })]);
        let sort = doc! { "a": (-1), "b": 1 };
        let wishes = Wishes { sort: Some(&sort), ..Wishes::default() };
        assert_eq!(chosen(&state, doc! {}, wishes), "a_1_b_-1 true true");
    }

    #[test]
    fn a_hint_without_its_index_is_refused() {
        let hint = Bson::from("nope");
        let wishes = Wishes { hint: Some(&hint), ..Wishes::default() };
        assert_eq!(choose(&state(&[]), &doc! {}, wishes).unwrap_err().code, 2);
    }
}
