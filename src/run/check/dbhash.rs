//! `dbHash` on all members of each set: replication must have brought the same documents everywhere.

use std::collections::BTreeSet;
use std::time::Duration;

use super::nodes::{NOTHING_TO_COMPARE, Nodes, several};
use crate::doc;
use crate::run::execution::{Check, CheckFinding};
use crate::server::Set;
use crate::server::practice::render;
use crate::wire::bson::{Bson, Document};
use crate::wire::uri::Settings;

/// Databases whose documents are each node's own, or a cluster's.
const OWN: [&str; 2] = ["local", "config"];
/// Documents of a collection that are compared one by one to say which differ.
const MOST_DOCUMENTS: i32 = 10_000;
const DETAIL_BYTES: usize = 600;

/// Compares the members of each set. A difference counts if it is still there on a second look.
pub fn same_documents(settings: &Settings, sets: &[Set], budget: Duration) -> Check {
    let mut check = Check { name: "dbhash".into(), looked_at: 0, not_done: None, findings: Vec::new() };
    let several = several(sets);
    if several.is_empty() {
        check.not_done = Some(NOTHING_TO_COMPARE.into());
    }
    for set in several {
        if let Err(error) = compare(settings, set, budget, &mut check) {
            check.not_done = Some(error);
        }
    }
    check
}

fn compare(settings: &Settings, set: &Set, budget: Duration, check: &mut Check) -> Result<(), String> {
    let mut nodes = Nodes::open(settings, set, budget)?;
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
        let reply = session.ask(database, find).ok()?;
        let batch = reply.get_document("cursor").and_then(|cursor| cursor.get_array("firstBatch"))?;
        Some(batch.iter().filter_map(Bson::as_document).cloned().collect::<Vec<_>>())
    };
    let (one, two) = (documents(0).unwrap_or_default(), documents(at).unwrap_or_default());
    let pairs = (0..one.len().max(two.len())).map(|at| (one.get(at), two.get(at)));
    // By their bytes: NaN is not equal to itself.
    let bytes = |document: Option<&Document>| document.map(Document::to_bytes);
    let mut detail = match pairs.into_iter().find(|(one, two)| bytes(*one) != bytes(*two)) {
        Some((one, two)) => format!("{first} has {}, {other} has {}", shown(one), shown(two)),
        None => format!("{first} and {other} have other hashes, and the first documents are the same"),
    };
    detail.truncate(detail.floor_char_boundary(DETAIL_BYTES));
    let object = format!("{database}.{collection}");
    CheckFinding { object, message: "the nodes of a set hold different documents".into(), detail }
}

fn shown(document: Option<&Document>) -> String {
    match document {
        None => "no such document".into(),
        Some(document) => {
            let mut text = render::document(document).to_string();
            text.truncate(text.floor_char_boundary(DETAIL_BYTES / 3));
            text
        }
    }
}
