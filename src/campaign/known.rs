//! The file of `--known`: read before anything is made or started.

use camino::Utf8Path;
use jiff::civil::Date;

use super::CampaignError;
use crate::judge::Known;

/// Reads the file; nothing is known where none is given.
///
/// # Errors
/// It cannot be read, or is not in its form; the sentence names file and line.
pub fn read(path: Option<&Utf8Path>) -> Result<Known, CampaignError> {
    let Some(path) = path else { return Ok(Known::default()) };
    let wrong = |why: &dyn std::fmt::Display| {
        CampaignError::SetUp(format!("cannot use --known {path}: {why}; docs/known-failures.md shows the form"))
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    Known::parse(&text).map_err(|error| wrong(&error))
}

/// The day on which excuses are measured: the same all over the world.
pub fn today() -> Date {
    jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now()).date()
}
