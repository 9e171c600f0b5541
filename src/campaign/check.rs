//! `fuzz corpus check`: each test as it is, so that users know their corpus before they fuzz with it.

use camino::Utf8PathBuf;

use super::CampaignError;
use super::against::against_a_server;
use super::desk::{Desk, File};
use super::options::RunOptions;
use crate::corpus::{Corpus, SourceFile};
use crate::exit_code::ExitCode;
use crate::interrupt::Interrupts;
use crate::judge::{Judgement, Need, Verdict, need};
use crate::report::{Event, Reporter, Tally, TestOutcome};
use crate::run::Execution;

/// Runs every file below `roots` alone, one after another against one server.
///
/// # Errors
/// See [`CampaignError`].
pub fn check(
    options: &RunOptions,
    roots: &[Utf8PathBuf],
    reporter: &mut dyn Reporter,
    interrupts: &Interrupts,
) -> Result<ExitCode, CampaignError> {
    let corpus = Corpus::load(roots).map_err(|error| CampaignError::SetUp(error.to_string()))?;
    let mut desk = Desk::new(options, roots.to_vec(), reporter, interrupts)?;
    let mut tally = Tally { left_out: corpus.skipped.len(), ..Tally::default() };
    let outcome = against_a_server(&mut desk, |desk, batch| {
        for source in &corpus.files {
            let file = File { name: source.name.clone(), path: source.path.clone(), statements: 0 };
            let (execution, judgement) = desk.execute(batch, &file)?;
            if execution.interrupted {
                break;
            }
            let line = tally.add(&source.name, execution.elapsed, &outcome_of(source, &execution, &judgement));
            desk.reporter.event(&Event::Notice(line));
            for finding in judgement.findings.iter().filter(|one| one.verdict == Verdict::Expected) {
                let known =
                    finding.excuse.as_ref().map(|excuse| format!("known as {}: {}", excuse.ticket, finding.title));
                known.into_iter().for_each(|line| desk.reporter.event(&Event::Notice(line)));
            }
            if desk.should_stop(&judgement, batch) {
                break;
            }
        }
        Ok(())
    });
    if let Err(error) = outcome {
        return Err(desk.give_up(error));
    }
    for skipped in &corpus.skipped {
        desk.reporter
            .event(&Event::Notice(format!("{:<9} {:>9}  {} {}", "left out", "", skipped.path, skipped.reason)));
    }
    tally.lines().into_iter().for_each(|line| desk.reporter.event(&Event::Notice(line)));
    desk.folder.save_json("tally.json", &tally)?;
    Ok(interrupts.requested().map_or(tally.exit_code(), ExitCode::from))
}

fn outcome_of(source: &SourceFile, execution: &Execution, judgement: &Judgement) -> TestOutcome {
    let title = judgement.findings.first().map_or(String::new(), |finding| finding.title.clone());
    match judgement.verdict {
        Verdict::Clean | Verdict::Expected => TestOutcome::Clean,
        Verdict::Failure => TestOutcome::ServerFails(title),
        Verdict::Infrastructure => TestOutcome::NotRun(title),
        Verdict::Unknown | Verdict::ShellTrouble => {
            let need = declared(source, &execution.product).or_else(|| need(execution));
            need.map_or(TestOutcome::Fails(title), TestOutcome::Needs)
        }
    }
}

/// `// Needs: WHAT (lacking in SERVER).` at the head of the test, if that is the server.
fn declared(source: &SourceFile, product: &str) -> Option<Need> {
    let words = source.needs.as_ref().filter(|words| words.contains(&format!("lacking in {product}")))?;
    Some(Need::Declared(words.trim_end_matches('.').to_owned()))
}
