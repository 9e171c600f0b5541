//! Known failures: a file that lists them with their ticket and the day on which they stop being excused.
//!
//! `docs/known-failures.md` explains the file to users.

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::{Finding, Judgement, Signature, Symptom, Verdict, covered};

/// The entries of a file of known failures.
#[derive(Clone, Debug, Default)]
pub struct Known {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    ticket: String,
    expires: Date,
    patterns: Vec<Pattern>,
}

#[derive(Clone, Debug)]
enum Pattern {
    Symptom(Symptom),
    /// The short name that reports print.
    Name(String),
}

/// Why a finding is excused, or why no more.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, Deserialize)]
pub struct Excuse {
    /// The ticket.
    pub ticket: String,
    /// The last day on which it is excused, as `2027-01-31`.
    pub expires: String,
    /// That day is past.
    pub expired: bool,
}

/// Where a file of known failures is not in its form.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Malformed {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    known: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    ticket: Spanned<String>,
    expires: Spanned<String>,
    signature: Vec<Spanned<String>>,
    /// For people.
    #[serde(default)]
    #[allow(dead_code, reason = "read by people only")]
    note: String,
}

impl Known {
    /// Reads the text of a file of known failures.
    ///
    /// # Errors
    /// Says the line and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
        let table: Table = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            Malformed { line: line(at), reason: error.message().lines().next().unwrap_or_default().to_owned() }
        })?;
        let entries = table.known.into_iter().map(|row| row.entry(&line)).collect::<Result<_, _>>()?;
        Ok(Self { entries })
    }

    /// Marks the failures that are known; those that are still excused on that day are failures no more, and neither is
    /// what nobody can place beside one: a script whose server died ends by an error.
    pub fn apply(&self, judgement: Judgement, today: Date) -> Judgement {
        let mut findings: Vec<Finding> = judgement.findings.into_iter().map(|one| self.mark(one, today)).collect();
        let is_excused = |finding: &Finding| finding.excuse.as_ref().is_some_and(|excuse| !excuse.expired);
        if findings.iter().any(is_excused) {
            let followed = findings.iter_mut().filter(|finding| finding.verdict == Verdict::Unknown);
            followed.for_each(|finding| finding.verdict = Verdict::Expected);
        }
        Judgement::of(findings)
    }

    fn mark(&self, mut finding: Finding, today: Date) -> Finding {
        let matching = || self.entries.iter().filter(|entry| entry.covers(&finding));
        // Of two entries the one that lasts longer counts.
        let entry = matching().max_by_key(|entry| entry.expires).filter(|_| finding.verdict == Verdict::Failure);
        let Some(Entry { ticket, expires, .. }) = entry else { return finding };
        let expired = *expires < today;
        finding.excuse = Some(Excuse { ticket: ticket.clone(), expires: expires.to_string(), expired });
        if expired {
            finding
                .details
                .insert(0, format!("known as {ticket}, excused until {expires}: that is past, so it counts again"));
        } else {
            finding.verdict = Verdict::Expected;
        }
        finding
    }
}

impl Entry {
    fn covers(&self, finding: &Finding) -> bool {
        self.patterns.iter().any(|pattern| match pattern {
            Pattern::Symptom(pattern) => covered(pattern, &finding.symptoms),
            Pattern::Name(name) => {
                let mut names = finding.symptoms.iter().filter(|symptom| !symptom.is_weak()).map(Signature::of);
                finding.signature.as_str() == name || names.any(|one| one.as_str() == name)
            }
        })
    }
}

impl Row {
    fn entry(self, line: &impl Fn(usize) -> usize) -> Result<Entry, Malformed> {
        let wrong = |at: usize, reason: String| Malformed { line: line(at), reason };
        let (at, ticket) = (self.ticket.span().start, self.ticket.into_inner());
        if ticket.trim().is_empty() {
            return Err(wrong(at, "the ticket is empty".into()));
        }
        if self.signature.is_empty() {
            return Err(wrong(at, format!("{ticket} has no signature")));
        }
        let (at, day) = (self.expires.span().start, self.expires.into_inner());
        let expires = day.parse().map_err(|_| wrong(at, format!("'{day}' is no day; write it as \"2027-01-31\"")))?;
        let patterns = self.signature.into_iter().map(|text| {
            let (at, text) = (text.span().start, text.into_inner());
            if Signature::is_one(&text) {
                return Ok(Pattern::Name(text));
            }
            text.parse().map(Pattern::Symptom).map_err(|error: super::NoSymptom| wrong(at, error.to_string()))
        });
        Ok(Entry { ticket, expires, patterns: patterns.collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Class;

    const FILE: &str = "[[known]]\nticket = \"T-1\"\nexpires = \"2027-01-31\"\nsignature = [\"hang: held *\"]\n";

    fn judged(file: &str, day: &str) -> Judgement {
        let hang = Finding::failure(Class::Hang, "held find", "t");
        Known::parse(file).unwrap().apply(Judgement::of(vec![hang]), day.parse().unwrap())
    }

    #[test]
    fn a_known_failure_is_expected_up_to_its_last_day() {
        let last = judged(FILE, "2027-01-31");
        assert_eq!(last.verdict, Verdict::Expected);
        assert_eq!(last.findings[0].excuse.as_ref().unwrap().ticket, "T-1");
        let past = judged(FILE, "2027-02-01");
        assert_eq!(past.verdict, Verdict::Failure);
        assert!(past.findings[0].details[0].contains("that is past"), "{past:?}");
        assert_eq!(judged("", "2027-01-01").findings[0].excuse, None);
    }

    #[test]
    fn a_script_that_lost_its_server_to_a_known_failure_is_expected_too() {
        let hang = Finding::failure(Class::Hang, "held find", "t");
        let error = Finding::other(Verdict::Unknown, "uncaught error");
        let other = Finding::failure(Class::Crash, "x", "x");
        let known = Known::parse(FILE).unwrap();
        let judged = |findings: &[&Finding]| {
            let findings = findings.iter().map(|finding| (*finding).clone()).collect();
            known.apply(Judgement::of(findings), "2027-01-31".parse().unwrap())
        };
        assert_eq!(judged(&[&hang, &error]).verdict, Verdict::Expected);
        assert_eq!(judged(&[&error]).verdict, Verdict::Unknown);
        let both = judged(&[&hang, &other]);
        assert_eq!((both.verdict, both.findings[0].title.as_str()), (Verdict::Failure, "x"));
    }

    #[test]
    fn the_short_name_of_a_report_will_do() {
        let name = Signature::of(&Symptom::new(Class::Hang, "held find"));
        assert_eq!(judged(&FILE.replace("hang: held *", name.as_str()), "2026-01-01").verdict, Verdict::Expected);
    }

    #[test]
    fn the_line_of_a_mistake_is_named() {
        for (wrong, line) in [
            (FILE.replace("2027-01-31", "31.1.2027"), 3),
            (FILE.replace("hang: held *", "hang"), 4),
            (FILE.replace("ticket", "tiket"), 2),
            (FILE.replace("[[known]]", "[[known]"), 1),
            (FILE.replace("[\"hang: held *\"]", "[]"), 2),
            (FILE.replace("T-1", " "), 2),
        ] {
            let error = Known::parse(&wrong).unwrap_err();
            assert_eq!(error.line, line, "{error}");
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }
}
