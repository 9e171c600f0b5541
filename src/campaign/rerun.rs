//! Given files instead of made ones: fuzzed files again, or plain jstests, with the same judging.

use std::collections::BTreeSet;
use std::time::Instant;

use camino::{Utf8Path, Utf8PathBuf};

use super::CampaignError;
use super::against::against_a_server;
use super::desk::{Desk, File};
use super::options::RunOptions;
use crate::exit_code::ExitCode;
use crate::interrupt::Interrupts;
use crate::report::{Event, Reporter};

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
    let files = paths.iter().map(|path| given(path)).collect::<Result<Vec<File>, CampaignError>>()?;
    let roots: BTreeSet<Utf8PathBuf> =
        files.iter().filter_map(|file| file.path.parent().map(ToOwned::to_owned)).collect();
    let mut desk = Desk::new(options, roots.into_iter().collect(), reporter, interrupts)?;
    desk.head("jstestfuzz", env!("CARGO_PKG_VERSION"));
    let outcome = against_a_server(&mut desk, |desk, batch| {
        let at_once = options.clients.files_at_once();
        desk.reporter.event(&Event::Stage { name: "run", files: files.len().div_ceil(at_once) });
        let started = Instant::now();
        for files in files.chunks(at_once) {
            let (_, judgement) = desk.run_together(batch, files, true)?;
            if desk.should_stop(&judgement, batch) {
                break;
            }
        }
        desk.reporter.event(&Event::StageEnd { elapsed: started.elapsed() });
        Ok(())
    });
    desk.end(outcome, true)
}

/// A file that somebody named, with its frames counted.
pub(super) fn given(path: &Utf8Path) -> Result<File, CampaignError> {
    let text = std::fs::read(path)
        .map_err(|error| CampaignError::SetUp(format!("cannot read {path}: {error}; name a JavaScript file")))?;
    let text = String::from_utf8(text)
        .map_err(|_| CampaignError::SetUp(format!("{path} is not UTF-8; name a JavaScript file")))?;
    let statements = text.matches("\nprint('Top-level statement ").count() as u32;
    let path = path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned());
    Ok(File { name: path.file_name().unwrap_or("file.js").to_owned(), path, statements })
}
