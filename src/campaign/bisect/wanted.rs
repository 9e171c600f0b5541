//! The failure that has to stay, and those that are met on the way.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::judge::{Class, Finding, Judgement, Signature, Symptom, one_bug};
use crate::triage::reduce::is_smaller;

/// Other failures that are kept, smallest program each.
const MOST_OTHERS: usize = 20;

/// What every candidate has to show.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Of the failure as it was recorded or first seen.
    pub symptoms: Vec<Symptom>,
    /// Its kind.
    pub class: Option<Class>,
    /// One line for people.
    pub title: String,
}

impl Wanted {
    /// This failure.
    pub fn of(finding: &Finding) -> Self {
        Self { symptoms: finding.symptoms.clone(), class: finding.class, title: finding.title.clone() }
    }

    /// True where one reply shows it, whatever comes after.
    pub fn is_in_a_note(&self) -> bool {
        self.class == Some(Class::InternalError)
    }

    /// Its short name.
    pub fn signature(&self) -> String {
        self.symptoms.first().map(|symptom| Signature::of(symptom).to_string()).unwrap_or_default()
    }

    /// Its line.
    pub fn line(&self) -> String {
        self.symptoms.first().map(ToString::to_string).unwrap_or_default()
    }

    /// True if an execution shows it.
    pub fn is_in(&self, judgement: &Judgement) -> bool {
        judgement.failures().any(|finding| one_bug(&finding.symptoms, &self.symptoms))
    }
}

/// A failure that is not the wanted one.
#[derive(Clone, Debug)]
pub struct Other {
    /// One line for people.
    pub title: String,
    /// Its short name.
    pub signature: String,
    /// The smallest program that showed it.
    pub text: String,
}

/// Other failures by signature, from all threads.
#[derive(Debug, Default)]
pub struct Others(Mutex<BTreeMap<String, Other>>);

impl Others {
    /// Keeps what a candidate showed beside the wanted failure, if its program is the smallest so far.
    pub fn meet(&self, judgement: &Judgement, wanted: &Wanted, text: &str) {
        let mut known = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for finding in judgement.failures().filter(|finding| !one_bug(&finding.symptoms, &wanted.symptoms)) {
            let signature = finding.signature.to_string();
            let room = known.len() < MOST_OTHERS;
            match known.get_mut(&signature) {
                Some(other) if is_smaller(text, &other.text) => text.clone_into(&mut other.text),
                None if room => {
                    let other =
                        Other { title: finding.title.clone(), signature: signature.clone(), text: text.to_owned() };
                    known.insert(signature, other);
                }
                _ => {}
            }
        }
    }

    /// All of them, by signature.
    pub fn into_list(self) -> Vec<Other> {
        self.0.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crash(key: &str) -> Finding {
        Finding::failure(Class::Crash, key, format!("crash in {key}"))
    }

    #[test]
    fn only_the_same_bug_is_the_wanted_one() {
        let wanted = Wanted::of(&crash("a"));
        assert!(wanted.is_in(&Judgement::of(vec![crash("b"), crash("a")])));
        assert!(!wanted.is_in(&Judgement::of(vec![crash("b")])));
    }

    #[test]
    fn of_each_other_failure_the_smallest_program_is_kept() {
        let (others, wanted) = (Others::default(), Wanted::of(&crash("a")));
        for text in ["f(1);\nf(2);\n", "f(1);\n", "f(1);\nf(2);\nf(3);\n"] {
            others.meet(&Judgement::of(vec![crash("a"), crash("b")]), &wanted, text);
        }
        let list = others.into_list();
        assert_eq!((list.len(), list[0].title.as_str(), list[0].text.as_str()), (1, "crash in b", "f(1);\n"));
    }
}
