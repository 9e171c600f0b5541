//! `{name}` in the texts of `servers.toml`: which there are, and values put in for them.

use std::collections::BTreeMap;

/// All but `{port:NAME}`, the port of an earlier process.
pub(super) const PLACEHOLDERS: [&str; 9] =
    ["self", "home", "dir", "dbpath", "log", "port", "bugs", "program", "router"];

/// A sentence on the first placeholder that does not exist. Braces around anything but letters are text.
pub(super) fn unknown_in(text: &str) -> Option<String> {
    let looks_so = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
    let unknown = names(text).filter(looks_so).find(|name| !PLACEHOLDERS.contains(name))?;
    Some(format!(
        "there is no placeholder {{{unknown}}}; there are {{{}}} and {{port:NAME}}",
        PLACEHOLDERS.join("}, {")
    ))
}

/// The processes whose ports a text asks for.
pub(super) fn ports_of(text: &str) -> impl Iterator<Item = &str> {
    names(text).filter_map(|name| name.strip_prefix("port:"))
}

/// What stands between an opening brace and the next closing one.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|after| Some(after.split_once('}')?.0))
}

/// Puts values in for `{name}`; what is put in is not looked at again.
pub(super) fn expand(text: &str, fill: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}').and_then(|(name, tail)| Some((fill.get(name)?, tail))) {
            Some((value, tail)) => {
                out.push_str(value);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once_and_other_braces_stay() {
        let fill = BTreeMap::from([("port".to_owned(), "1".to_owned()), ("dir".to_owned(), "/{port}".to_owned())]);
        assert_eq!(expand("--port={port} {dir} {a: 1} {", &fill), "--port=1 /{port} {a: 1} {");
    }

    #[test]
    fn a_mistyped_placeholder_is_named_and_other_braces_are_none() {
        assert!(unknown_in("--port={prot}").unwrap().starts_with("there is no placeholder {prot}; there are {self}, "));
        for text in ["{port}", "{port:postgres}", "{a: 1}", "{}", "{\"x\":1}", "{PORT}", "{"] {
            assert_eq!(unknown_in(text), None, "{text}");
        }
        assert_eq!(ports_of("{port} {port:a} {port:b}").collect::<Vec<_>>(), ["a", "b"]);
    }
}
