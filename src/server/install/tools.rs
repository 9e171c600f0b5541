//! The programs that installing and running servers needs, and the Debian packages that bring them.

use std::process::{Command, Stdio};

use crate::server::ServerError;
use crate::server::choose::on_path;

const PACKAGES: &[(&str, &str)] = &[
    ("chroot", "coreutils"),
    ("go", "golang"),
    ("java", "default-jdk-headless"),
    ("javac", "default-jdk-headless"),
    ("mmdebstrap", "mmdebstrap"),
    ("mvn", "maven"),
    ("newuidmap", "uidmap"),
    ("unshare", "util-linux"),
];

/// The packages of those programs, with blanks between; a program nobody knows stands for its package.
pub(in crate::server) fn packages(tools: &[&str]) -> String {
    let package = |tool: &&str| {
        PACKAGES.iter().find(|(name, _)| name == tool).map_or((*tool).to_owned(), |(_, of)| (*of).to_owned())
    };
    let mut packages: Vec<String> = tools.iter().map(package).collect();
    packages.sort();
    packages.dedup();
    packages.join(" ")
}

/// Checks that programs are on PATH.
///
/// # Errors
/// Some are not: one sentence names them and the packages to install.
pub(in crate::server) fn require(product: &str, tools: &[impl AsRef<str>]) -> Result<(), ServerError> {
    let missing: Vec<&str> = tools.iter().map(AsRef::as_ref).filter(|tool| on_path(tool).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let text = format!(
        "{product} needs {}, not found on PATH; install what is missing (Debian: apt-get install {})",
        missing.join(", "),
        packages(&missing)
    );
    Err(ServerError::Unusable(text))
}

/// Checks the version that a program prints with `argument`.
///
/// # Errors
/// It is older than `least`, or the program cannot be run. A version that cannot be read is taken for new enough.
pub(super) fn require_version(tool: &str, argument: &str, least: &[u32]) -> Result<(), ServerError> {
    let output = Command::new(tool).arg(argument).stdin(Stdio::null()).output();
    let output = output.map_err(|error| ServerError::Infrastructure(format!("cannot run {tool}: {error}")))?;
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let found = version_in(&text);
    if found.is_empty() || found.as_slice() >= least {
        return Ok(());
    }
    let dotted = |numbers: &[u32]| numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
    let text = format!(
        "{tool} {} is too old, at least {} is needed; put a newer one first on PATH",
        dotted(&found),
        dotted(least)
    );
    Err(ServerError::Unusable(text))
}

/// The first number with dots in a text.
fn version_in(text: &str) -> Vec<u32> {
    let start = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let version = text[start..].split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_tools_print() {
        assert_eq!(version_in("go version go1.26.8 linux/amd64"), [1, 26, 8]);
        assert_eq!(version_in("javac 17.0.15\n"), [17, 0, 15]);
        assert_eq!(version_in("openjdk version \"1.8.0_292\""), [1, 8, 0]);
        assert!(version_in("none").is_empty());
        assert!([1, 8, 0].as_slice() < [17].as_slice() && [1, 24].as_slice() >= [1, 24].as_slice());
    }

    #[test]
    fn a_package_is_named_once() {
        assert_eq!(packages(&["java", "javac", "mvn"]), "default-jdk-headless maven");
    }
}
