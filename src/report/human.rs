//! The console: a progress bar on a terminal, plain lines when piped.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Event, Reporter};
use crate::config::readable;
use crate::judge::{Judgement, Verdict};
use crate::run::Execution;

/// Prints a line. A reader that went away (`fuzz | head`) is no reason to lose a run.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints to standard output; the bar, if any, goes to standard error.
pub struct Human {
    bar: Option<ProgressBar>,
    quiet: bool,
    done: usize,
    total: usize,
}

impl Human {
    /// `quiet` leaves out everything but failures and the summary.
    pub fn new(quiet: bool) -> Self {
        Self { bar: None, quiet, done: 0, total: 0 }
    }

    fn line(&self, text: &str) {
        let print = || say(text);
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn stage(&mut self, name: &str, files: usize) {
        (self.done, self.total) = (0, files);
        if std::io::stdout().is_terminal() && std::io::stderr().is_terminal() && !self.quiet {
            let bar = ProgressBar::with_draw_target(Some(files as u64), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} {msg} ({elapsed}, {eta} left)");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
            bar.set_prefix(name.to_owned());
            self.bar = Some(bar);
        } else if !self.quiet {
            self.line(&format!("{name}: {files} files"));
        }
    }

    fn file(&mut self, name: &str, execution: &Execution, judgement: &Judgement) {
        self.done += 1;
        let plain = self.bar.is_none() && !self.quiet;
        let bad = judgement.verdict > Verdict::Expected;
        if plain || judgement.verdict == Verdict::Failure || (bad && !self.quiet) {
            self.line(&self.file_line(name, execution, judgement));
        }
        if let Some(bar) = &self.bar {
            bar.set_message(name.to_owned());
            bar.inc(1);
        }
    }

    fn file_line(&self, name: &str, execution: &Execution, judgement: &Judgement) -> String {
        let accepted = execution.accepted().map(|count| format!(", {count} accepted")).unwrap_or_default();
        let counted = match execution.statements {
            0 => String::new(),
            all => format!(", {} of {all} statements{accepted}", execution.completed.len()),
        };
        // What comes after the last file is the servers' end.
        let place = if self.done > self.total { "end".into() } else { format!("{}/{}", self.done, self.total) };
        let head = format!("[{place}] {name}: ");
        let tail = format!("({}{counted})", readable(execution.elapsed));
        match judgement.findings.first() {
            None => format!("{head}clean {tail}"),
            Some(finding) => {
                let class = finding.class.map_or(super::summary::word(finding.verdict), |class| class.words());
                let excuse = finding.excuse.as_ref().filter(|excuse| !excuse.expired);
                let known = excuse.map(|excuse| format!("known as {}: ", excuse.ticket)).unwrap_or_default();
                format!("{head}{known}{class}: {} {tail}", finding.title)
            }
        }
    }
}

impl Reporter for Human {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Head { word, text } if !self.quiet => self.line(&format!("{word:<11} {text}")),
            Event::Notice(text) if !self.quiet => self.line(text),
            Event::Head { .. } | Event::Notice(_) => {}
            Event::Stage { name, files } => self.stage(name, *files),
            Event::File { name, execution, judgement } => self.file(name, execution, judgement),
            Event::StageEnd { .. } => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
            }
            Event::Summary(summary) => {
                for line in summary.lines() {
                    self.line(&line);
                }
            }
        }
    }
}
