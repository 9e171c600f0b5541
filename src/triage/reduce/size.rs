//! The order of texts by which a reduction goes down: no text has endlessly many below it, so it ends.

use std::cmp::Ordering;

/// Fewer bytes that are not blank come first, then fewer bytes, then the order of the bytes. Blanks come second because
/// our own printing adds line ends and indentation that are no part of the program.
pub fn compare(one: &str, other: &str) -> Ordering {
    (ink(one), one.len(), one).cmp(&(ink(other), other.len(), other))
}

/// True if `one` comes before `other`.
pub fn is_smaller(one: &str, other: &str) -> bool {
    compare(one, other) == Ordering::Less
}

/// Bytes that are not blank.
pub fn ink(text: &str) -> usize {
    text.bytes().filter(|byte| !byte.is_ascii_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_counts_first_then_length_then_the_alphabet() {
        assert!(is_smaller("f(\n  a\n)", "f(aa)"));
        assert!(is_smaller("f(a)", "f( a)"));
        assert!(is_smaller("f(0)", "f(a)"));
        assert!(!is_smaller("f(a)", "f(a)"));
    }
}
