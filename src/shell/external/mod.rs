//! Shells that are other people's programs: `mongosh` and the legacy `mongo`.
//!
//! They are slow to start (over a second) and see less than the embedded shell, so they confirm and replay rather than
//! fuzz. One process runs one file. What both have in common stands in `file` (the process and its reports), `process`
//! (start, version, last words) and `network_texts`; a [`Dialect`] says what is special about one.

mod dialect;
mod file;
mod lines;
mod mongo;
mod mongosh;
mod network_texts;
mod process;
mod version;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Job, Running, Shell, ShellError};
use dialect::{Dialect, Setting};
use file::File;
pub use mongo::Mongo;
pub use mongosh::Mongosh;
use process::Process;

/// Runs files in processes of a program that is not ours.
pub struct ExternalShell {
    dialect: &'static dyn Dialect,
    own: Utf8PathBuf,
    program: Utf8PathBuf,
    version: String,
    folder: Utf8PathBuf,
    files: u64,
}

impl ExternalShell {
    /// Finds the program, asks for its version and lays out what it needs below `folder`.
    ///
    /// # Errors
    /// It is missing, too old or does not answer; or the folder cannot be written.
    pub fn open(
        dialect: &'static dyn Dialect,
        program: Option<&Utf8Path>,
        own: &Utf8Path,
        folder: &Utf8Path,
    ) -> Result<Self, ShellError> {
        let folder = camino::absolute_utf8(folder).unwrap_or_else(|_| folder.to_owned()).join(dialect.name());
        let program = version::find(dialect, program)?;
        let failed = |source| ShellError::Start { program: program.to_string(), source };
        fs_err::create_dir_all(&folder).map_err(failed)?;
        let version = version::of(dialect, &program, own, &folder)?;
        dialect.lay_out(&folder).map_err(failed)?;
        Ok(Self { dialect, own: own.to_owned(), program, version, folder, files: 0 })
    }
}

impl Shell for ExternalShell {
    fn name(&self) -> &'static str {
        self.dialect.name()
    }

    fn describe(&self) -> String {
        format!("{} {} ({})", self.dialect.name(), self.version, self.program)
    }

    fn counts_commands(&self) -> bool {
        self.dialect.counts_commands()
    }

    fn run(&mut self, job: &Job) -> Result<Box<dyn Running + '_>, ShellError> {
        self.files += 1;
        let token = token(self.files);
        let failed = |source| ShellError::Start { program: self.program.to_string(), source };
        let setting = Setting { folder: &self.folder, token: &token };
        let call = self.dialect.call(job, &setting).map_err(failed)?;
        let process = Process::start(&self.own, &self.program, &call, &self.folder).map_err(failed)?;
        Ok(Box::new(File::new(self.dialect, process, token, job.limits.output)))
    }
}

/// What marks a line that is no printed text: scripts do not know it and so cannot forge one.
fn token(file: u64) -> String {
    let now = jiff::Timestamp::now().as_nanosecond().to_le_bytes();
    let mixed = blake3::hash(&[&now[..], &file.to_le_bytes(), &std::process::id().to_le_bytes()].concat());
    format!("\u{1}{}\u{1}", &mixed.to_hex()[..24])
}
