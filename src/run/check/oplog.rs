//! The oplogs of all members of each set, read from the end: every entry must be the same everywhere.

use std::time::Duration;

use super::nodes::{DETAIL_BYTES, Nodes, compare_sets, cut};
use super::session::first_batch;
use crate::doc;
use crate::run::execution::{Check, CheckFinding};
use crate::server::Set;
use crate::server::practice::render::document;
use crate::wire::bson::Document;
use crate::wire::uri::Settings;

/// Entries compared, the newest.
const MOST_ENTRIES: i32 = 2_000;

/// Compares the members of each set.
pub fn same_oplogs(settings: &Settings, sets: &[Set], budget: Duration) -> Check {
    compare_sets("oplog", settings, sets, budget, compare)
}

fn compare(set: &Set, mut nodes: Nodes, check: &mut Check) -> Result<(), String> {
    let find = doc! {
        "find": "oplog.rs", "sort": { "$natural": (-1) }, "limit": MOST_ENTRIES, "batchSize": MOST_ENTRIES,
        "singleBatch": true,
    };
    let replies = nodes.ask("local", &find)?;
    let oplogs: Vec<Vec<Document>> = replies.iter().map(first_batch).collect();
    let Some((first, others)) = oplogs.split_first() else { return Ok(()) };
    check.looked_at += first.len() as u32;
    for (at, other) in others.iter().enumerate() {
        if let Some((message, detail)) = difference(first, other) {
            let object = format!("{} on {} and {}", set.name, nodes.name(0), nodes.name(at + 1));
            check.findings.push(CheckFinding { object, message: message.into(), detail });
        }
    }
    Ok(())
}

/// The newest difference of two oplogs, newest entry first. One member may have got newer entries meanwhile, and batches
/// end where they are full: only what lies between the newest and the oldest common entry counts.
fn difference(one: &[Document], two: &[Document]) -> Option<(&'static str, String)> {
    let time = |entry: &Document| entry.get("ts").cloned();
    let newest = one.iter().find(|entry| two.iter().any(|other| time(other) == time(entry))).and_then(time);
    let from = |oplog: &[Document]| oplog.iter().position(|entry| time(entry) == newest).unwrap_or(oplog.len());
    let (one, two) = (&one[from(one)..], &two[from(two)..]);
    // By their bytes: NaN is not equal to itself.
    let (one, two) = one.iter().zip(two).find(|(one, two)| one.to_bytes() != two.to_bytes())?;
    let message = match time(one) == time(two) {
        true => "the nodes of a set have different entries of one time in their oplogs",
        false => "an entry is missing in the oplog of a node",
    };
    Some((message, cut(format!("{} beside {}", document(one), document(two)), DETAIL_BYTES)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::bson::{Bson, Timestamp};

    fn entry(second: u32, value: i32) -> Document {
        doc! { "ts": (Bson::Timestamp(Timestamp { seconds: second, increment: 1 })), "o": { "a": value } }
    }

    #[test]
    fn what_is_newer_on_one_or_older_on_another_is_no_difference() {
        let one = [entry(4, 0), entry(3, 0), entry(2, 0)];
        let two = [entry(3, 0), entry(2, 0), entry(1, 0)];
        assert_eq!(difference(&one, &two), None);
        assert_eq!(difference(&one, &[]), None);
    }

    #[test]
    fn an_entry_with_what_is_not_equal_to_itself_is_the_same_everywhere() {
        let mut entry = entry(1, 0);
        entry.push("nan", f64::NAN);
        assert_eq!(difference(&[entry.clone()], &[entry]), None);
    }

    #[test]
    fn another_entry_and_a_missing_one_are_told_apart() {
        let one = [entry(3, 0), entry(2, 0), entry(1, 0)];
        assert!(difference(&one, &[entry(3, 0), entry(2, 7), entry(1, 0)]).unwrap().0.contains("different entries"));
        assert!(difference(&one, &[entry(3, 0), entry(1, 0)]).unwrap().0.contains("missing"));
    }
}
