//! One planted bug's smallest program against a practice server of its own, through the same code as every file.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::CampaignError;
use super::desk::run_error;
use crate::interrupt::Interrupts;
use crate::run::check::Checks;
use crate::run::{Batch, Execution, HangTimer};
use crate::server::practice::bugs::PlantedBug;
use crate::server::{ServerChoice, choose};
use crate::shell::{Job, Limits, Shell};

/// Behind every hang threshold that is used here.
const SHELL_LIMIT: Duration = Duration::from_secs(20);
/// What a smallest program may use and print.
const MEMORY: u64 = 64 << 20;
const OUTPUT: u64 = 1 << 20;
const STOP_GRACE: Duration = Duration::from_secs(2);

/// How a planted bug is tried.
pub struct PlantedRun<'a> {
    /// Our own executable.
    pub own: &'a Utf8Path,
    /// Who may stop it.
    pub interrupts: &'a Interrupts,
    /// Where program and server files go.
    pub folder: &'a Utf8Path,
    /// The only bug that is switched on.
    pub bug: &'static PlantedBug,
    /// A program that runs longer hangs.
    pub limit: Duration,
    /// What is looked at afterwards.
    pub checks: Checks,
}

impl PlantedRun<'_> {
    /// Runs the program on one server until `enough` says so of an execution, at most as often as the bug asks for, and
    /// then of the server's end; gives the last execution and how often the program ran.
    ///
    /// # Errors
    /// The disk, the server or the shell could not be had.
    pub fn run(
        &self,
        shell: &mut dyn Shell,
        mut enough: impl FnMut(&Execution) -> bool,
    ) -> Result<(Execution, u32), CampaignError> {
        let path = self.program().map_err(|error| CampaignError::Disk(error.to_string()))?;
        let mut chosen = choose(&self.choice(), self.folder)?;
        let timer = HangTimer { minimum: self.limit, multiple: 1 };
        let mut batch = Batch::new(shell, &mut *chosen.topology, self.interrupts, timer, self.checks);
        let mut tries = 0;
        let last = loop {
            tries += 1;
            let execution = batch.execute(&self.job(&path), 0, &mut std::io::sink());
            let execution = execution.map_err(run_error)?;
            if enough(&execution) || tries == self.bug.tries || self.interrupts.requested().is_some() {
                break execution;
            }
        };
        let at_its_end = if enough(&last) { None } else { batch.shut_down(STOP_GRACE) };
        chosen.topology.stop(STOP_GRACE);
        Ok((at_its_end.filter(|end| enough(end)).unwrap_or(last), tries))
    }

    fn program(&self) -> std::io::Result<Utf8PathBuf> {
        fs_err::create_dir_all(self.folder)?;
        let path = self.folder.join(format!("{}.js", self.bug.id));
        fs_err::write(&path, self.bug.program)?;
        Ok(path)
    }

    fn choice(&self) -> ServerChoice {
        ServerChoice {
            own: Some(self.own.to_owned()),
            name: Some("practice".into()),
            bugs: Some(self.bug.id.into()),
            shape: self.bug.shape(),
            base_port: 20_000,
            ..ServerChoice::default()
        }
    }

    fn job(&self, path: &Utf8Path) -> Job {
        let limits = Limits { interrupt_after: SHELL_LIMIT, read_timeout: SHELL_LIMIT, memory: MEMORY, output: OUTPUT };
        Job {
            name: self.bug.id.into(),
            path: path.to_owned(),
            server: Default::default(),
            database: "test".into(),
            roots: Vec::new(),
            test_data: "{}".into(),
            limits,
        }
    }
}
