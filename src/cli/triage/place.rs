//! Where a smallest program is written: a place of its own, checked before anything is run, and always a whole file.

use std::io;

use camino::Utf8Path;

use crate::campaign::CampaignError;

/// Says whether a result can be put at `out`, and never in the place of one of `inputs`; `flag` is how another place is
/// chosen.
///
/// # Errors
/// One sentence that names the place, what is wrong with it, and the flag.
pub(super) fn check(out: &Utf8Path, inputs: &[&Utf8Path], flag: &str) -> Result<(), CampaignError> {
    let refuse = |why: &str| Err(CampaignError::SetUp(format!("{out} {why}; choose another file with {flag}")));
    if !folder(out).is_dir() {
        return refuse("lies in a folder that does not exist");
    }
    if out.is_dir() {
        return refuse("is a folder");
    }
    if out.exists() && inputs.iter().any(|input| input.canonicalize().ok() == out.canonicalize().ok()) {
        return refuse("is a file that is to be run, and would be lost");
    }
    match tempfile::tempfile_in(folder(out)) {
        Ok(_) => Ok(()),
        Err(error) => refuse(&format!("cannot be written: {error}")),
    }
}

/// Puts a text in its place as a whole: whoever looks, or kills us, finds the old one or the new one.
///
/// # Errors
/// It cannot be written.
pub(super) fn keep(out: &Utf8Path, text: &str) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder(out))?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    file.persist(out).map_err(|error| io::Error::other(format!("{out}: {}", error.error)))?;
    Ok(())
}

fn folder(out: &Utf8Path) -> &Utf8Path {
    out.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."))
}
