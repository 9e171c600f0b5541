//! Plans as `explain` shows them: a tree of stages, the one that reads documents at the bottom.

use super::{Found, IndexScan, Plan, Request};
use crate::doc;
use crate::server::practice::collection::State;
use crate::server::practice::index::Index;
use crate::wire::bson::{Bson, Document};

/// What a command adds on top of the query's own stages.
#[derive(Clone, Debug)]
pub struct Top {
    /// `COUNT`, `UPDATE`, `PROJECTION_SIMPLE`, ...
    pub stage: &'static str,
    /// Its own fields.
    pub fields: Document,
}

/// Figures of an execution, shown at every stage.
#[derive(Clone, Copy, Debug)]
struct Figures {
    returned: i64,
    keys: i64,
    docs: i64,
}

/// The tree of stages; with figures of the execution if `executed`.
pub fn tree(
    state: Option<&State>,
    request: &Request<'_>,
    found: &Found,
    top: Option<&Top>,
    executed: bool,
) -> Document {
    let figures = Figures {
        returned: found.records.len() as i64,
        keys: found.keys_examined as i64,
        docs: found.docs_examined as i64,
    };
    let figures = executed.then_some(figures);
    let mut stages = access(state, request, found, figures);
    if sorts(request, &found.plan)
        && let Some(pattern) = request.wishes.sort
    {
        let fields = doc! { "sortPattern": (pattern.clone()), "memLimit": 104_857_600, "type": "simple" };
        stages = above("SORT", fields, stages, figures);
    }
    if request.skip > 0 {
        stages = above("SKIP", doc! { "skipAmount": (request.skip as i64) }, stages, figures);
    }
    if request.limit > 0 {
        stages = above("LIMIT", doc! { "limitAmount": (request.limit as i64) }, stages, figures);
    }
    match top {
        Some(top) => above(top.stage, top.fields.clone(), stages, figures),
        None => stages,
    }
}

/// True where the order asked for is not the plan's own.
fn sorts(request: &Request<'_>, plan: &Plan) -> bool {
    let asked = request.wishes.sort.is_some_and(|sort| !sort.is_empty() && !sort.contains("$natural"));
    let given = matches!(plan, Plan::IndexScan(scan) if scan.sorted) || matches!(plan, Plan::Id(_) | Plan::Eof);
    asked && !given
}

fn above(stage: &str, fields: Document, input: Document, figures: Option<Figures>) -> Document {
    let mut made = doc! { "stage": stage };
    with_figures(&mut made, figures);
    fields.into_iter().for_each(|(key, value)| made.push(key, value));
    made.push("inputStage", input);
    made
}

fn with_figures(stage: &mut Document, figures: Option<Figures>) {
    let Some(figures) = figures else { return };
    stage.push("nReturned", figures.returned as i32);
    stage.push("executionTimeMillisEstimate", 0);
    stage.push("works", (figures.keys.max(figures.docs) + 1) as i32);
    stage.push("advanced", figures.returned as i32);
    stage.push("needTime", 0);
    stage.push("needYield", 0);
    stage.push("isEOF", 1);
}

fn access(state: Option<&State>, request: &Request<'_>, found: &Found, figures: Option<Figures>) -> Document {
    match &found.plan {
        Plan::Eof => {
            let mut stage = doc! { "stage": "EOF" };
            with_figures(&mut stage, figures);
            stage
        }
        Plan::Id(_) => {
            let mut stage = doc! { "stage": "IDHACK" };
            with_figures(&mut stage, figures);
            examined(&mut stage, figures, true, true);
            stage
        }
        Plan::CollectionScan { backward } => {
            let mut stage = doc! { "stage": "COLLSCAN" };
            if !request.filter.is_empty() {
                stage.push("filter", parsed(request.filter));
            }
            with_figures(&mut stage, figures);
            stage.push("direction", if *backward { "backward" } else { "forward" });
            examined(&mut stage, figures, false, true);
            stage
        }
        Plan::Text(name) => special("TEXT", name, state, request, figures),
        Plan::Near(name) => special("GEO_NEAR", name, state, request, figures),
        Plan::IndexScan(scan) => {
            let index = state.and_then(|state| state.indexes.iter().find(|index| index.spec.name == scan.index));
            let mut stage = doc! { "stage": "FETCH" };
            if !request.filter.is_empty() {
                stage.push("filter", parsed(request.filter));
            }
            with_figures(&mut stage, figures);
            examined(&mut stage, figures, false, true);
            stage.push("inputStage", index_scan(index, scan, figures));
            stage
        }
    }
}

/// A `$text` or `$near`: all documents are looked at, whatever the index.
fn special(
    stage: &str,
    index: &str,
    state: Option<&State>,
    request: &Request<'_>,
    figures: Option<Figures>,
) -> Document {
    let index = state.and_then(|state| state.indexes.iter().find(|known| known.spec.name == index));
    let kind = index.and_then(|index| index.spec.special.places().next()).map(|(_, kind)| kind.to_uppercase());
    let mut shown = match kind {
        Some(kind) if stage == "GEO_NEAR" => doc! { "stage": (format!("{stage}_{kind}")) },
        _ => doc! { "stage": stage },
    };
    if let Some(index) = index {
        shown.push("keyPattern", index.spec.shown.get("key").cloned().unwrap_or(Bson::Null));
        shown.push("indexName", index.spec.name.as_str());
    }
    shown.push("filter", parsed(request.filter));
    with_figures(&mut shown, figures);
    examined(&mut shown, figures, true, true);
    shown
}

fn examined(stage: &mut Document, figures: Option<Figures>, keys: bool, docs: bool) {
    let Some(figures) = figures else { return };
    if keys {
        stage.push("keysExamined", figures.keys as i32);
    }
    if docs {
        stage.push("docsExamined", figures.docs as i32);
    }
}

fn index_scan(index: Option<&Index>, scan: &IndexScan, figures: Option<Figures>) -> Document {
    let mut stage = doc! { "stage": "IXSCAN" };
    with_figures(&mut stage, figures);
    if let Some(index) = index {
        let spec = &index.spec;
        let paths: Document = spec.fields.iter().map(|(path, _)| (path.clone(), Bson::Array(Vec::new()))).collect();
        let bounds: Document = spec
            .fields
            .iter()
            .zip(&scan.bounds)
            .map(|((path, _), field)| {
                (path.clone(), Bson::Array(field.iter().map(|interval| Bson::from(interval.show())).collect()))
            })
            .collect();
        stage.push("keyPattern", spec.pattern.clone());
        stage.push("indexName", spec.name.as_str());
        stage.push("isMultiKey", index.multikey);
        stage.push("multiKeyPaths", paths);
        stage.push("isUnique", spec.unique);
        stage.push("isSparse", spec.sparse);
        stage.push("isPartial", spec.partial.is_some());
        stage.push("indexVersion", 2);
        stage.push("direction", if scan.backward { "backward" } else { "forward" });
        stage.push("indexBounds", bounds);
    }
    examined(&mut stage, figures, true, false);
    stage
}

/// The filter with implied `$eq` and `$and` written out, as far as its top level goes.
pub fn parsed(filter: &Document) -> Document {
    let clauses = filter.iter().flat_map(|(key, value)| match value {
        _ if key.starts_with('$') => vec![clause(key, value.clone())],
        Bson::Document(operators) if operators.keys().next().is_some_and(|name| name.starts_with('$')) => {
            operators.iter().map(|(name, value)| clause(key, Bson::Document(clause(name, value.clone())))).collect()
        }
        Bson::Regex { .. } => vec![clause(key, Bson::Document(clause("$regex", value.clone())))],
        value => vec![clause(key, Bson::Document(clause("$eq", value.clone())))],
    });
    let mut clauses: Vec<Document> = clauses.collect();
    match clauses.len() {
        0 => Document::new(),
        1 => clauses.remove(0),
        _ => doc! { "$and": clauses },
    }
}

fn clause(key: &str, value: Bson) -> Document {
    [(key.to_owned(), value)].into_iter().collect()
}

/// The `queryPlanner` and, if `executed`, `executionStats` fields of a reply.
pub fn report(namespace: &str, filter: &Document, plan: Document, stats: Option<(Document, &Found, i64)>) -> Document {
    let mut reply = doc! {
        "explainVersion": "1",
        "queryPlanner": {
            "namespace": namespace,
            "indexFilterSet": false,
            "parsedQuery": (parsed(filter)),
            "maxIndexedOrSolutionsReached": false,
            "maxIndexedAndSolutionsReached": false,
            "maxScansToExplodeReached": false,
            "winningPlan": plan,
            "rejectedPlans": [],
        },
    };
    if let Some((stages, found, millis)) = stats {
        reply.push(
            "executionStats",
            doc! {
                "executionSuccess": true,
                "nReturned": (found.records.len() as i32),
                "executionTimeMillis": (millis as i32),
                "totalKeysExamined": (found.keys_examined as i32),
                "totalDocsExamined": (found.docs_examined as i32),
                "executionStages": stages,
            },
        );
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn implied_operators_are_written_out() {
        assert_eq!(parsed(&doc! { "a": 1 }), doc! { "a": { "$eq": 1 } });
        let filter = doc! { "a": { "$gt": 1, "$lt": 2 }, "b": "x" };
        let wanted = doc! { "$and": [{ "a": { "$gt": 1 } }, { "a": { "$lt": 2 } }, { "b": { "$eq": "x" } }] };
        assert_eq!(parsed(&filter), wanted);
    }
}
