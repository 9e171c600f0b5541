//! `$pop`, `$pull`, `$pullAll`.

use super::{Action, Change, Target, ValueMatcher};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::query::Matcher;
use crate::server::practice::render;
use crate::wire::bson::{Bson, compare};

#[derive(Debug)]
struct Pop {
    first: bool,
}

#[derive(Debug)]
enum Pull {
    /// Elements equal to one of these.
    Equal(Vec<Bson>),
    /// Elements, or documents among them, that match.
    Values(ValueMatcher),
    /// Documents that match as a filter would.
    Documents(Matcher),
}

pub fn pop(path: &str, argument: &Bson) -> Result<Box<dyn Action>, CommandError> {
    match argument.as_f64() {
        Some(-1.0) => Ok(Box::new(Pop { first: true })),
        Some(1.0) => Ok(Box::new(Pop { first: false })),
        Some(_) => {
            let text = format!("$pop expects 1 or -1, found: {}", render::value(argument));
            Err(CommandError::new(code::FAILED_TO_PARSE, text))
        }
        None => {
            let text = format!("Expected a number in: {path}: {}", render::value(argument));
            Err(CommandError::new(code::FAILED_TO_PARSE, text))
        }
    }
}

pub fn pull(_: &str, argument: &Bson) -> Result<Box<dyn Action>, CommandError> {
    Ok(Box::new(match argument {
        Bson::Document(condition) if condition.keys().next().is_some_and(|key| key.starts_with('$')) => {
            Pull::Values(ValueMatcher::parse(argument)?)
        }
        Bson::Document(condition) => Pull::Documents(Matcher::parse(condition)?),
        Bson::Regex { .. } => Pull::Values(ValueMatcher::parse(argument)?),
        value => Pull::Equal(vec![value.clone()]),
    }))
}

pub fn pull_all(_: &str, argument: &Bson) -> Result<Box<dyn Action>, CommandError> {
    match argument {
        Bson::Array(values) => {
            let mut values = values.clone();
            values.sort_by(compare);
            Ok(Box::new(Pull::Equal(values)))
        }
        other => {
            let text = format!("$pullAll requires an array argument but was given a {}", other.type_name());
            Err(CommandError::new(code::BAD_VALUE, text))
        }
    }
}

impl Action for Pop {
    fn apply(&self, current: Option<&Bson>, target: &Target<'_>) -> Result<Change, CommandError> {
        match current {
            None => Ok(Change::Keep),
            Some(Bson::Array(items)) if items.is_empty() => Ok(Change::Keep),
            Some(Bson::Array(items)) => {
                let kept = if self.first { &items[1..] } else { &items[..items.len() - 1] };
                Ok(Change::Set(Bson::Array(kept.to_vec())))
            }
            Some(other) => {
                let (path, kind) = (target.path, other.type_name());
                let text = format!("Path '{path}' contains an element of non-array type '{kind}'");
                Err(CommandError::new(code::TYPE_MISMATCH, text))
            }
        }
    }
}

impl Action for Pull {
    fn apply(&self, current: Option<&Bson>, _: &Target<'_>) -> Result<Change, CommandError> {
        match current {
            None => Ok(Change::Keep),
            Some(Bson::Array(items)) => {
                let kept: Vec<Bson> = items.iter().filter(|item| !self.takes(item)).cloned().collect();
                Ok(if kept.len() == items.len() { Change::Keep } else { Change::Set(Bson::Array(kept)) })
            }
            Some(_) => Err(CommandError::new(code::BAD_VALUE, "Cannot apply $pull to a non-array value")),
        }
    }
}

impl Pull {
    fn takes(&self, item: &Bson) -> bool {
        match self {
            Self::Equal(values) => values.binary_search_by(|value| compare(value, item)).is_ok(),
            Self::Values(matcher) => matcher.matches(item),
            Self::Documents(matcher) => item.as_document().is_some_and(|document| matcher.matches(document)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bson, doc};

    fn applied(action: &dyn Action, current: Bson) -> Result<Change, i32> {
        let document = doc! {};
        let target = Target { path: "a", document: &document, inserting: false };
        action.apply(Some(&current), &target).map_err(|error| error.code)
    }

    #[test]
    fn one_element_is_popped_at_either_end() {
        let popped = |way: Bson, current| applied(pop("a", &way).unwrap().as_ref(), current);
        assert_eq!(popped(bson!(1), bson!([1, 2])), Ok(Change::Set(bson!([1]))));
        assert_eq!(popped(bson!(-1.0), bson!([1, 2])), Ok(Change::Set(bson!([2]))));
        assert_eq!(popped(bson!(1), bson!([])), Ok(Change::Keep));
        assert_eq!(popped(bson!(1), bson!("x")), Err(14));
        assert_eq!(pop("a", &bson!(2)).unwrap_err().code, 9);
    }

    #[test]
    fn equal_elements_and_matching_documents_are_pulled() {
        let action = pull("a", &bson!(1.0)).unwrap();
        assert_eq!(applied(action.as_ref(), bson!([1, 2, 1])), Ok(Change::Set(bson!([2]))));
        let action = pull("a", &bson!({ "b": 1 })).unwrap();
        assert_eq!(applied(action.as_ref(), bson!([{ "b": 1, "c": 2 }, 1])), Ok(Change::Set(bson!([1]))));
        let action = pull_all("a", &bson!([3, 1])).unwrap();
        assert_eq!(applied(action.as_ref(), bson!([1, 2, 3])), Ok(Change::Set(bson!([2]))));
        assert_eq!(pull_all("a", &bson!(1)).unwrap_err().code, 2);
    }
}
