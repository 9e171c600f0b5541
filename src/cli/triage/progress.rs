//! What `triage reduce` shows: a line that lives on a terminal, a line a stage when piped, or JSON; a table at the end.
//!
//! Sizes leave blanks out: they are our own print's, and many.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::Duration;

use camino::Utf8Path;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use crate::config::readable;
use crate::report::say;
use crate::triage::reduce::{Ending, Progress, Reduced, StageCost, ink};

/// Prints to standard output; the living line goes to standard error.
pub(super) struct Console {
    json: bool,
    line: Option<ProgressBar>,
    /// Candidates of the level under way.
    level: Cell<usize>,
}

impl Console {
    pub(super) fn new(json: bool) -> Self {
        let terminal = !json && std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
        Self { json, line: terminal.then(living_line), level: Cell::new(0) }
    }

    pub(super) fn event(&self, event: &Progress<'_>) {
        match (event, &self.line) {
            // The text is in the file that is being written.
            (Progress::Best { text }, None) if self.json => {
                say(&json!({"event": "best", "bytes": ink(text)}).to_string());
            }
            (event, None) if self.json => say(&serde_json::to_string(event).unwrap_or_default()),
            (Progress::Stage { stage, round, bytes }, None) => say(&format!("{stage}, round {round}: {bytes} bytes")),
            (Progress::ManyParts { parts }, _) => say(&format!("many parts needed ({parts} so far), probably flaky")),
            (Progress::Stage { stage, round, .. }, Some(line)) => line.set_prefix(format!("{stage}, round {round}")),
            (Progress::Level { candidates, .. }, Some(_)) => self.level.set(*candidates),
            (Progress::Tested { tests, cached, bytes, best, .. }, Some(line)) => {
                let level = self.level.get();
                let a_second = *tests as f64 / line.elapsed().as_secs_f64().max(0.001);
                line.set_message(format!(
                    "level of {level}, {bytes} bytes tried, best {best}, {tests} tests ({a_second:.0}/s), {cached} more known"
                ));
                line.tick();
            }
            _ => {}
        }
    }

    pub(super) fn end(&self, reduced: &Reduced, before: usize, out: &Utf8Path, elapsed: Duration) {
        if let Some(line) = &self.line {
            line.finish_and_clear();
        }
        if self.json {
            let Reduced { ending, stages, text } = reduced;
            let end = json!({"event": "end", "ending": ending, "bytes": ink(text), "tests": reduced.tests(),
                "stages": stages, "out": out, "millis": elapsed.as_millis() as u64});
            return say(&end.to_string());
        }
        say(&format!("{:<16} {:>8} {:>8} {:>8} {:>12} {:>10}", "stage", "tests", "known", "unclear", "time", "less"));
        reduced.stages.iter().for_each(|stage| say(&row(stage)));
        let (after, tests) = (ink(&reduced.text), reduced.tests());
        say(&format!(
            "{before} bytes became {after} (blanks left out) in {tests} tests and {}: {out}",
            readable(elapsed)
        ));
        say(last_line(reduced.ending));
    }
}

fn living_line() -> ProgressBar {
    let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{spinner} {prefix}: {msg} ({elapsed})");
    line.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    line
}

fn row(stage: &StageCost) -> String {
    let StageCost { stage, removed, tests, cached, unknown, test_millis } = stage;
    let time = readable(Duration::from_millis(*test_millis));
    format!("{stage:<16} {tests:>8} {cached:>8} {unknown:>8} {time:>12} {:>10}", removed)
}

fn last_line(ending: Ending) -> &'static str {
    match ending {
        Ending::Minimal => "nothing more can be left out or made simpler alone",
        Ending::TestsSpent => "the tests of --tests are spent: it may get smaller with more",
        Ending::TimeSpent => "the time of --budget is spent: it may get smaller with more",
        Ending::Interrupted => "interrupted: this is the best so far",
        Ending::ManyParts => "many parts needed, probably flaky: this is the best so far",
    }
}
