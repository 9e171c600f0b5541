//! When a log's line was written, by its own stamp.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use regex::Regex;

use super::entry::pattern;

/// Stamps stand at the beginning, behind a word or two (`{"t":{"$date":"`, `time=`).
const WITHIN: usize = 64;

static STAMP: LazyLock<Regex> = LazyLock::new(|| {
    let (date, time) = (r"(\d{4}-\d\d-\d\d)[T ]", r"(\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)");
    pattern(&format!(r"\b{date}{time} ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?\b)?"))
});

/// The moment that a line names at its beginning: of mongod's JSON and text logs, PostgreSQL's and Go's. A stamp without a
/// zone is in this machine's.
pub fn time_of(line: &str) -> Option<Timestamp> {
    let found = STAMP.captures(&line[..line.floor_char_boundary(WITHIN)])?;
    let stamp: DateTime = format!("{}T{}", &found[1], found[2].replace(',', ".")).parse().ok()?;
    let zone = match found.get(3).map(|zone| zone.as_str()) {
        None => TimeZone::system(),
        Some("Z" | "UTC" | "GMT") => TimeZone::UTC,
        Some(offset) => TimeZone::fixed(seconds_east(offset)?),
    };
    zone.to_timestamp(stamp).ok()
}

/// `+02`, `+0200` or `+02:00`.
fn seconds_east(offset: &str) -> Option<Offset> {
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..).filter(|rest| !rest.is_empty()).map_or(Some(0), |rest| rest.parse().ok())?;
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_logs_stamp_is_read_and_zones_count() {
        let moment: Timestamp = "2026-11-26T21:56:19.098Z".parse().unwrap();
        for line in [
            r#"{"t":{"$date":"2026-11-26T21:56:19.098+00:00"},"s":"I","c":"CONTROL","id":1,"ctx":"x","msg":"m"}"#,
            r#"{"t":{"$date":"2026-11-26T23:56:19.098+02:00"},"s":"I"}"#,
            "2026-11-26T21:56:19.098+0000 I NETWORK  [listener] connection accepted",
            "2026-11-26 21:56:19.098 UTC [42] LOG:  database system is ready",
            "2026-11-26 16:56:19.098 -05 [42] LOG:  database system is ready",
            "time=2026-11-26T21:56:19.098Z level=INFO msg=x",
        ] {
            assert_eq!(time_of(line), Some(moment), "{line}");
        }
    }

    #[test]
    fn what_stands_deep_in_a_line_or_is_no_moment_is_no_stamp() {
        let deep = format!("{} 2026-11-26T21:56:19Z", "x".repeat(80));
        for line in ["", "goroutine 1 [running]:", "2026-13-77T99:00:00Z x", &deep] {
            assert_eq!(time_of(line), None, "{line}");
        }
    }
}
