//! `triage signature fit`: a looser signature from the records that it should cover.

use camino::Utf8PathBuf;
use clap::Subcommand;

use crate::campaign::CampaignError;
use crate::exit_code::ExitCode;
use crate::judge::{Finding, Signature, Symptom, covered, fit, judge, likeness};
use crate::report::say;
use crate::store::{read_record, records_at};

/// What to do with a signature.
#[derive(Debug, Subcommand)]
pub enum SignatureCommand {
    /// Proposes a looser signature that covers the records, and shows which recorded failures would move to it
    Fit {
        /// A signature as reports print it, 'CLASS: MESSAGE @ FRAME < FRAME', or its short name
        #[arg(value_name = "SIG")]
        signature: String,
        /// record.json files, or folders with such, that it should cover
        #[arg(required = true, value_name = "RECORD")]
        records: Vec<Utf8PathBuf>,
        /// Where to look for failures that would move [default: the runs that the records belong to]
        #[arg(long, value_name = "DIR")]
        among: Vec<Utf8PathBuf>,
    },
}

/// Runs it.
pub fn run(command: &SignatureCommand) -> Result<ExitCode, CampaignError> {
    let SignatureCommand::Fit { signature, records, among } = command;
    let wanted = failures(records)?;
    let among = if among.is_empty() { runs_of(&wanted) } else { among.clone() };
    let others = failures(&among)?;
    let start = symptom(signature, wanted.iter().chain(&others))?;
    let covers: Vec<&Symptom> = wanted.iter().map(|record| record.nearest(&start)).collect::<Result<_, _>>()?;
    let proposed = fit(&start, &covers);
    say(&format!("signature  {proposed}"));
    say(&format!("covers     the failures of {} records", wanted.len()));
    if proposed.message() == "*" && proposed.frames().is_empty() {
        say(&format!(
            "beware     these have nothing in common: it would cover every failure of the class {}",
            proposed.class()
        ));
    }
    let is_wanted = |record: &Recorded| wanted.iter().any(|one| one.path == record.path);
    let mut moved = 0;
    for record in others.iter().filter(|record| !is_wanted(record)) {
        let moves = |finding: &&Finding| covered(&proposed, &finding.symptoms) && !covered(&start, &finding.symptoms);
        for finding in record.failures.iter().filter(moves) {
            say(&format!("moves      {} [{}] {}", record.path, finding.signature, finding.title));
            moved += 1;
        }
    }
    say(&format!("{moved} other recorded failures would move"));
    Ok(ExitCode::Clean)
}

struct Recorded {
    path: Utf8PathBuf,
    failures: Vec<Finding>,
}

impl Recorded {
    /// The symptom that is most like the signature.
    fn nearest(&self, to: &Symptom) -> Result<&Symptom, CampaignError> {
        let all = self.failures.iter().flat_map(|finding| &finding.symptoms);
        let found = all.filter(|symptom| symptom.class() == to.class()).max_by_key(|symptom| likeness(symptom, to));
        found.ok_or_else(|| {
            let text = format!("{} shows no failure of the class {}; leave it out", self.path, to.class());
            CampaignError::SetUp(text)
        })
    }
}

fn failures(paths: &[Utf8PathBuf]) -> Result<Vec<Recorded>, CampaignError> {
    let mut found: Vec<Recorded> = Vec::new();
    for path in paths {
        for record in records_at(path)? {
            let path = record.canonicalize_utf8().unwrap_or(record);
            if !found.iter().any(|known| known.path == path) {
                let failures = judge(&read_record(&path)?).failures().cloned().collect();
                found.push(Recorded { path, failures });
            }
        }
    }
    Ok(found)
}

/// A record lies in a folder of its own, and those of a run lie in one folder.
fn runs_of(records: &[Recorded]) -> Vec<Utf8PathBuf> {
    let mut runs: Vec<Utf8PathBuf> =
        records.iter().filter_map(|record| Some(record.path.parent()?.parent()?.to_owned())).collect();
    runs.sort();
    runs.dedup();
    runs
}

fn symptom<'a>(text: &str, records: impl Iterator<Item = &'a Recorded>) -> Result<Symptom, CampaignError> {
    if !Signature::is_one(text) {
        return text.parse().map_err(|error: crate::judge::NoSymptom| CampaignError::SetUp(error.to_string()));
    }
    let mut symptoms = records.flat_map(|record| &record.failures).flat_map(|finding| &finding.symptoms);
    let named = symptoms.find(|symptom| Signature::of(symptom).as_str() == text).cloned();
    named.ok_or_else(|| CampaignError::SetUp(format!("no record has a failure with the short name {text}")))
}
