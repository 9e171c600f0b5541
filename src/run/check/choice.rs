//! Which checks run after each file.

use std::time::Duration;

/// One check after one file takes no longer.
const TIME: Duration = Duration::from_secs(20);

/// The words of `--checks`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    /// `validate` on every collection of every node.
    pub validate: bool,
    /// Do the nodes of a set hold the same documents?
    pub dbhash: bool,
    /// Do they hold the same oplog?
    pub oplog: bool,
    /// For one check.
    pub time: Duration,
}

impl Checks {
    /// Every check there is.
    pub const ALL: Self = Self { validate: true, dbhash: true, oplog: true, time: TIME };
    /// None.
    pub const NONE: Self = Self { validate: false, dbhash: false, oplog: false, time: TIME };

    /// All, or none.
    pub fn when(wanted: bool) -> Self {
        if wanted { Self::ALL } else { Self::NONE }
    }

    /// Reads words with commas between.
    ///
    /// # Errors
    /// One of them is no check.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut checks = Self::NONE;
        for word in text.split(',').map(str::trim) {
            match word {
                "validate" => checks.validate = true,
                "dbhash" => checks.dbhash = true,
                "oplog" => checks.oplog = true,
                "none" if text.trim() == "none" => {}
                _ => return Err(format!("'{word}' is no check; there are validate, dbhash and oplog, or none")),
            }
        }
        Ok(checks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_words_with_commas_between() {
        assert_eq!(Checks::parse("validate,dbhash,oplog"), Ok(Checks::ALL));
        assert_eq!(Checks::parse("none"), Ok(Checks::NONE));
        assert_eq!(Checks::parse("oplog"), Ok(Checks { oplog: true, ..Checks::NONE }));
        for text in ["", "none,oplog", "hash"] {
            assert!(Checks::parse(text).unwrap_err().contains("is no check"), "{text}");
        }
    }
}
