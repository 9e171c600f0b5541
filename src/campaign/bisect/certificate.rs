//! What stands on top of a minimal program: what it shows, where, how often, and how sure it is that all of it is needed.

use super::stand::Stands;
use super::trial::Trial;
use super::{BisectError, Checked, Order, checked_runs};
use crate::triage::Rate;
use crate::triage::reduce::without_each;
use camino::{Utf8Path, Utf8PathBuf};

/// Statements that are tried without; what has more is no minimal program.
const STATEMENTS: usize = 12;
/// Runs without a statement, at most.
const MOST: u32 = 30;
/// Enough certainty that a statement is needed.
const ENOUGH: f64 = 0.95;
const WIDTH: usize = 60;

/// A statement of the minimal program and what came of leaving it out.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its first line, cut.
    pub statement: String,
    /// Runs without it.
    pub without: Rate,
    /// How sure it is that it is needed, from 0 to 1.
    pub sure: f64,
}

impl Kept {
    fn line(&self) -> String {
        let Self { statement, without, sure } = self;
        let doubt = if without.failed > 0 { "; perhaps not needed" } else { "" };
        format!("without {statement}: failed in {without} runs, needed with {:.0} %{doubt}", sure * 100.0)
    }
}

/// Leaves out each statement on its own, often enough to be sure at this rate.
pub fn kept(
    stands: &Stands,
    checked: &Checked,
    rate: Rate,
    before: &[Utf8PathBuf],
    text: &str,
    folder: &Utf8Path,
) -> Result<Vec<Kept>, BisectError> {
    let mut all = Vec::new();
    for (at, (statement, rest)) in without_each(text).into_iter().take(STATEMENTS).enumerate() {
        let path = folder.join(format!("without-{at}.js"));
        fs_err::write(&path, rest).map_err(|error| BisectError::Broken(error.to_string()))?;
        let files = before.iter().cloned().chain([path]).collect();
        let patience = Some(checked.patience);
        let trial = Trial { patience, ..Trial::fresh(files, checked.shows_in) };
        let runs = (1..MOST).find(|runs| rate.sureness(*runs) >= ENOUGH).unwrap_or(MOST);
        let without = checked_runs(stands, &trial, &checked.wanted, runs)?;
        let sure = if without.failed > 0 { 0.0 } else { rate.sureness(without.runs) };
        let first_line = statement.lines().next().unwrap_or_default();
        let statement = first_line[..first_line.floor_char_boundary(WIDTH)].to_owned();
        all.push(Kept { statement, without, sure });
    }
    Ok(all)
}

/// The comment.
pub fn comment(
    checked: &Checked,
    rate: Rate,
    before: &[Utf8PathBuf],
    (kept, order): (&[Kept], Option<&Order>),
    command: &str,
) -> String {
    let mut lines = vec![
        format!("shows       {}", checked.wanted.line()),
        format!("first as    {}", checked.wanted.title),
        format!("server      {}", checked.setting),
        format!("fails       {}; the original failed {}", on_fresh_servers(rate), checked.rate),
        format!("made by     {command}"),
    ];
    lines.extend(before.iter().map(|path| format!("run before  {path}")));
    lines.extend(order.map(|order| format!("order       {}", order.line())));
    lines.extend(kept.iter().map(Kept::line));
    let one_line = |line: String| format!("// {}\n", line.split('\n').collect::<Vec<_>>().join(" "));
    lines.into_iter().map(one_line).collect()
}

/// Whoever interrupts has no last runs, and nothing is certain then.
fn on_fresh_servers(rate: Rate) -> String {
    if rate.runs == 0 {
        return "as often as a candidate had to; it was interrupted before its last runs".into();
    }
    let (low, high) = rate.interval();
    let (low, high) = (low * 100.0, high * 100.0);
    format!("{rate} runs on fresh servers ({low:.0} to {high:.0} % with 95 % certainty)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_certainty_is_claimed_without_a_run() {
        assert!(on_fresh_servers(Rate { failed: 10, runs: 10 }).contains("(72 to 100 % with 95 % certainty)"));
        assert!(!on_fresh_servers(Rate::default()).contains('%'));
    }
}
