//! `dbHash` on all members of each set: replication must have brought the same documents everywhere.

use std::collections::BTreeSet;
use std::time::Duration;

use super::nodes::{DETAIL_BYTES, Nodes, compare_sets, cut};
use super::session::first_batch;
use crate::doc;
use crate::run::execution::{Check, CheckFinding};
use crate::server::Set;
use crate::server::practice::render;
use crate::wire::bson::Document;
use crate::wire::uri::Settings;

/// Databases whose documents are each node's own, or a cluster's.
const OWN: [&str; 2] = ["local", "config"];
/// Documents of a collection that are compared one by one to say which differ.
const MOST_DOCUMENTS: i32 = 10_000;

/// Compares the members of each set. A difference counts if it is still there on a second look.
pub fn same_documents(settings: &Settings, sets: &[Set], budget: Duration) -> Check {
    compare_sets("dbhash", settings, sets, budget, compare)
}

fn compare(_: &Set, mut nodes: Nodes, check: &mut Check) -> Result<(), String> {
    let mut databases = BTreeSet::new();
    for (_, session) in &mut nodes.members {
        databases.extend(session.databases()?);
    }
    for database in databases.iter().filter(|name| !OWN.contains(&name.as_str())) {
        let looked = differing(&mut nodes, database)?;
        check.looked_at += looked.0;
        if looked.1.is_empty() {
            continue;
        }
        nodes.catch_up()?;
        for (at, collection) in differing(&mut nodes, database)?.1 {
            check.findings.push(finding(&mut nodes, (database, &collection), at));
        }
    }
    Ok(())
}

/// How many collections the first member has, and which are others on another: with that member's place.
fn differing(nodes: &mut Nodes, database: &str) -> Result<(u32, Vec<(usize, String)>), String> {
    let replies = nodes.ask(database, &doc! { "dbHash": 1 })?;
    let hashes: Vec<Document> =
        replies.iter().map(|reply| reply.get_document("collections").cloned().unwrap_or_default()).collect();
    let Some((first, others)) = hashes.split_first() else { return Ok((0, Vec::new())) };
    let names: BTreeSet<&str> = hashes.iter().flat_map(Document::keys).collect();
    let other = |name: &str| others.iter().position(|hash| hash.get(name) != first.get(name));
    let differing = names.iter().filter_map(|name| Some((other(name)? + 1, (*name).to_owned())));
    Ok((first.len() as u32, differing.collect()))
}

fn finding(nodes: &mut Nodes, (database, collection): (&str, &str), at: usize) -> CheckFinding {
    let (first, other) = (nodes.name(0).to_owned(), nodes.name(at).to_owned());
    let mut documents = |member: usize| {
        let (_, session) = nodes.members.get_mut(member)?;
        let find = doc! { "find": collection, "sort": { "_id": 1 }, "batchSize": MOST_DOCUMENTS, "singleBatch": true };
        Some(first_batch(&session.ask(database, find).ok()?))
    };
    let (one, two) = (documents(0).unwrap_or_default(), documents(at).unwrap_or_default());
    let pairs = (0..one.len().max(two.len())).map(|at| (one.get(at), two.get(at)));
    // By their bytes: NaN is not equal to itself.
    let bytes = |document: Option<&Document>| document.map(Document::to_bytes);
    let detail = match pairs.into_iter().find(|(one, two)| bytes(*one) != bytes(*two)) {
        Some((one, two)) => format!("{first} has {}, {other} has {}", shown(one), shown(two)),
        None => format!("{first} and {other} have other hashes, and the first documents are the same"),
    };
    let (object, detail) = (format!("{database}.{collection}"), cut(detail, DETAIL_BYTES));
    CheckFinding { object, message: "the nodes of a set hold different documents".into(), detail }
}

fn shown(document: Option<&Document>) -> String {
    match document {
        None => "no such document".into(),
        Some(document) => cut(render::document(document), DETAIL_BYTES / 3),
    }
}
