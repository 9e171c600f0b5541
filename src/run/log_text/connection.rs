//! Over which connection a log's line came about.

use std::sync::LazyLock;

use regex::Regex;

use super::entry::pattern;

/// `"ctx":"conn12"` of a JSON line, `[conn12]` of a text line; in front of everything that users write.
static CONTEXT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"^(?:\{[^{}]*\{[^{}]*\}[^{}]*"ctx":"|\d{4}-\d\d-\d\dT\S+ [FEWID]\d? +\S+ +\[)conn(\d+)["\]]"#)
});

/// The server's number of the connection whose thread wrote the line.
pub fn connection_of(line: &str) -> Option<i64> {
    CONTEXT.captures(line)?[1].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_of_a_connection_is_told_and_what_users_write_is_not() {
        let json = r#"{"t":{"$date":"2026-11-26T21:56:19Z"},"s":"I","c":"COMMAND","id":51803,"ctx":"conn12","msg":"Slow query"}"#;
        assert_eq!(connection_of(json), Some(12));
        assert_eq!(connection_of("2019-05-01T10:00:00.000+0000 I COMMAND  [conn7] command d.c"), Some(7));
        for line in [
            r#"{"t":{"$date":"2026-11-26T21:56:19Z"},"s":"I","c":"-","id":1,"ctx":"main","msg":"m","attr":{"ctx":"conn1"}}"#,
            "2019-05-01T10:00:00.000+0000 I NETWORK  [listener] end [conn7]",
            "[conn7]",
        ] {
            assert_eq!(connection_of(line), None, "{line}");
        }
    }
}
