//! `$set`, `$setOnInsert`, `$unset`, `$currentDate`.

use super::{Action, Change, Target};
use crate::server::practice::commands::{now, timestamp_now};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::render;
use crate::wire::bson::Bson;

#[derive(Debug)]
struct Set(Bson);

#[derive(Debug)]
struct SetOnInsert(Bson);

#[derive(Debug)]
struct Unset;

#[derive(Debug)]
struct CurrentDate {
    timestamp: bool,
}

pub fn set(_: &str, argument: &Bson) -> Result<Box<dyn Action>, CommandError> {
    Ok(Box::new(Set(argument.clone())))
}

pub fn set_on_insert(_: &str, argument: &Bson) -> Result<Box<dyn Action>, CommandError> {
    Ok(Box::new(SetOnInsert(argument.clone())))
}

pub fn unset(_: &str, _: &Bson) -> Result<Box<dyn Action>, CommandError> {
    Ok(Box::new(Unset))
}

pub fn current_date(path: &str, argument: &Bson) -> Result<Box<dyn Action>, CommandError> {
    let kind = match argument {
        Bson::Boolean(_) => Some("date"),
        Bson::Document(options) if options.len() == 1 => options.get_str("$type"),
        Bson::Document(_) => None,
        other => {
            let text = format!(
                "{} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({{$type: 'timestamp/date'}}).",
                other.type_name()
            );
            return Err(CommandError::new(code::BAD_VALUE, text));
        }
    };
    match kind {
        Some("date") => Ok(Box::new(CurrentDate { timestamp: false })),
        Some("timestamp") => Ok(Box::new(CurrentDate { timestamp: true })),
        _ => {
            let text = format!(
                "The '$type' string field is required to be 'date' or 'timestamp': {{{path}: {}}}",
                render::value(argument)
            );
            Err(CommandError::new(code::BAD_VALUE, text))
        }
    }
}

impl Action for Set {
    fn apply(&self, _: Option<&Bson>, _: &Target<'_>) -> Result<Change, CommandError> {
        Ok(Change::Set(self.0.clone()))
    }
}

impl Action for SetOnInsert {
    fn apply(&self, _: Option<&Bson>, target: &Target<'_>) -> Result<Change, CommandError> {
        Ok(if target.inserting { Change::Set(self.0.clone()) } else { Change::Keep })
    }
}

impl Action for Unset {
    fn apply(&self, current: Option<&Bson>, _: &Target<'_>) -> Result<Change, CommandError> {
        Ok(if current.is_some() { Change::Remove } else { Change::Keep })
    }
}

impl Action for CurrentDate {
    fn apply(&self, _: Option<&Bson>, _: &Target<'_>) -> Result<Change, CommandError> {
        Ok(Change::Set(if self.timestamp { timestamp_now() } else { now() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bson;

    #[test]
    fn a_current_date_has_the_type_asked_for() {
        let document = crate::doc! {};
        let target = Target { path: "a", document: &document, inserting: false };
        let made = |argument: Bson| current_date("a", &argument).unwrap().apply(None, &target).unwrap();
        assert!(matches!(made(bson!(true)), Change::Set(Bson::DateTime(_))));
        assert!(matches!(made(bson!({ "$type": "timestamp" })), Change::Set(Bson::Timestamp(_))));
        assert_eq!(current_date("a", &bson!({ "$type": "clock" })).unwrap_err().code, 2);
        assert_eq!(current_date("a", &bson!(1)).unwrap_err().code, 2);
    }
}
