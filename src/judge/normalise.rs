//! Takes out of a message what differs from run to run.

use std::sync::LazyLock;

use regex::Regex;

/// Endings by which a path is one of source code: its file name stays, as it says where the trouble is.
const SOURCES: [&str; 11] = [".cpp", ".cc", ".c", ".h", ".hpp", ".inl", ".ipp", ".rs", ".go", ".java", ".y"];

/// Words after which the name of somebody's collection, index or database comes.
const NAMERS: [&str; 9] = ["ns", "namespace", "collection", "index", "database", "db", "table", "relation", "view"];

/// UUIDs, object ids and other long hexadecimal numbers; numbers of connections and threads.
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    let text = r"(?i)\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]*\d[0-9a-f]{15,}|0x[0-9a-f]+)\b|\b(?:conn|thread-?|worker-?)\d+\b";
    Regex::new(text).expect("the pattern is well formed")
});

/// Takes out of a message what differs from run to run: numbers, addresses, paths, names of collections, and everything
/// quoted or in brackets.
///
/// Digits inside a word stay, as `int32` and `$log10` are names.
pub fn normalise(text: &str) -> String {
    let text = without_values(&NUMBERS.replace_all(text, "~"));
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let named = words.last().is_some_and(|last| names_follow(last, word)) || is_namespace(word);
        words.push(if named { "~".into() } else { without_folder(word) });
    }
    words.join(" ")
}

/// The same for an expression of a program: a name with a dot in it is a member there, not a collection.
pub(super) fn normalise_code(text: &str) -> String {
    without_values(&NUMBERS.replace_all(text, "~"))
}

/// `test.c` and `test.system.views`; but not `x.cpp`, `a.b()` or `java.lang.Integer`.
fn is_namespace(word: &str) -> bool {
    let word = word.trim_end_matches(['.', ',', ':', ';']);
    let lower = |part: &str| {
        let plain = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-$".contains(&byte));
        plain && part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_' || c == '$')
    };
    word.contains('.') && word.split('.').all(lower) && !SOURCES.iter().any(|ending| word.ends_with(ending))
}

/// `ns test.c`, `collection: c`, `index a_1`; but not `index out of bounds`.
fn names_follow(before: &str, word: &str) -> bool {
    let namer = before.trim_end_matches([':', '=']).to_ascii_lowercase();
    let looks_like_a_name = before.ends_with([':', '=']) || word.trim_end_matches(['.', ',']).contains(['.', '_', '$']);
    NAMERS.contains(&namer.as_str()) && looks_like_a_name
}

/// A path of source code becomes its file name, every other absolute path goes.
pub(super) fn without_folder(word: &str) -> String {
    let Some(slash) = word.rfind('/') else { return word.to_owned() };
    let name = &word[slash + 1..];
    let stem = name.split(':').next().unwrap_or(name);
    if SOURCES.iter().any(|ending| stem.ends_with(ending)) {
        return name.to_owned();
    }
    if word.starts_with('/') { "~".to_owned() } else { word.to_owned() }
}

fn without_values(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    let mut previous = ' ';
    while let Some(c) = rest.next() {
        let word_before = previous.is_alphanumeric() || previous == '_' || previous == '$';
        match c {
            '"' | '`' => skip_past(&mut rest, c, &mut out),
            '\'' if !word_before => skip_past(&mut rest, c, &mut out),
            '{' | '[' => skip_nested(&mut rest, c, &mut out),
            c if c.is_ascii_digit() && !word_before => {
                skip_number(&mut rest);
                // The sign belongs to the number.
                if out.ends_with(" -") {
                    out.pop();
                }
                out.push('~');
            }
            c if c.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
        previous = c;
    }
    out.trim().to_owned()
}

fn skip_number(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let mut before = ' ';
    let part = |next: char, before: char| {
        next.is_ascii_alphanumeric() || next == '.' || (matches!(next, '+' | '-') && matches!(before, 'e' | 'E'))
    };
    while let Some(next) = rest.next_if(|&next| part(next, before)) {
        before = next;
    }
}

fn skip_past(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, quote: char, out: &mut String) {
    while rest.next_if(|&next| next != quote).is_some() {}
    rest.next();
    out.push('~');
}

fn skip_nested(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, open: char, out: &mut String) {
    let close = if open == '{' { '}' } else { ']' };
    let mut depth = 1;
    while depth > 0 {
        match rest.next() {
            Some(c) if c == open => depth += 1,
            Some(c) if c == close => depth -= 1,
            Some(_) => {}
            None => break,
        }
    }
    out.push('~');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_addresses_and_names_in_quotes_go() {
        let first = "cannot cast 'a.b' { x: { y: 1 } } at 0x7ffe12 in pid 4711 to int32";
        let second = "cannot cast 'c'  { z: [2] } at 0x1 in pid 3 to int32";
        assert_eq!(normalise(first), "cannot cast ~ ~ at ~ in pid ~ to int32");
        assert_eq!(normalise(first), normalise(second));
    }

    #[test]
    fn a_value_is_one_thing_whatever_its_type() {
        let shown = ["26", "-0", "{ \"a\" : [ 1 ] }", "\"x\"", "1.5e+7"];
        for value in shown {
            assert_eq!(
                normalise(&format!("Sort direction value {value} is not valid")),
                "Sort direction value ~ is not valid"
            );
        }
    }

    #[test]
    fn an_open_quote_at_the_end_is_no_endless_loop() {
        assert_eq!(normalise("it's \"open"), "it's ~");
        assert_eq!(normalise("{ { open"), "~");
    }

    #[test]
    fn names_of_collections_ids_and_paths_go_and_words_stay() {
        assert_eq!(normalise("ns test.c1 not found"), normalise("ns test.other not found"));
        assert_eq!(normalise("collection: a dropped"), "collection: ~ dropped");
        assert_eq!(normalise("index out of bounds"), "index out of bounds");
        assert_eq!(
            normalise("ns not found test.c4: x.cpp of java.lang.Long"),
            "ns not found ~ x.cpp of java.lang.Long"
        );
        assert_eq!(normalise_code("_cursor.pos < 7"), "_cursor.pos < ~");
        assert_eq!(normalise("uuid 5f2c1a9e-0000-4aaa-8bbb-0123456789ab gone"), "uuid ~ gone");
        assert_eq!(normalise("on conn17 of abcdef0123456789abcdef01"), "on ~ of ~");
        assert_eq!(normalise("cannot open /tmp/x/y.wt at /home/me/src/a.cpp:7:3"), "cannot open ~ at a.cpp:~:~");
    }
}
