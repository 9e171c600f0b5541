//! `triage compare`: what two runs differ in.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::list::{folder_of, summary};
use crate::campaign::CampaignError;
use crate::exit_code::ExitCode;
use crate::judge::one_bug;
use crate::report::{FailureBlock, Summary, say, word};

/// Error codes that are named.
const CODES: usize = 20;

/// Compares them.
pub fn run(before: &Utf8Path, after: &Utf8Path) -> Result<ExitCode, CampaignError> {
    let (before, after) = (summary(&folder_of(before))?, summary(&folder_of(after))?);
    failures("gone", &before, &after);
    failures("new", &after, &before);
    let both = before.failures.blocks.iter().filter(|block| is_in(block, &after)).count();
    say(&format!("failures        {both} in both"));
    say(&format!("{:<16} {:>12} {:>12}", "", "before", "after"));
    for (name, before, after) in rows(&before, &after) {
        say(&format!("{name:<16} {before:>12} {after:>12}"));
    }
    codes("codes gone", &before, &after);
    codes("codes new", &after, &before);
    Ok(ExitCode::Clean)
}

fn is_in(block: &FailureBlock, run: &Summary) -> bool {
    run.failures.blocks.iter().any(|other| one_bug(&other.symptoms, &block.symptoms))
}

fn failures(word: &str, of: &Summary, not_in: &Summary) {
    for block in of.failures.blocks.iter().filter(|block| !is_in(block, not_in)) {
        say(&format!("{word:<15} {} [{}] {}", block.class.words(), block.signature, block.title));
    }
}

fn rows(before: &Summary, after: &Summary) -> Vec<(String, String, String)> {
    let mut verdicts: BTreeMap<_, (u32, u32)> = BTreeMap::new();
    before.verdicts.iter().for_each(|(verdict, count)| verdicts.entry(*verdict).or_default().0 += count);
    after.verdicts.iter().for_each(|(verdict, count)| verdicts.entry(*verdict).or_default().1 += count);
    let verdicts = verdicts
        .into_iter()
        .map(|(verdict, (before, after))| (word(verdict).to_owned(), before.to_string(), after.to_string()));
    let (one, other) = (&before.effectiveness, &after.effectiveness);
    let sent = ("commands sent".to_owned(), one.command_totals().0.to_string(), other.command_totals().0.to_string());
    let accepted = ("accepted".to_owned(), one.command_totals().1.to_string(), other.command_totals().1.to_string());
    let took = ("took, seconds".to_owned(), before.elapsed.as_secs().to_string(), after.elapsed.as_secs().to_string());
    verdicts.chain([sent, accepted, took]).collect()
}

fn codes(title: &str, of: &Summary, not_in: &Summary) {
    let others: BTreeSet<i32> = not_in.effectiveness.codes().into_iter().map(|(code, _)| code).collect();
    let codes = of.effectiveness.codes().into_iter().map(|(code, _)| code);
    let only: Vec<String> = codes.filter(|code| !others.contains(code)).map(|code| code.to_string()).collect();
    if !only.is_empty() {
        let more = if only.len() > CODES { format!(" and {} more", only.len() - CODES) } else { String::new() };
        say(&format!("{title:<16} {}{more}", only[..only.len().min(CODES)].join(", ")));
    }
}
