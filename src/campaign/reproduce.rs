//! The line to copy that shows a failure again.

use camino::Utf8PathBuf;

use super::RunOptions;

/// `fuzz run FILE...` with the words that matter: server, bugs, hang threshold.
pub fn reproduce(options: &RunOptions, files: &[Utf8PathBuf]) -> String {
    let program = std::env::args().next().unwrap_or_else(|| "fuzz".into());
    let mut words = vec![program, "run".into()];
    words.extend(files.iter().map(ToString::to_string));
    words.extend(options.words());
    line(&words)
}

/// Words as one line for a shell.
pub fn line(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_with_blanks_and_quotes_survive_a_shell() {
        assert_eq!(quoted("/a/b.js"), "/a/b.js");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
