//! The short name of a symptom: what reports print and people copy.

use serde::{Deserialize, Serialize};

use super::Symptom;

/// Hash of a symptom: 16 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signature(String);

/// Goes into the hash, so that a better normalisation never closes an old bug by accident.
const ALGORITHM: &str = "2";

impl Signature {
    /// The short name of what a failure begins with.
    pub fn of(cause: &Symptom) -> Self {
        Self::hash(&[cause.class(), cause.message(), &cause.frames().join(" ")])
    }

    /// The short name of what is no failure.
    pub(super) fn of_other(title: &str) -> Self {
        Self::hash(&["other", &super::normalise(title)])
    }

    fn hash(parts: &[&str]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [ALGORITHM].iter().chain(parts) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Self(hasher.finalize().to_hex()[..16].to_owned())
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for text in the form of a short name.
    pub fn is_one(text: &str) -> bool {
        text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    }
}

impl std::fmt::Display for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Class;

    #[test]
    fn class_words_and_frames_make_the_name_and_strength_does_not() {
        let one = Symptom::new(Class::Crash, "SIGSEGV").with_frames(vec!["a".into()]);
        assert_eq!(Signature::of(&one), Signature::of(&one.clone().weak()));
        assert_ne!(Signature::of(&one), Signature::of(&Symptom::new(Class::Crash, "SIGSEGV")));
        assert_ne!(Signature::of(&one), Signature::of(&Symptom::new(Class::Hang, "SIGSEGV")));
        assert!(Signature::is_one(Signature::of(&one).as_str()));
        assert!(!Signature::is_one("crash: SIGSEGV !") && !Signature::is_one("ABCDEF0123456789"));
    }
}
