//! Values that users type: durations and sizes.

use std::time::Duration;

/// Reads `250ms`, `30s`, `10m`, `2h`; whole numbers only.
///
/// # Errors
/// One sentence that shows the accepted forms.
pub fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let wrong = || format!("'{text}' is no duration; write 250ms, 30s, 10m or 2h");
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    number.checked_mul(millis).map(Duration::from_millis).ok_or_else(wrong)
}

/// Reads `4096`, `64KiB`, `256MiB`, `2GiB` as bytes.
///
/// # Errors
/// One sentence that shows the accepted forms.
pub fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let wrong = || format!("'{text}' is no size; write 4096, 64KiB, 256MiB or 2GiB");
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let shift = match unit {
        "" | "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return Err(wrong()),
    };
    number.checked_mul(1 << shift).ok_or_else(wrong)
}

/// A duration as people write it: `850 ms`, `12.3 s`, `4 min 05 s`.
pub fn readable(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        _ => format!("{} min {:02} s", millis / 60_000, millis % 60_000 / 1_000),
    }
}

/// A duration as a flag takes it, so that a printed command can be typed again.
pub fn as_flag(duration: Duration) -> String {
    match duration.as_millis() {
        millis if millis % 1_000 == 0 => format!("{}s", millis / 1_000),
        millis => format!("{millis}ms"),
    }
}

fn split(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn units_are_required_for_durations_and_optional_for_sizes() {
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7200)));
        assert!(duration("30").unwrap_err().contains("30s"));
        assert!(duration("99999999999999999999s").is_err());
        assert_eq!(size("4096"), Ok(4096));
        assert_eq!(size("256MiB"), Ok(256 << 20));
        assert!(size("1TB").is_err());
    }

    #[test]
    fn times_are_printed_with_their_unit() {
        assert_eq!(readable(Duration::from_millis(85)), "85 ms");
        assert_eq!(readable(Duration::from_millis(12_345)), "12.3 s");
        assert_eq!(readable(Duration::from_secs(245)), "4 min 05 s");
    }

    proptest! {
        #[test]
        fn a_printed_flag_is_read_back(millis in 0_u64..100_000_000) {
            prop_assert_eq!(duration(&as_flag(Duration::from_millis(millis))), Ok(Duration::from_millis(millis)));
        }
    }
}
