//! Where the program is and whether it is new enough.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::dialect::{Call, Dialect};
use super::process::Process;
use crate::process::ExitStatus;
use crate::shell::ShellError;

/// mongosh takes over a second to start, and many times that on a busy machine.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// The program: the one that was named, else the first of that name in `$PATH`, else what `tests/run` installed.
///
/// # Errors
/// There is none.
pub fn find(dialect: &dyn Dialect, named: Option<&Utf8Path>) -> Result<Utf8PathBuf, ShellError> {
    let exists = |path: &Utf8PathBuf| path.is_file();
    let found = match named {
        // A name without a folder is one to look for; a path is taken from where we are, not from where it will run.
        Some(name) if name.components().count() == 1 && !name.is_file() => in_path(name.as_str()),
        Some(path) => camino::absolute_utf8(path).ok().filter(exists),
        None => in_path(dialect.name()).or_else(|| Some(peers()?.join(dialect.name())).filter(exists)),
    };
    found.ok_or_else(|| ShellError::Missing {
        program: named.map_or(dialect.name(), Utf8Path::as_str).to_owned(),
        remedy: dialect.remedy(),
    })
}

fn in_path(name: &str) -> Option<Utf8PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    path.split(':')
        .filter(|folder| !folder.is_empty())
        .map(|folder| Utf8Path::new(folder).join(name))
        .find(|one| one.is_file())
}

/// npm's folder of programs below the user's cache folder.
fn peers() -> Option<Utf8PathBuf> {
    let from = |variable: &str| std::env::var(variable).ok().filter(|value| !value.is_empty()).map(Utf8PathBuf::from);
    let cache = from("XDG_CACHE_HOME").or_else(|| from("HOME").map(|home| home.join(".cache")))?;
    Some(cache.join("jstestfuzz/peers/node_modules/.bin"))
}

/// Asks the program for its version.
///
/// # Errors
/// It is too old, says no version, fails or stays silent.
pub fn of(dialect: &dyn Dialect, program: &Utf8Path, own: &Utf8Path, folder: &Utf8Path) -> Result<String, ShellError> {
    let call = Call { arguments: vec!["--version".into()], environment: vec![("HOME".into(), folder.to_string())] };
    let failed = |source| ShellError::Start { program: program.to_string(), source };
    let process = Process::start(own, program, &call, folder).map_err(failed)?;
    let silent = || ShellError::Silent { program: program.to_string(), waited: ANSWERS_WITHIN };
    let (printed, status, words) = process.answer(ANSWERS_WITHIN).ok_or_else(silent)?;
    let Some(version) = dialect.version(&printed).filter(|_| status == Some(ExitStatus::Code(0))) else {
        let said = [printed.trim(), words.as_str()].join(" ").trim().chars().take(300).collect();
        let status = status.map_or("no status".to_owned(), |status| status.to_string());
        return Err(ShellError::NoVersion { program: program.to_string(), status, said, remedy: dialect.remedy() });
    };
    if version < dialect.oldest() {
        let (oldest, found) = (text(dialect.oldest()), text(version));
        return Err(ShellError::TooOld { program: program.to_string(), found, oldest, remedy: dialect.remedy() });
    }
    Ok(text(version))
}

fn text((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}

/// `4.4` of `4.4.29`, wherever the text begins with it.
pub fn leading(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().split(['.', '-', '+', ' ', '\n']);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_its_first_two_numbers() {
        assert_eq!(leading("2.12.0\n"), Some((2, 12)));
        assert_eq!(leading("4.4.29-rc1"), Some((4, 4)));
        assert_eq!(leading("what"), None);
    }
}
