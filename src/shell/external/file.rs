//! One file in one process: lines become reports, the process's end becomes the last one.

use std::collections::VecDeque;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use super::dialect::{Dialect, Remains, Said};
use super::network_texts;
use super::process::Process;
use crate::process::{ExitStatus, cpu_time};
use crate::shell::{Ended, Note, Report, Running, ShellEnd, StatementDone, timing_print};

/// Printed lines kept for the story of an end.
const PRINTED: usize = 40;
/// Notes from printed lines: a lost connection is told by every later statement too.
const MOST_NOTES: u32 = 20;

/// A file under way in an external shell.
pub struct File {
    dialect: &'static dyn Dialect,
    process: Process,
    token: String,
    waiting: VecDeque<Report>,
    printed: VecDeque<String>,
    output_left: u64,
    output_dropped: u64,
    notes: u32,
    started: Option<Instant>,
    begun: Instant,
    killed: bool,
}

impl File {
    /// Reads what `process` says; at most `output` bytes of printed text are handed on.
    pub fn new(dialect: &'static dyn Dialect, process: Process, token: String, output: u64) -> Self {
        Self {
            dialect,
            process,
            token,
            waiting: VecDeque::new(),
            printed: VecDeque::new(),
            output_left: output,
            output_dropped: 0,
            notes: 0,
            started: None,
            begun: Instant::now(),
            killed: false,
        }
    }

    fn take(&mut self, line: &str) {
        match line.split_once(&self.token) {
            Some((before, said)) => {
                // What a script printed without a line end stands before the token.
                if !before.is_empty() {
                    self.print(before);
                }
                match self.dialect.said(said) {
                    Said::Report(report) => self.report(report),
                    Said::Nothing => self.output_dropped += said.len() as u64,
                }
            }
            None => self.print(line),
        }
    }

    fn report(&mut self, report: Report) {
        match report {
            Report::Started => self.started = Some(Instant::now()),
            Report::Output(lines) => return lines.iter().for_each(|line| self.keep(line)),
            _ => {}
        }
        self.waiting.push_back(report);
    }

    /// A line that the shell printed, which is all that some shells say.
    fn print(&mut self, line: &str) {
        self.keep(line);
        if self.dialect.counts_commands() {
            return;
        }
        if let Some((index, millis)) = timing_print(line) {
            let done = StatementDone { index, millis, ..StatementDone::default() };
            self.waiting.push_back(Report::Statement(done.ending_now()));
        }
        if let Some(note) = network_texts::note(line).filter(|_| self.notes < MOST_NOTES) {
            self.notes += 1;
            self.waiting.push_back(Report::Noted(note));
        }
    }

    /// Hands a line on, as long as the bound on output allows.
    fn keep(&mut self, line: &str) {
        let size = line.len() as u64 + 1;
        if size > self.output_left {
            self.output_dropped += size;
            return;
        }
        self.output_left -= size;
        self.printed.push_back(line[..line.floor_char_boundary(2_000)].to_owned());
        if self.printed.len() > PRINTED {
            self.printed.pop_front();
        }
        match self.waiting.back_mut() {
            Some(Report::Output(lines)) => lines.push(line.to_owned()),
            _ => self.waiting.push_back(Report::Output(vec![line.to_owned()])),
        }
    }

    /// The process said all it will ever say.
    fn gone(&mut self) -> Report {
        let (status, words) = self.process.remains();
        let end = match status {
            _ if self.killed => ShellEnd::Killed,
            Some(ExitStatus::Code(code)) => {
                let printed = self.printed.make_contiguous();
                let remains = Remains { status, words: &words, printed, started: self.started.is_some() };
                self.dialect.ending(code, &remains)
            }
            Some(ExitStatus::Signal { number, .. }) => {
                ShellEnd::Died { message: format!("signal {number} {words}").trim().to_owned() }
            }
            None => ShellEnd::Died { message: format!("it does not end {words}") },
        };
        let elapsed = self.started.unwrap_or(self.begun).elapsed();
        Report::Ended(Ended { end, output_dropped: self.output_dropped, threads_left: false, elapsed })
    }

    /// A last report of the shell's own: with what was dropped on this side of the pipe, and the process gone.
    fn over(&mut self, mut ended: Ended) -> Report {
        ended.output_dropped += self.output_dropped;
        self.process.remains();
        Report::Ended(ended)
    }
}

impl Running for File {
    fn next(&mut self, until: Instant) -> Option<Report> {
        loop {
            if let Some(report) = self.waiting.pop_front() {
                return Some(match report {
                    Report::Ended(ended) => self.over(ended),
                    report => report,
                });
            }
            match self.process.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => self.take(&line),
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => return Some(self.gone()),
            }
        }
    }

    fn pid(&self) -> Option<u32> {
        Some(self.process.pid())
    }

    fn cpu_time(&self) -> Option<Duration> {
        cpu_time(self.process.pid())
    }

    fn kill(&mut self) {
        self.killed = true;
        self.process.kill();
    }
}

/// The first line of an ending's story that speaks of the connection.
pub fn connection_words<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut lines = texts.into_iter().flat_map(str::lines);
    lines.find_map(|line| match network_texts::note(line)? {
        Note::ConnectionLost { error, .. } | Note::CannotConnect { error } => Some(error),
        _ => None,
    })
}
