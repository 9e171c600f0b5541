//! What the checks after each file looked at, over a whole run: a check that compared nothing says so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::run::Check;

/// Different reasons kept of one check.
const REASONS: usize = 5;

/// By the check's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked(BTreeMap<String, Tally>);

/// One check's figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Tally {
    /// Objects looked at.
    looked_at: u64,
    /// Files after which it was done.
    done: u32,
    /// Files after which it was not, or not to its end, by the reason.
    not_done: BTreeMap<String, u32>,
}

impl Checked {
    /// Adds the checks after one file.
    pub fn add(&mut self, checks: &[Check]) {
        for check in checks {
            let tally = self.0.entry(check.name.clone()).or_default();
            tally.looked_at += u64::from(check.looked_at);
            match &check.not_done {
                None => tally.done += 1,
                Some(why) if tally.not_done.len() < REASONS || tally.not_done.contains_key(why) => {
                    *tally.not_done.entry(why.clone()).or_default() += 1;
                }
                Some(_) => *tally.not_done.entry("other reasons".into()).or_default() += 1,
            }
        }
    }

    /// One line for each check of data that was asked for.
    pub fn lines(&self) -> Vec<String> {
        let of_data = self.0.iter().filter(|(name, _)| name.as_str() != "reachable");
        of_data.enumerate().map(|(at, (name, tally))| line(if at == 0 { "checks" } else { "" }, name, tally)).collect()
    }
}

fn line(word: &str, name: &str, tally: &Tally) -> String {
    let what = match name {
        "validate" | "dbhash" => ("collection", "collections"),
        "oplog" => ("entry", "entries"),
        _ => ("object", "objects"),
    };
    let mut parts = Vec::new();
    if tally.done > 0 || tally.looked_at > 0 {
        let what = if tally.looked_at == 1 { what.0 } else { what.1 };
        let files = if tally.done == 1 { "file" } else { "files" };
        parts.push(format!("{} {what} after {} {files}", tally.looked_at, tally.done));
    }
    parts.extend(tally.not_done.iter().map(|(why, files)| format!("not done {files}x: {why}")));
    format!("{word:<12}{name}: {}", parts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_compared_nothing_says_so() {
        let check = |name: &str, looked_at, not_done: Option<&str>| Check {
            name: name.into(),
            looked_at,
            not_done: not_done.map(str::to_owned),
            findings: Vec::new(),
        };
        let mut checked = Checked::default();
        for _ in 0..2 {
            checked.add(&[
                check("reachable", 1, None),
                check("validate", 3, None),
                check("dbhash", 0, Some("nothing to compare")),
            ]);
        }
        let wanted = [
            "checks      dbhash: not done 2x: nothing to compare",
            "            validate: 6 collections after 2 files",
        ];
        assert_eq!(checked.lines(), wanted);
    }
}
