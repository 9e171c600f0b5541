//! What a failure shows, in a form that people read and edit: `class: message @ frame < frame < frame`.
//!
//! A failure carries a list of symptoms, its cause first. A *strong* symptom names a place or a reason; a *weak* one
//! ("the connection was lost during find") is what many bugs show. Two failures are one bug if they share a symptom that
//! is strong in at least one of them; a failure with nothing but weak symptoms goes to whoever has its first. In a
//! pattern `*` stands for any text, in the message and in each frame.

use serde::{Deserialize, Serialize};

use super::Class;

/// Longest message kept.
const MESSAGE: usize = 240;
/// Symptoms kept of one failure.
pub(super) const MOST: usize = 20;
const WEAK: &str = "weak ";

/// One symptom; also a pattern for symptoms.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Symptom {
    class: String,
    message: String,
    frames: Vec<String>,
    weak: bool,
}

/// Why a text is no symptom.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is no symptom; write CLASS: MESSAGE, or CLASS: MESSAGE @ FRAME < FRAME")]
pub struct NoSymptom(String);

impl Symptom {
    /// A strong symptom without frames; the message is normalised already.
    pub fn new(class: Class, message: &str) -> Self {
        Self::of_words(class.words(), message)
    }

    fn of_words(class: &str, message: &str) -> Self {
        // One line, and nothing in it that separates.
        let words: Vec<&str> = message.split_whitespace().map(|word| if word == "@" { "at" } else { word }).collect();
        let mut message = words.join(" ");
        message.truncate(message.floor_char_boundary(MESSAGE));
        let message = message.trim_end().to_owned();
        Self { class: class.to_owned(), message, frames: Vec::new(), weak: false }
    }

    /// The same with the functions of a stack, innermost first.
    pub fn with_frames(mut self, frames: Vec<String>) -> Self {
        self.frames = frames;
        self
    }

    /// The same with another message.
    pub(super) fn with_message(&self, message: &str) -> Self {
        Self { weak: self.weak, ..Self::of_words(&self.class, message) }
    }

    /// The same, as something that many bugs show.
    pub fn weak(mut self) -> Self {
        self.weak = true;
        self
    }

    /// The words of its class.
    pub fn class(&self) -> &str {
        &self.class
    }

    /// What was said, without what differs from run to run.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Functions, innermost first.
    pub fn frames(&self) -> &[String] {
        &self.frames
    }

    /// True if many bugs show it.
    pub fn is_weak(&self) -> bool {
        self.weak
    }

    /// True if both are the same thing, however strong.
    pub fn is_same(&self, other: &Self) -> bool {
        self.class == other.class && self.message == other.message && self.frames == other.frames
    }

    /// Takes `self` as a pattern. One without frames covers any; one with frames covers stacks that begin like it.
    pub fn covers(&self, other: &Self) -> bool {
        let begins = || {
            self.frames.len() <= other.frames.len() && self.frames.iter().zip(&other.frames).all(|(p, f)| glob(p, f))
        };
        glob(&self.class, &other.class) && words_glob(&self.message, &other.message) && begins()
    }
}

/// True if two failures with these symptoms are one bug.
pub fn one_bug(one: &[Symptom], other: &[Symptom]) -> bool {
    let shared = |a: &Symptom, b: &Symptom| a.is_same(b) && !(a.is_weak() && b.is_weak());
    one.iter().any(|a| other.iter().any(|b| shared(a, b))) || is_echo(one, other) || is_echo(other, one)
}

/// True for a failure without a strong symptom whose first is among the other's.
fn is_echo(one: &[Symptom], of: &[Symptom]) -> bool {
    let first = one.first().filter(|_| one.iter().all(Symptom::is_weak));
    first.is_some_and(|first| of.iter().any(|symptom| symptom.is_same(first)))
}

/// True if a pattern covers a failure: a weak symptom stands for it only where it is the first of nothing but weak ones.
pub fn covered(pattern: &Symptom, symptoms: &[Symptom]) -> bool {
    let first = symptoms.first().filter(|_| symptoms.iter().all(Symptom::is_weak));
    first.into_iter().chain(symptoms.iter().filter(|symptom| !symptom.is_weak())).any(|symptom| pattern.covers(symptom))
}

/// Adds what is new of `more`; what was weak in one sighting stays weak.
pub fn unite(symptoms: &mut Vec<Symptom>, more: &[Symptom]) {
    for symptom in more {
        if let Some(known) = symptoms.iter_mut().find(|known| known.is_same(symptom)) {
            known.weak |= symptom.weak;
        } else if symptoms.len() < MOST {
            symptoms.push(symptom.clone());
        }
    }
}

/// A `*` between words stands for none as well.
fn words_glob(pattern: &str, text: &str) -> bool {
    let tight = pattern.replace(" *", "*");
    let tight = tight.strip_prefix("* ").map_or(tight.clone(), |rest| format!("*{rest}"));
    glob(pattern, text) || glob(&tight, text)
}

/// `*` stands for any text.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            let Some(at) = rest.find(middle) else { return false };
            rest = &rest[at + middle.len()..];
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

impl std::fmt::Display for Symptom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let weak = if self.weak { WEAK } else { "" };
        write!(f, "{weak}{}: {}", self.class, self.message)?;
        if self.frames.is_empty() { Ok(()) } else { write!(f, " @ {}", self.frames.join(" < ")) }
    }
}

impl std::str::FromStr for Symptom {
    type Err = NoSymptom;

    fn from_str(line: &str) -> Result<Self, NoSymptom> {
        let (weak, text) = line.trim().strip_prefix(WEAK).map_or((false, line.trim()), |rest| (true, rest));
        let (class, rest) = text.split_once(": ").ok_or_else(|| NoSymptom(line.to_owned()))?;
        let (message, frames) = rest.rsplit_once(" @ ").unwrap_or((rest, ""));
        let frames = frames.split(" < ").filter(|frame| !frame.is_empty()).map(str::to_owned).collect();
        if class.trim().is_empty() || message.trim().is_empty() {
            return Err(NoSymptom(line.to_owned()));
        }
        Ok(Self { weak, ..Self::of_words(class.trim(), message).with_frames(frames) })
    }
}

impl From<Symptom> for String {
    fn from(symptom: Symptom) -> Self {
        symptom.to_string()
    }
}

impl TryFrom<String> for Symptom {
    type Error = NoSymptom;

    fn try_from(line: String) -> Result<Self, NoSymptom> {
        line.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symptom(line: &str) -> Symptom {
        line.parse().unwrap()
    }

    fn symptoms(lines: &[&str]) -> Vec<Symptom> {
        lines.iter().map(|line| symptom(line)).collect()
    }

    #[test]
    fn a_line_is_read_as_it_is_written() {
        for line in ["crash: SIGSEGV @ mongo::f < g < h", "weak dropped connection: find", "invariant: a @ b"] {
            assert_eq!(symptom(line).to_string(), line);
        }
        for line in ["", "crash", "crash:", ": x", "crash: "] {
            assert!(line.parse::<Symptom>().is_err(), "{line}");
        }
        assert_eq!(Symptom::new(Class::Crash, "x @ y").message(), "x at y");
    }

    #[test]
    fn a_shared_strong_symptom_makes_one_bug_and_a_shared_weak_one_does_not() {
        let first = symptoms(&["invariant: a", "weak dropped connection: find"]);
        let second = symptoms(&["invariant: b", "weak dropped connection: find"]);
        let echo = symptoms(&["weak dropped connection: find"]);
        assert!(!one_bug(&first, &second));
        assert!(one_bug(&first, &first) && one_bug(&first, &echo) && one_bug(&echo, &second));
        assert!(one_bug(&symptoms(&["crash: x"]), &symptoms(&["invariant: a", "weak crash: x"])));
        let by = |signal: &str| symptoms(&[&format!("weak crash: mongod {signal}"), "weak dropped connection: find"]);
        assert!(!one_bug(&by("SIGSEGV"), &by("SIGABRT")) && one_bug(&by("SIGSEGV"), &echo));
    }

    #[test]
    fn what_was_weak_once_stays_weak() {
        let mut all = symptoms(&["crash: x"]);
        unite(&mut all, &symptoms(&["invariant: a", "weak crash: x"]));
        assert_eq!(all, symptoms(&["weak crash: x", "invariant: a"]));
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, wanted) in [
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("*", "", true),
            ("a*", "ba", false),
            ("*b*d", "abcd", true),
            ("*b*d", "adcb", false),
            ("aa*aa", "aaa", false),
            ("abc", "abcd", false),
        ] {
            assert_eq!(glob(pattern, text), wanted, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_covers_by_the_beginning_of_the_stack() {
        let seen = symptom("crash: SIGSEGV @ f < g < h");
        for pattern in ["crash: *", "crash: * SIGSEGV *", "crash: SIGSEGV @ f", "crash: SIG* @ * < g", "*: SIGSEGV"] {
            assert!(symptom(pattern).covers(&seen), "{pattern}");
        }
        for pattern in ["crash: SIGBUS", "crash: SIGSEGV @ g", "crash: * @ f < g < h < i", "hang: *"] {
            assert!(!symptom(pattern).covers(&seen), "{pattern}");
        }
        let both = symptoms(&["invariant: a", "weak dropped connection: find"]);
        assert!(!covered(&symptom("dropped connection: *"), &both) && covered(&symptom("invariant: *"), &both));
    }
}
