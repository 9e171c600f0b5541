//! What lies on the desk during a run: folder, reporter, summary; and the one way in which a file is run and judged.

use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use super::job::job;
use super::reproduce::reproduce;
use super::{CampaignError, RunOptions, leftovers};
use crate::exit_code::ExitCode;
use crate::interrupt::Interrupts;
use crate::judge::{Judgement, Known, Verdict, judge};
use crate::report::{Event, FULL_REPORTS, Reporter, Sighted, Summary};
use crate::run::{Batch, Execution, RunError};
use crate::store::{Claim, RECORD, Record, RunFolder, StoreError, is_full};

/// A healthy server ends within a second; one that takes a minute hangs.
const IN_PEACE: Duration = Duration::from_secs(60);
/// Whoever interrupts does not wait for that.
const AT_ONCE: Duration = Duration::from_secs(5);

/// A file to be run.
#[derive(Clone, Debug)]
pub struct File {
    /// Short name, used for the folder of its execution.
    pub name: String,
    /// Where its text lies.
    pub path: Utf8PathBuf,
    /// Statements in frames; 0 for a plain test.
    pub statements: u32,
}

/// One run.
pub struct Desk<'a> {
    pub options: &'a RunOptions,
    pub folder: RunFolder,
    pub reporter: &'a mut dyn Reporter,
    pub interrupts: &'a Interrupts,
    pub summary: Summary,
    /// Folders that `load()` may read.
    pub roots: Vec<Utf8PathBuf>,
    /// Files that the running server has had, and which of its starts it is.
    on_this_server: (u32, Vec<Utf8PathBuf>),
    /// `--known`
    known: Known,
    started: Instant,
    _claim: Claim,
}

impl<'a> Desk<'a> {
    /// Makes the run's folder, and cleans up after runs there that were killed.
    pub fn new(
        options: &'a RunOptions,
        roots: Vec<Utf8PathBuf>,
        reporter: &'a mut dyn Reporter,
        interrupts: &'a Interrupts,
    ) -> Result<Self, CampaignError> {
        let known = super::known::read(options.known.as_deref())?;
        let folder = RunFolder::create(&options.out, jiff::Timestamp::now(), options.seed)?;
        let summary = Summary { folder: folder.path().to_string(), ..Summary::default() };
        let (on_this_server, started) = ((0, Vec::new()), Instant::now());
        if folder.is_full() {
            folder.discard();
            let text = format!("the disk of {} is full; make room or choose another folder with --out", options.out);
            return Err(CampaignError::Disk(text));
        }
        let claim = Claim::take(&folder)?;
        let mut desk = Self {
            options,
            folder,
            reporter,
            interrupts,
            summary,
            roots,
            on_this_server,
            known,
            started,
            _claim: claim,
        };
        leftovers::clean_up(&mut desk);
        Ok(desk)
    }

    /// Says one of the first lines.
    pub fn head(&mut self, word: &str, text: impl Into<String>) {
        self.reporter.event(&Event::Head { word, text: text.into() });
    }

    /// Runs a file, judges and keeps what was seen. `counts` says whether it belongs into the figures.
    pub fn run(
        &mut self,
        batch: &mut Batch<'_>,
        file: &File,
        counts: bool,
    ) -> Result<(Execution, Judgement), CampaignError> {
        self.run_together(batch, std::slice::from_ref(file), counts)
    }

    /// As [`Desk::run`], several files at the same time, each by a client of its own. They are called by the first.
    pub fn run_together(
        &mut self,
        batch: &mut Batch<'_>,
        files: &[File],
        counts: bool,
    ) -> Result<(Execution, Judgement), CampaignError> {
        let (execution, judgement) = self.execute_together(batch, files)?;
        self.count(files, &execution, &judgement, counts);
        Ok((execution, judgement))
    }

    /// Since the run began.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// True while nothing has cut the run short.
    pub fn may_go_on(&self) -> bool {
        self.summary.cut_short.is_none() && self.interrupts.requested().is_none()
    }

    /// Runs and judges a file and keeps the record; it does not show up in the summary.
    pub fn execute(&mut self, batch: &mut Batch<'_>, file: &File) -> Result<(Execution, Judgement), CampaignError> {
        self.execute_together(batch, std::slice::from_ref(file))
    }

    /// The same with several files at the same time; the first is the one that is named.
    pub fn execute_together(
        &mut self,
        batch: &mut Batch<'_>,
        files: &[File],
    ) -> Result<(Execution, Judgement), CampaignError> {
        let file = files.first().ok_or_else(|| CampaignError::SetUp("there is no file to run".into()))?;
        self.room()?;
        self.folder.publish();
        let place = place(file);
        let folder = self.folder.make_folder(&place)?;
        let mut output = self.folder.shell_log(&folder)?;
        batch.leave_captures_in(folder.join("capture"));
        let programs: Vec<_> =
            files.iter().map(|file| (job(self.options, &self.roots, file), file.statements)).collect();
        let execution = batch.execute_together(&programs, &mut output).map_err(run_error)?;
        let judgement = self.known.apply(judge(&execution), super::known::today());
        self.folder
            .save_json(&format!("{place}/{RECORD}"), &Record::new(&execution, &judgement, &self.options.words()))?;
        Ok((execution, judgement))
    }

    /// Whether more can be recorded.
    fn room(&self) -> Result<(), CampaignError> {
        let text = || {
            let path = self.folder.path();
            format!("the disk is full; what was recorded until then is in {path}; make room or choose another --out")
        };
        if self.folder.is_full() { Err(CampaignError::Disk(text())) } else { Ok(()) }
    }

    /// Lets the server end and judges how it does; a failure there belongs to all files that it ran.
    pub fn shut_down(&mut self, batch: &mut Batch<'_>) -> Result<(), CampaignError> {
        let grace = if self.interrupts.requested().is_some() { AT_ONCE } else { IN_PEACE };
        let Some(execution) = batch.shut_down(grace) else { return Ok(()) };
        let judgement = self.known.apply(judge(&execution), super::known::today());
        let files = std::mem::take(&mut self.on_this_server.1);
        let (Some((last, earlier)), Some(_)) = (files.split_last(), judgement.findings.first()) else { return Ok(()) };
        self.folder.save_json(
            &format!("executions/shutdown/{RECORD}"),
            &Record::new(&execution, &judgement, &self.options.words()),
        )?;
        judgement.findings.iter().for_each(|finding| self.summary.count_known(finding));
        let command = reproduce(self.options, &files);
        for finding in judgement.failures() {
            self.summary.failures.add(finding, &execution, last, earlier, command.clone());
        }
        self.reporter.event(&Event::File { name: "shutdown", execution: &execution, judgement: &judgement });
        Ok(())
    }

    fn count(&mut self, files: &[File], execution: &Execution, judgement: &Judgement, counts: bool) {
        let Some(file) = files.first() else { return };
        let paths: Vec<Utf8PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        if counts && execution.infrastructure.is_none() {
            self.summary.effectiveness.add(execution);
        }
        if counts {
            self.summary.checked.add(&execution.checks);
        }
        if !execution.interrupted {
            *self.summary.verdicts.entry(judgement.verdict).or_default() += 1;
        }
        let earlier = self.earlier(execution, &file.path);
        let mut seen_enough = judgement.verdict == Verdict::Failure;
        for finding in &judgement.findings {
            self.summary.count_known(finding);
            if finding.verdict == Verdict::Failure {
                let command = reproduce(self.options, &paths);
                let sighted = self.summary.failures.add(finding, execution, &file.path, &earlier, command);
                seen_enough &=
                    matches!(sighted, Sighted::Again(count) if count > FULL_REPORTS) || sighted == Sighted::NotKept;
            } else if finding.verdict > Verdict::Expected && self.summary.remarks.len() < Summary::REMARKS {
                self.summary.remarks.push(format!("{}: {}", file.name, finding.title));
            }
        }
        if seen_enough {
            self.shorten(file);
        }
        self.reporter.event(&Event::File { name: &file.name, execution, judgement });
    }

    /// Leaves of one more sighting of what was seen often the record only.
    fn shorten(&self, file: &File) {
        let folder = self.folder.path().join(place(file));
        // A file that cannot be removed is in the way of the disk, not of the run.
        let _ = fs_err::remove_file(folder.join("shell.log"));
        let _ = fs_err::remove_dir_all(folder.join("capture"));
    }

    /// The files that the same server ran before this one.
    fn earlier(&mut self, execution: &Execution, path: &Utf8Path) -> Vec<Utf8PathBuf> {
        if self.on_this_server.0 != execution.server_start {
            self.on_this_server = (execution.server_start, Vec::new());
        }
        let earlier = self.on_this_server.1.clone();
        self.on_this_server.1.push(path.to_owned());
        earlier
    }

    /// True if the run should not go on to the next file; says why in the summary.
    pub fn should_stop(&mut self, judgement: &Judgement, batch: &Batch<'_>) -> bool {
        let why = if self.interrupts.requested().is_some() {
            "somebody stopped it"
        } else if judgement.verdict == Verdict::Failure && self.options.stop_at_first_failure {
            "at the first failure, as asked"
        } else if judgement.verdict == Verdict::Infrastructure {
            if self.folder.is_full() { "the disk is full" } else { "there is no server to go on with" }
        } else if !batch.restartable()
            && judgement.findings.iter().any(|one| one.title.starts_with("cannot connect again"))
        {
            "the server does not answer any more, and it is not ours to restart"
        } else {
            return false;
        };
        self.summary.cut_short = Some(why.into());
        true
    }

    /// Ends the run, whatever came of it: tells the last lines, or leaves nothing where nothing was run.
    ///
    /// # Errors
    /// The one given, or the summary cannot be written.
    pub fn end(self, outcome: Result<(), CampaignError>, script_errors_count: bool) -> Result<ExitCode, CampaignError> {
        let interrupts = self.interrupts;
        if let Err(error) = outcome {
            return Err(self.give_up(error));
        }
        let room = self.room();
        let summary = self.finish()?;
        let code = super::ending::exit_code(&summary, interrupts.requested(), script_errors_count);
        // A server that found no room for its data is not at fault.
        if code == ExitCode::ServerUnavailable { room.map(|()| code) } else { Ok(code) }
    }

    /// Ends a run that cannot go on: what was recorded is kept, and nothing is left where nothing was.
    pub fn give_up(self, error: CampaignError) -> CampaignError {
        if self.summary.verdicts.is_empty() {
            self.folder.discard();
        } else {
            // The first error is the one to tell.
            let _ = self.finish();
        }
        error
    }

    /// Writes and tells the last lines.
    fn finish(mut self) -> Result<Summary, CampaignError> {
        self.summary.elapsed = self.started.elapsed();
        if let Some(warning) = super::ending::warning(&self.summary) {
            self.summary.remarks.push(warning);
        }
        self.reporter.event(&Event::Summary(&self.summary));
        let text = self.summary.lines().join("\n") + "\n";
        self.folder.save("summary.txt", text.as_bytes())?;
        self.folder.save_json("summary.json", &self.summary)?;
        Ok(self.summary)
    }

    /// Saves a text below the run's folder.
    pub fn save(&self, name: &str, text: &[u8]) -> Result<Utf8PathBuf, CampaignError> {
        Ok(self.folder.save(name, text)?)
    }

    /// Where files of an external shell go.
    pub fn shell_folder(&self) -> Utf8PathBuf {
        Utf8Path::join(self.folder.path(), "shell")
    }

    /// Where server files go.
    pub fn server_folder(&self) -> Utf8PathBuf {
        Utf8Path::join(self.folder.path(), "server")
    }
}

/// The folder of a file's execution.
fn place(file: &File) -> String {
    format!("executions/{}", file.name.replace('/', "_").trim_end_matches(".js"))
}

/// What a run ends with that cannot go on.
pub fn run_error(error: RunError) -> CampaignError {
    match error {
        RunError::Shell(error) => CampaignError::SetUp(error.to_string()),
        RunError::Output(_) => CampaignError::Disk(error.to_string()),
    }
}

impl From<StoreError> for CampaignError {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unwritable { source, .. } if is_full(source) => Self::Disk(error.to_string()),
            _ => Self::SetUp(error.to_string()),
        }
    }
}
