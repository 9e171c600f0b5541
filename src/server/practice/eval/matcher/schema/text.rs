//! What a schema says about texts.

use regex::Regex;

use super::super::compile;
use super::parse::{Keyword, Parsed, mismatch};

/// One keyword about texts; lengths are in code points.
#[derive(Debug)]
pub enum TextRule {
    /// `minLength`
    Least(usize),
    /// `maxLength`
    Most(usize),
    /// `pattern`, which may match anywhere.
    Pattern(Regex),
}

impl TextRule {
    /// Reads the keyword if it is one of these.
    pub fn parse(keyword: &Keyword<'_>) -> Parsed<Option<Self>> {
        Ok(Some(match keyword.name {
            "minLength" => Self::Least(keyword.size()?),
            "maxLength" => Self::Most(keyword.size()?),
            "pattern" => {
                let pattern = keyword.value.as_str().ok_or_else(|| mismatch(keyword.name, "a string"))?;
                Self::Pattern(compile(pattern, "")?)
            }
            _ => return Ok(None),
        }))
    }

    /// True where a text keeps to it.
    pub fn holds(&self, text: &str) -> bool {
        match self {
            Self::Least(length) => text.chars().count() >= *length,
            Self::Most(length) => text.chars().count() <= *length,
            Self::Pattern(regex) => regex.is_match(text),
        }
    }
}
