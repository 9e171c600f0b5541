//! Which shell runs the files: the word of `--shell`.

use std::fmt;
use std::str::FromStr;

use camino::{Utf8Path, Utf8PathBuf};

use super::embedded::EmbeddedShell;
use super::external::{ExternalShell, Mongo, Mongosh};
use super::{Shell, ShellError};

/// `embedded`, `mongosh[=PATH]` or `mongo[=PATH]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ShellChoice {
    /// Our own; the one that fuzzes.
    #[default]
    Embedded,
    /// MongoDB's shell of today, from its path or from where it is usually found.
    Mongosh(Option<Utf8PathBuf>),
    /// The shell of 3.6 to 5.0.
    Mongo(Option<Utf8PathBuf>),
}

impl ShellChoice {
    /// The shell, ready to run files. `own` is our own executable; what the shell writes goes below `folder`.
    ///
    /// # Errors
    /// It is missing, too old, or cannot be started.
    pub fn open(&self, own: &Utf8Path, folder: &Utf8Path) -> Result<Box<dyn Shell>, ShellError> {
        Ok(match self {
            Self::Embedded => Box::new(EmbeddedShell::new(own.to_owned())),
            Self::Mongosh(program) => Box::new(ExternalShell::open(&Mongosh, program.as_deref(), own, folder)?),
            Self::Mongo(program) => Box::new(ExternalShell::open(&Mongo, program.as_deref(), own, folder)?),
        })
    }
}

impl FromStr for ShellChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) if !path.is_empty() => (name, Some(Utf8PathBuf::from(path))),
            Some((name, _)) => return Err(format!("there is no path after '{name}='")),
            None => (text, None),
        };
        match (name, path) {
            ("embedded", None) => Ok(Self::Embedded),
            ("mongosh", path) => Ok(Self::Mongosh(path)),
            ("mongo", path) => Ok(Self::Mongo(path)),
            _ => Err("there are embedded, mongosh, mongosh=PATH, mongo and mongo=PATH".into()),
        }
    }
}

impl fmt::Display for ShellChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded => write!(f, "embedded"),
            Self::Mongosh(None) => write!(f, "mongosh"),
            Self::Mongosh(Some(path)) => write!(f, "mongosh={path}"),
            Self::Mongo(None) => write!(f, "mongo"),
            Self::Mongo(Some(path)) => write!(f, "mongo={path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_reads_as_it_prints() {
        for text in ["embedded", "mongosh", "mongosh=/usr/bin/mongosh", "mongo", "mongo=./mongo"] {
            assert_eq!(text.parse::<ShellChoice>().unwrap().to_string(), text);
        }
        for text in ["", "bash", "embedded=/bin/sh", "mongosh="] {
            assert!(text.parse::<ShellChoice>().is_err(), "{text}");
        }
    }
}
