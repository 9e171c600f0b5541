//! Given files instead of made ones: fuzzed files again, or plain jstests, with the same judging.

use std::time::Duration;

use camino::Utf8PathBuf;

use super::desk::{Desk, File};
use super::fuzz::VALIDATE_FOR;
use super::options::RunOptions;
use super::{CampaignError, alarm, ending};
use crate::exit_code::ExitCode;
use crate::interrupt::Interrupts;
use crate::process::own_executable;
use crate::report::{Event, Reporter};
use crate::run::Batch;
use crate::server::{Chosen, choose};
use crate::shell::embedded::EmbeddedShell;

/// Runs the files one after another against one server.
///
/// # Errors
/// See [`CampaignError`].
pub fn rerun(
    options: &RunOptions,
    paths: &[Utf8PathBuf],
    reporter: &mut dyn Reporter,
    interrupts: &Interrupts,
) -> Result<ExitCode, CampaignError> {
    let files = paths.iter().map(file).collect::<Result<Vec<File>, CampaignError>>()?;
    let roots = paths.iter().filter_map(|path| path.parent().map(ToOwned::to_owned)).collect();
    let mut desk = Desk::new(options, roots, reporter, interrupts)?;
    desk.head("jstestfuzz", env!("CARGO_PKG_VERSION"));
    let own = own_executable().map_err(|error| CampaignError::SetUp(error.to_string()))?;
    let mut shell = EmbeddedShell::new(own);
    let server_folder = desk.server_folder();
    let Chosen { mut topology, hang_min } = choose(&options.server, &server_folder)?;
    alarm::sound(&mut shell, interrupts, &server_folder)?;
    topology.start()?;
    desk.head("server", topology.describe());
    let restartable = topology.restartable();
    let validate_for = if options.validate { VALIDATE_FOR } else { Duration::ZERO };
    let timer = options.timer(hang_min);
    let mut batch = Batch::new(&mut shell, &mut *topology, interrupts, timer, validate_for).already_started();
    desk.reporter.event(&Event::Stage { name: "run", files: files.len() });
    let started = std::time::Instant::now();
    for file in &files {
        let (_, judgement) = desk.run(&mut batch, file, true)?;
        if desk.should_stop(&judgement, restartable) {
            break;
        }
    }
    desk.reporter.event(&Event::StageEnd { elapsed: started.elapsed() });
    topology.stop(Duration::from_secs(5));
    let summary = desk.finish()?;
    Ok(ending::exit_code(&summary, interrupts.requested(), true))
}

/// A file that can be read, with its frames counted.
fn file(path: &Utf8PathBuf) -> Result<File, CampaignError> {
    let text = std::fs::read(path)
        .map_err(|error| CampaignError::SetUp(format!("cannot read {path}: {error}; name a JavaScript file")))?;
    let text = String::from_utf8(text)
        .map_err(|_| CampaignError::SetUp(format!("{path} is not UTF-8; name a JavaScript file")))?;
    let statements = text.matches("\nprint('Top-level statement ").count() as u32;
    let path = path.canonicalize_utf8().unwrap_or_else(|_| path.clone());
    Ok(File { name: path.file_name().unwrap_or("file.js").to_owned(), path, statements })
}
