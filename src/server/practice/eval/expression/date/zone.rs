//! Time zones by Olson name and by distance from UTC.

use std::sync::LazyLock;

use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// The zones inside the executable: results must not hang on the machine's own files.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// `Europe/Berlin`, `UTC`, `+02`, `-0530`, `+05:45`; UTC where none is given and nothing for null.
pub fn zone(value: Option<&Bson>) -> Result<Option<TimeZone>, CommandError> {
    match value {
        None | Some(Bson::Undefined) => Ok(Some(TimeZone::UTC)),
        Some(Bson::Null) => Ok(None),
        Some(Bson::String(name)) => named(name).map(Some).ok_or_else(|| {
            CommandError::new(40485, format!("unrecognized time zone identifier: \"{}\"", shortened(name)))
        }),
        Some(other) => {
            Err(CommandError::new(40517, format!("timezone must evaluate to a string, found {}", other.type_name())))
        }
    }
}

/// The zone of that name.
pub fn named(name: &str) -> Option<TimeZone> {
    match name {
        "UTC" | "GMT" | "Z" => Some(TimeZone::UTC),
        _ if name.starts_with(['+', '-']) => offset(name).map(TimeZone::fixed),
        _ => ZONES.get(name).ok(),
    }
}

/// Sign, two digits of hours and, with or without a colon, two of minutes.
fn offset(text: &str) -> Option<Offset> {
    let (sign, digits) = text.split_at_checked(1)?;
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
    let number = |digits: &str| {
        let fits = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| digits.parse::<i32>().ok()).flatten()
    };
    let minutes = if digits.len() == 2 { 0 } else { number(minutes)? };
    let seconds = number(hours)? * 3600 + minutes * 60;
    Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()
}

fn shortened(name: &str) -> String {
    name.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn olson_names_come_from_the_executable_and_not_from_the_machine() {
        for name in ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Etc/GMT+5"] {
            assert!(named(name).is_some(), "{name}");
        }
        assert!(named("Mars/Olympus").is_none());
    }

    #[test]
    fn distances_have_a_sign_and_two_or_four_digits() {
        let seconds = |text: &str| offset(text).map(|offset| offset.seconds());
        assert_eq!(seconds("-03:30"), Some(-12_600));
        assert_eq!(seconds("+0545"), Some(20_700));
        assert_eq!(seconds("+02"), Some(7_200));
        for wrong in ["+", "+2", "+02:", "+02:3", "+020", "+aa", "+ü1", "-99:99", "+02:300"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
