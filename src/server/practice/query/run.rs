//! Carrying a plan out: candidates, filter, order, skip, limit.

use super::plan::{IndexScan, Plan};
use super::special::{Asked, plan};
use super::{Item, Request, SortPattern};
use crate::server::practice::collection::State;
use crate::server::practice::errors::CommandError;
use crate::server::practice::eval::Meta;
use crate::server::practice::eval::meta::unavailable;
use crate::server::practice::index::{Index, Key, Part};
use crate::server::practice::operation::Interrupt;
use crate::wire::bson::Document;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a query found.
#[derive(Debug)]
pub struct Found {
    /// In the order asked for.
    pub records: Vec<(i64, Arc<Document>)>,
    /// What is known of them beside their fields, by record.
    pub metas: BTreeMap<i64, Meta>,
    /// How.
    pub plan: Plan,
    /// Index entries read.
    pub keys_examined: u64,
    /// Documents read.
    pub docs_examined: u64,
}

impl Found {
    /// What is known of a record beside its fields.
    pub fn meta(&self, record: i64) -> Meta {
        self.metas.get(&record).cloned().unwrap_or_default()
    }

    /// The documents with what is known of them.
    pub fn into_items(mut self) -> Vec<Item> {
        let mut item = |(record, document)| Item {
            document: Arc::unwrap_or_clone(document),
            meta: self.metas.remove(&record).unwrap_or_default(),
        };
        self.records.into_iter().map(&mut item).collect()
    }

    /// Puts the records in order: the one asked for, or that of their distances.
    fn arrange(&mut self, order: Option<&SortPattern>, by_distance: bool) {
        let none = Meta::default();
        let meta = |record: &i64| self.metas.get(record).unwrap_or(&none);
        if let Some(order) = order {
            self.records.sort_by(|(a, left), (b, right)| order.compare_with((left, meta(a)), (right, meta(b))));
        } else if by_distance {
            let distance = |record: &i64| meta(record).distance.unwrap_or(f64::INFINITY);
            self.records.sort_by(|(left, _), (right, _)| distance(left).total_cmp(&distance(right)));
        }
    }

    /// Nothing, because there is no collection.
    pub fn nothing() -> Self {
        Self { records: Vec::new(), metas: BTreeMap::new(), plan: Plan::Eof, keys_examined: 0, docs_examined: 0 }
    }
}

/// Runs a request over one collection.
///
/// # Errors
/// What the planner refuses, and the end of the operation's time.
pub fn run(state: &State, request: &Request<'_>, operation: &dyn Interrupt) -> Result<Found, CommandError> {
    let plan = plan(state, request)?;
    let asked = Asked::of(state, request, &plan);
    let order = match (&plan, request.wishes.sort) {
        (Plan::IndexScan(scan), _) if scan.sorted => None,
        (_, Some(sort)) if !sort.is_empty() && !sort.contains("$natural") => Some(SortPattern::parse(sort)?),
        _ => None,
    };
    if order.as_ref().is_some_and(SortPattern::needs_text_score) && !matches!(plan, Plan::Text(_)) {
        return Err(unavailable("text score"));
    }
    let by_distance = order.is_none() && matches!(plan, Plan::Near(_));
    // Without a blocking sort nothing beyond skip + limit has to be looked at.
    let enough = match order {
        None if request.limit > 0 && !by_distance => request.skip.saturating_add(request.limit),
        _ => usize::MAX,
    };
    let mut found = Found { plan, ..Found::nothing() };
    let mut walk = Walk { state, asked: &asked, operation, enough, found: &mut found };
    walk.go()?;
    operation.check()?;
    found.arrange(order.as_ref(), by_distance);
    found.records.drain(..request.skip.min(found.records.len()));
    if request.limit > 0 {
        found.records.truncate(request.limit);
    }
    Ok(found)
}

struct Walk<'a> {
    state: &'a State,
    asked: &'a Asked<'a>,
    operation: &'a dyn Interrupt,
    enough: usize,
    found: &'a mut Found,
}

impl Walk<'_> {
    fn go(&mut self) -> Result<(), CommandError> {
        match self.found.plan.clone() {
            Plan::Eof => Ok(()),
            Plan::Id(id) => {
                self.found.keys_examined = 1;
                self.state.by_id(&id).map_or(Ok(true), |record| self.look_at(record)).map(|_| ())
            }
            Plan::Text(_) | Plan::Near(_) => self.whole(false),
            Plan::CollectionScan { backward } => self.whole(backward),
            Plan::IndexScan(scan) => self.scan(&scan),
        }
    }

    fn whole(&mut self, backward: bool) -> Result<(), CommandError> {
        let mut records = self.state.records();
        while let Some((record, _)) = if backward { records.next_back() } else { records.next() } {
            if !self.look_at(record)? {
                break;
            }
        }
        Ok(())
    }

    fn scan(&mut self, scan: &IndexScan) -> Result<(), CommandError> {
        let Some(index) = self.state.indexes.iter().find(|index| index.spec.name == scan.index) else { return Ok(()) };
        let mut records = records_in(index, scan, &mut self.found.keys_examined, self.operation)?;
        if scan.backward {
            records.reverse();
        }
        let mut seen = BTreeSet::new();
        for record in records {
            // A multikey index holds a document under several keys.
            if index.multikey && !seen.insert(record) {
                continue;
            }
            if !self.look_at(record)? {
                break;
            }
        }
        Ok(())
    }

    /// Takes a record that matches; false once there are enough.
    fn look_at(&mut self, record: i64) -> Result<bool, CommandError> {
        if self.found.records.len() >= self.enough {
            return Ok(false);
        }
        self.operation.check()?;
        let Some(found) = self.state.get(record) else { return Ok(true) };
        self.found.docs_examined += 1;
        if self.asked.matches(&found.document) {
            if let Some(meta) = self.asked.meta(&found.document) {
                self.found.metas.insert(record, meta);
            }
            self.found.records.push((record, Arc::clone(&found.document)));
        }
        Ok(true)
    }
}

/// Records whose keys lie in the scan's bounds, in index order.
fn records_in(
    index: &Index,
    scan: &IndexScan,
    examined: &mut u64,
    operation: &dyn Interrupt,
) -> Result<Vec<i64>, CommandError> {
    let mut records = Vec::new();
    for (low, high) in stretches(index, scan) {
        for (key, record) in index.from(low) {
            *examined += 1;
            if examined.is_multiple_of(256) {
                operation.check()?;
            }
            if past(key, high.as_ref(), scan) {
                break;
            }
            let inside = key
                .iter()
                .zip(&scan.bounds)
                .all(|(part, field)| field.iter().any(|interval| interval.contains(&part.value)));
            if inside {
                records.push(*record);
            }
        }
    }
    Ok(records)
}

/// Where to start and end reading, for each interval of the leading field in index order.
fn stretches(index: &Index, scan: &IndexScan) -> Vec<(Option<Key>, Option<Key>)> {
    if scan.range.0.is_some() || scan.range.1.is_some() {
        return vec![scan.range.clone()];
    }
    let descending = index.spec.fields.first().is_some_and(|(_, descending)| *descending);
    let end = |value: &crate::wire::bson::Bson| Some(vec![Part { value: value.clone(), descending }]);
    let leading = scan.bounds.first().map(Vec::as_slice).unwrap_or_default();
    let mut stretches: Vec<_> = leading
        .iter()
        .map(|interval| match descending {
            false => (end(&interval.low), end(&interval.high)),
            true => (end(&interval.high), end(&interval.low)),
        })
        .collect();
    if descending {
        stretches.reverse();
    }
    stretches
}

/// True where a key lies behind the stretch's end: `max` is exclusive, an interval's end is not.
fn past(key: &Key, high: Option<&Key>, scan: &IndexScan) -> bool {
    let Some(high) = high else { return false };
    let order = key[..high.len().min(key.len())].cmp(high.as_slice());
    order == Ordering::Greater || (order == Ordering::Equal && scan.range.1.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;
    use crate::server::practice::collection::Collection;
    use crate::server::practice::index::Spec;
    use crate::server::practice::operation::Operations;
    use crate::server::practice::query::Wishes;

    fn filled(pattern: Option<Document>) -> State {
        let mut state = Collection::new([0; 16], Document::new(), None, Arc::default()).state.into_inner();
        for id in 0..20 {
            state.insert(doc! { "_id": id, "a": (id % 5) }, "t.c", true).unwrap();
        }
        if let Some(pattern) = pattern {
            state.build(Spec::parse(&doc! { "key": pattern, "name": "x" }).unwrap(), "t.c").unwrap();
        }
        state
    }

    fn ids(state: &State, filter: Document, sort: Option<&Document>, limit: usize) -> (Vec<i64>, u64, u64) {
        let wishes = Wishes { sort, ..Wishes::default() };
        let mut request = Request::new(&filter, wishes).unwrap();
        request.limit = limit;
        let operations = Operations::default();
        let running = operations.begin("conn1", String::new(), Document::new(), None);
        let found = run(state, &request, &*running.operation).unwrap();
        let ids = found.records.iter().filter_map(|(_, document)| document.get("_id")?.as_i64()).collect();
        (ids, found.keys_examined, found.docs_examined)
    }

    #[test]
    fn an_index_finds_what_a_scan_finds_and_reads_less() {
        let filter = doc! { "a": 3 };
        let (scanned, _, docs) = ids(&filled(None), filter.clone(), None, 0);
        let (found, keys, fewer) = ids(&filled(Some(doc! { "a": 1 })), filter, None, 0);
        assert_eq!((scanned, docs), (found, 20));
        assert_eq!((keys, fewer), (5, 4));
    }

    #[test]
    fn descending_indexes_are_read_from_their_own_start() {
        let filter = doc! { "a": 4 };
        let sort = doc! { "a": (-1) };
        let (found, ..) = ids(&filled(Some(doc! { "a": (-1) })), filter, Some(&sort), 2);
        assert_eq!(found, [4, 9]);
    }
}
