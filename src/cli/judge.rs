//! `triage judge` and `fuzz run --judge-only`: old records, today's oracles.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use crate::campaign::CampaignError;
use crate::campaign::known::today;
use crate::exit_code::ExitCode;
use crate::judge::{Judgement, Known, Verdict, judge};
use crate::report::{Failures, say, word};
use crate::store::{read_record, records_at};

/// Judges each record, or every record below a folder; one line a record, and a total.
///
/// # Errors
/// A path is neither a record nor a folder with records.
pub fn again(paths: &[Utf8PathBuf], known: &Known) -> Result<ExitCode, CampaignError> {
    let mut verdicts: BTreeMap<Verdict, u32> = BTreeMap::new();
    let mut failures = Failures::default();
    for path in paths {
        for record in records_at(path)? {
            let execution = read_record(&record)?;
            let judgement = known.apply(judge(&execution), today());
            say(&format!("{record}: {}", words(&judgement)));
            *verdicts.entry(judgement.verdict).or_default() += 1;
            for finding in judgement.failures() {
                failures.add(finding, &execution, &record, &[], String::new());
            }
        }
    }
    let counts: Vec<String> = verdicts.iter().map(|(verdict, count)| format!("{count} {}", word(*verdict))).collect();
    let all: u32 = verdicts.values().sum();
    say(&format!("{all} records: {}; {} different failures", counts.join(", "), failures.blocks.len()));
    Ok(if failures.is_empty() { ExitCode::Clean } else { ExitCode::FailuresFound })
}

fn words(judgement: &Judgement) -> String {
    let one = |finding: &crate::judge::Finding| {
        let excuse = finding.excuse.as_ref().map(|one| format!(" (known as {})", one.ticket)).unwrap_or_default();
        format!("[{}] {}{excuse}", finding.signature, finding.title)
    };
    let findings: Vec<String> = judgement.findings.iter().map(one).collect();
    let verdict = word(judgement.verdict);
    if findings.is_empty() { verdict.to_owned() } else { format!("{verdict}: {}", findings.join("; ")) }
}
