//! `$text`: read, then asked of documents.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Indexed;
use super::language::is_english;
use super::words::{Folding, term, words};
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document};

/// Words and phrases of one search; each document is compared with all of them.
const MOST_PARTS: usize = 1_000;

/// A word or a phrase.
#[derive(Clone, Debug, PartialEq)]
struct Part {
    words: Vec<String>,
    negated: bool,
    phrase: bool,
}

/// A `$text` that has not met its index.
#[derive(Clone, Debug)]
pub struct Search {
    parts: Vec<Part>,
    folding: Folding,
    /// English or another language; the index's own if it does not say.
    english: Option<bool>,
}

impl Search {
    /// Reads the argument of `$text`.
    ///
    /// # Errors
    /// 4 without `$search`, 14 for wrong types, 2 for unknown fields, languages and too many words.
    pub fn parse(argument: &Bson) -> Result<Self, CommandError> {
        let bad = |text: String| CommandError::new(code::BAD_VALUE, text);
        let fields = argument.as_document().ok_or_else(|| bad("$text expects an object".to_owned()))?;
        let known = ["$search", "$language", "$caseSensitive", "$diacriticSensitive"];
        if let Some(unknown) = fields.keys().find(|key| !known.contains(key)) {
            return Err(bad(format!("extra fields in $text: {unknown}")));
        }
        let missing = || CommandError::new(code::NO_SUCH_KEY, "$text needs a $search");
        let folding = Folding {
            case_sensitive: flag(fields, "$caseSensitive")?,
            diacritic_sensitive: flag(fields, "$diacriticSensitive")?,
        };
        let english = text(fields, "$language")?.map(|name| {
            is_english(name).ok_or_else(|| bad(format!("unsupported language: \"{name}\" for text index version 3")))
        });
        let parts = split(text(fields, "$search")?.ok_or_else(missing)?, folding);
        if parts.iter().map(|part| part.words.len()).sum::<usize>() > MOST_PARTS {
            return Err(bad(format!("a $search has at most {MOST_PARTS} words on this server")));
        }
        Ok(Self { parts, folding, english: english.transpose()? })
    }

    /// The same over an index's fields.
    pub fn over(&self, indexed: &Arc<Indexed>) -> TextQuery {
        let english = self.english.unwrap_or(indexed.english);
        let terms = |negated: bool, phrases: bool| {
            let parts = self.parts.iter().filter(move |part| part.negated == negated && (phrases || !part.phrase));
            parts.flat_map(|part| &part.words).filter_map(|word| term(word, english)).collect::<Vec<_>>()
        };
        let phrases = |negated: bool| {
            let parts = self.parts.iter().filter(move |part| part.phrase && part.negated == negated);
            parts.map(|part| part.words.clone()).collect::<Vec<_>>()
        };
        TextQuery {
            terms: terms(false, true).into_iter().collect(),
            without: terms(true, false).into_iter().collect(),
            phrases: phrases(false),
            without_phrases: phrases(true),
            folding: self.folding,
            indexed: Arc::clone(indexed),
        }
    }
}

fn text<'a>(fields: &'a Document, name: &str) -> Result<Option<&'a str>, CommandError> {
    match fields.get(name) {
        None => Ok(None),
        Some(Bson::String(text)) => Ok(Some(text)),
        Some(other) => Err(wrong_type(name, other, "string")),
    }
}

fn flag(fields: &Document, name: &str) -> Result<bool, CommandError> {
    match fields.get(name) {
        None => Ok(false),
        Some(Bson::Boolean(flag)) => Ok(*flag),
        Some(other) => Err(wrong_type(name, other, "bool")),
    }
}

fn wrong_type(name: &str, value: &Bson, wanted: &str) -> CommandError {
    let text = format!("\"{name}\" had the wrong type. Expected {wanted}, found {}", value.type_name());
    CommandError::new(code::TYPE_MISMATCH, text)
}

/// Takes a search apart: every second stretch between quotation marks is a phrase, `-` before a word or phrase negates.
fn split(search: &str, folding: Folding) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut negated = false;
    for (at, stretch) in search.split('"').enumerate() {
        if at % 2 == 1 {
            let words: Vec<String> = words(stretch, folding).collect();
            parts.extend((!words.is_empty()).then_some(Part { words, negated, phrase: true }));
            continue;
        }
        for piece in stretch.split_whitespace() {
            let negated = piece.starts_with('-');
            parts.extend(words(piece, folding).map(|word| Part { words: vec![word], negated, phrase: false }));
        }
        negated = stretch.ends_with('-') && !stretch.trim_end_matches('-').ends_with(char::is_alphanumeric);
    }
    parts
}

/// A search over the fields of an index.
#[derive(Clone, Debug)]
pub struct TextQuery {
    terms: BTreeSet<String>,
    without: BTreeSet<String>,
    phrases: Vec<Vec<String>>,
    without_phrases: Vec<Vec<String>>,
    folding: Folding,
    indexed: Arc<Indexed>,
}

/// How often a term was met in one field: its count, and a sum in which each repetition weighs half as much.
#[derive(Clone, Copy, Default)]
struct Tally {
    count: u32,
    frequency: f64,
}

impl TextQuery {
    /// The document's score if it has one of the words, all the phrases and nothing that is negated.
    pub fn score(&self, document: &Document) -> Option<f64> {
        let english = self.indexed.is_english(document).unwrap_or(self.indexed.english);
        let mut phrases: Vec<&[String]> = self.phrases.iter().map(Vec::as_slice).collect();
        let mut score = 0.0;
        for (text, weight) in self.indexed.texts(document) {
            let words: Vec<String> = words(text, self.folding).collect();
            if self.without_phrases.iter().any(|phrase| contains(&words, phrase)) {
                return None;
            }
            phrases.retain(|phrase| !contains(&words, phrase));
            score += weight * self.score_of(&words, english)?;
        }
        (score > 0.0 && phrases.is_empty()).then_some(score)
    }

    /// One field's share before its weight; `None` where it has a negated word.
    fn score_of(&self, words: &[String], english: bool) -> Option<f64> {
        let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
        let mut length = 0_u32;
        for word in words.iter().filter_map(|word| term(word, english)) {
            if self.without.contains(&word) {
                return None;
            }
            length = length.saturating_add(1);
            if self.terms.contains(&word) {
                let tally = tallies.entry(word).or_default();
                tally.frequency += 0.5_f64.powi(tally.count.min(64) as i32);
                tally.count = tally.count.saturating_add(1);
            }
        }
        let share = |tally: &Tally| tally.frequency * (0.5 * f64::from(tally.count) / f64::from(length.max(1)) + 0.5);
        // A field that is the word and nothing else is a little better than its share.
        let alone = if length == 1 { 1.1 } else { 1.0 };
        Some(tallies.values().map(share).sum::<f64>() * alone)
    }
}

fn contains(words: &[String], phrase: &[String]) -> bool {
    !phrase.is_empty() && words.windows(phrase.len()).any(|stretch| stretch == phrase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bson, doc};
    use proptest::prelude::*;

    fn score_with(argument: Document, weights: Document, document: Document) -> Option<f64> {
        let indexed = Arc::new(Indexed::parse(&doc! { "weights": weights }).unwrap());
        Search::parse(&argument.into()).unwrap().over(&indexed).score(&document)
    }

    fn score(search: &str, text: &str) -> Option<f64> {
        score_with(doc! { "$search": search }, doc! { "t": 1 }, doc! { "t": text })
    }

    #[test]
    fn one_of_the_words_is_enough() {
        assert_eq!(score("coffee", "Coffee Shopping"), Some(0.75));
        assert_eq!(score("coffee", "coffee"), Some(1.1));
        assert!(score("tea coffee", "coffee shopping").is_some());
        assert_eq!(score("tea", "coffee shopping"), None);
        assert_eq!(score("the", "the coffee"), None);
        assert_eq!(score("", "coffee"), None);
    }

    #[test]
    fn a_phrase_must_stand_word_for_word() {
        assert!(score("\"coffee shop\"", "a coffee shop here").is_some());
        assert_eq!(score("\"coffee shop\"", "shop for coffee"), None);
        assert_eq!(score("\"coffee shop\" cake", "cake"), None);
        assert_eq!(score("\"coffee shop\"", "coffee shops"), None);
    }

    #[test]
    fn a_negated_word_or_phrase_excludes() {
        assert_eq!(score("coffee -cake", "coffee and cakes"), None);
        assert!(score("coffee -cake", "coffee").is_some());
        assert_eq!(score("coffee -\"hot cake\"", "coffee, hot cake"), None);
        assert!(score("coffee -\"hot cake\"", "hot coffee, cold cake").is_some());
        assert_eq!(score("-cake", "coffee"), None);
        assert!(score("take-away", "away").is_some());
    }

    #[test]
    fn case_and_marks_count_when_asked() {
        let ask = |argument: Document| score_with(argument, doc! { "t": 1 }, doc! { "t": "Café" }).is_some();
        assert!(ask(doc! { "$search": "CAFE" }));
        assert!(!ask(doc! { "$search": "CAFE", "$caseSensitive": true }));
        assert!(!ask(doc! { "$search": "cafe", "$diacriticSensitive": true }));
        assert!(ask(doc! { "$search": "Café", "$caseSensitive": true, "$diacriticSensitive": true }));
    }

    #[test]
    fn weights_multiply_and_more_matches_score_higher() {
        let one = score_with(doc! { "$search": "x" }, doc! { "a": 1, "b": 5 }, doc! { "a": "x y" }).unwrap();
        let five = score_with(doc! { "$search": "x" }, doc! { "a": 1, "b": 5 }, doc! { "b": "x y" }).unwrap();
        assert_eq!(five, one * 5.0);
        assert!(score("x", "x x y").unwrap() > score("x", "x y z").unwrap());
    }

    #[test]
    fn wrong_arguments_are_errors_of_a_client() {
        let code = |argument: Bson| Search::parse(&argument).unwrap_err().code;
        assert_eq!(code(bson!("x")), 2);
        assert_eq!(code(bson!({})), 4);
        assert_eq!(code(bson!({ "$search": 1 })), 14);
        assert_eq!(code(bson!({ "$search": "x", "$language": "klingon" })), 2);
        assert_eq!(code(bson!({ "$search": "x", "$caseSensitive": 1 })), 14);
        assert_eq!(code(bson!({ "$search": "x", "more": 1 })), 2);
        assert_eq!(code(bson!({ "$search": ("x ".repeat(2_000)) })), 2);
    }

    proptest! {
        #[test]
        fn any_search_has_an_answer(search in ".{0,40}", text in ".{0,40}", case_sensitive in any::<bool>()) {
            let argument = doc! { "$search": search, "$caseSensitive": case_sensitive };
            let score = score_with(argument, doc! { "$**": 1 }, doc! { "t": text });
            prop_assert!(score.is_none_or(|score| score.is_finite() && score > 0.0));
        }
    }
}
