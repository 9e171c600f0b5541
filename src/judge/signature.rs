//! The identity under which failures are one bug.

use serde::{Deserialize, Serialize};

/// Hash of class and normalised key: 16 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signature(String);

/// Goes into the hash, so that a better normalisation never closes an old bug by accident.
const ALGORITHM: &str = "1";

impl Signature {
    /// The signature of a failure of that class.
    pub fn new(class: &str, key: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [ALGORITHM, class, &normalise(key)] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Self(hasher.finalize().to_hex()[..16].to_owned())
    }
}

impl std::fmt::Display for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Takes out of a message what differs from run to run: numbers, addresses, and everything quoted or in brackets.
///
/// Digits inside a word stay, as `int32` and `$log10` are names.
pub fn normalise(text: &str) -> String {
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
    fn values_addresses_and_names_in_quotes_do_not_change_a_signature() {
        let first = "cannot cast 'a.b' { x: { y: 1 } } at 0x7ffe12 in pid 4711 to int32";
        let second = "cannot cast 'c'  { z: [2] } at 0x1 in pid 3 to int32";
        assert_eq!(normalise(first), "cannot cast ~ ~ at ~ in pid ~ to int32");
        assert_eq!(Signature::new("crash", first), Signature::new("crash", second));
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
    fn class_and_words_do_change_it() {
        assert_ne!(Signature::new("crash", "a"), Signature::new("hang", "a"));
        assert_ne!(Signature::new("crash", "cannot cast"), Signature::new("crash", "cannot find"));
    }

    #[test]
    fn an_open_quote_at_the_end_is_no_endless_loop() {
        assert_eq!(normalise("it's \"open"), "it's ~");
        assert_eq!(normalise("{ { open"), "~");
    }
}
