//! What was seen, put down as one [`Execution`].

use std::time::Duration;

use camino::Utf8Path;

use super::batch::Batch;
use super::execution::{Check, ClientRun, Execution};
use super::watch::Watched;
use crate::server::LogLine;
use crate::shell::{Job, ShellEnd};

impl Batch<'_> {
    /// What was seen of `clients` and of the servers while they ran.
    pub(super) fn record(
        &self,
        clients: &[(Job, u32)],
        started: String,
        watched: Watched,
        checks: Vec<Check>,
        log: Vec<LogLine>,
    ) -> Execution {
        // Who hung comes first: the file to look at is its.
        let mut seen: Vec<_> = clients.iter().zip(watched.clients).collect();
        let hung = seen.iter().position(|(_, seen)| seen.hang.is_some()).unwrap_or(0);
        if let Some(first) = seen.get_mut(..=hung) {
            first.rotate_right(1);
        }
        let mut runs = seen.into_iter().map(|((job, statements), seen)| ClientRun {
            file: job.path.clone(),
            statements: *statements,
            elapsed: seen.elapsed,
            end: seen.ended.end,
            completed: seen.completed,
            trail: seen.trail,
            commands: seen.commands,
            notes: seen.notes,
            hang: seen.hang,
        });
        let blank = self.not_run(Utf8Path::new(""), 0, started, String::new());
        let Some(first) = runs.next() else { return blank };
        let ClientRun { file, statements, elapsed, end, completed, trail, commands, notes, hang } = first;
        Execution {
            file,
            statements,
            elapsed,
            end,
            completed,
            trail,
            commands,
            notes,
            hang,
            clients: runs.collect(),
            exits: watched.exits,
            capture: watched.capture,
            checks,
            log,
            infrastructure: None,
            interrupted: watched.interrupted,
            ..blank
        }
    }

    /// A file that could not be run, and why.
    pub(super) fn not_run(&self, file: &Utf8Path, statements: u32, started: String, why: String) -> Execution {
        Execution {
            file: file.to_owned(),
            statements,
            started,
            elapsed: Duration::ZERO,
            shell: self.shell.name().into(),
            end: ShellEnd::NoServer { error: why.clone() },
            completed: Vec::new(),
            trail: Vec::new(),
            counted: self.shell.counts_commands(),
            commands: Default::default(),
            notes: Vec::new(),
            product: self.topology.product().into(),
            server_start: self.starts,
            exits: Vec::new(),
            hang: None,
            capture: None,
            checks: Vec::new(),
            log: Vec::new(),
            infrastructure: Some(why),
            interrupted: false,
            usage: Vec::new(),
            shutdown: Vec::new(),
            servers: Vec::new(),
            clients: Vec::new(),
        }
    }
}
