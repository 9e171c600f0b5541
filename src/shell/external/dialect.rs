//! What is special about one external shell.

use camino::Utf8Path;

use crate::process::ExitStatus;
use crate::shell::{Job, Report, ShellEnd};

/// Where a shell's files lie, and the mark of one run.
pub struct Setting<'a> {
    /// Holds what [`Dialect::lay_out`] wrote.
    pub folder: &'a Utf8Path,
    /// Stands before every line that is no printed text.
    pub token: &'a str,
}

/// The words of one start.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// Arguments of the program.
    pub arguments: Vec<String>,
    /// What is added to the environment.
    pub environment: Vec<(String, String)>,
}

/// What a line after the token says.
pub enum Said {
    /// A report in its own form.
    Report(Report),
    /// Nothing that we know.
    Nothing,
}

/// What is known of a process that ended without a last report.
pub struct Remains<'a> {
    /// How.
    pub status: Option<ExitStatus>,
    /// Last words on its error stream.
    pub words: &'a str,
    /// The last lines that it printed.
    pub printed: &'a [String],
    /// The file's text had begun to run.
    pub started: bool,
}

/// One external shell.
pub trait Dialect: Sync {
    /// The word of `--shell`, and the name under which the program is looked for.
    fn name(&self) -> &'static str;

    /// The oldest version that runs our files.
    fn oldest(&self) -> (u32, u32);

    /// How to get one: the end of a sentence.
    fn remedy(&self) -> &'static str;

    /// The version in what `--version` prints.
    fn version(&self, printed: &str) -> Option<(u32, u32)>;

    /// False where nobody outside the script counts its commands.
    fn counts_commands(&self) -> bool;

    /// Writes the files that stand before every test.
    ///
    /// # Errors
    /// The folder cannot be written.
    fn lay_out(&self, folder: &Utf8Path) -> std::io::Result<()>;

    /// The words that start one file.
    ///
    /// # Errors
    /// The job's own files cannot be written.
    fn call(&self, job: &Job, setting: &Setting<'_>) -> std::io::Result<Call>;

    /// What stands behind the token.
    fn said(&self, text: &str) -> Said;

    /// How a file ended whose process is gone. A signal is never passed here: it is a death.
    fn ending(&self, code: i32, remains: &Remains<'_>) -> ShellEnd;
}
