//! `$bit`.

use super::{Action, Change, Target};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::render;
use crate::wire::bson::Bson;

#[derive(Debug)]
struct Bit(Vec<(Operation, Bson)>);

#[derive(Clone, Copy, Debug)]
enum Operation {
    And,
    Or,
    Xor,
}

pub fn bit(path: &str, argument: &Bson) -> Result<Box<dyn Action>, CommandError> {
    let wrong = |text: String| CommandError::new(code::BAD_VALUE, text);
    let Some(operations) = argument.as_document() else {
        let shown = render::value(argument);
        return Err(wrong(format!(
            "The $bit modifier is not compatible with a {}. You must pass in an embedded document: {{$bit: {{field: {{and/or/xor: #}}}}, not {{{path}: {shown}}}",
            argument.type_name()
        )));
    };
    if operations.is_empty() {
        return Err(wrong(format!(
            "You must pass in at least one bitwise operation. The format is: {{$bit: {{field: {{and/or/xor: #}}}}, not {{{path}: {{}}}}"
        )));
    }
    let list = operations.iter().map(|(name, mask)| {
        let operation = match name {
            "and" => Operation::And,
            "or" => Operation::Or,
            "xor" => Operation::Xor,
            _ => {
                let shown = render::value(mask);
                return Err(wrong(format!("The $bit modifier only supports 'and', 'or', and 'xor', not '{name}' which is an unknown operator: {{{name}: {shown}}}")));
            }
        };
        match mask {
            Bson::Int32(_) | Bson::Int64(_) => Ok((operation, mask.clone())),
            other => {
                let (kind, shown) = (other.type_name(), render::value(other));
                Err(wrong(format!("The $bit modifier field must be an Integer(32/64 bit); a '{kind}' is not supported here: {{{name}: {shown}}}")))
            }
        }
    });
    Ok(Box::new(Bit(list.collect::<Result<_, _>>()?)))
}

impl Action for Bit {
    fn apply(&self, current: Option<&Bson>, target: &Target<'_>) -> Result<Change, CommandError> {
        let mut value = match current {
            None => Bson::Int32(0),
            Some(value @ (Bson::Int32(_) | Bson::Int64(_))) => value.clone(),
            Some(other) => {
                let id = render::value(target.document.get("_id").unwrap_or(&Bson::Null));
                let text = format!(
                    "Cannot apply $bit to a value of non-integral type._id: {id} has the field {} of non-integer type {}",
                    target.path,
                    other.type_name()
                );
                return Err(CommandError::new(code::BAD_VALUE, text));
            }
        };
        for (operation, mask) in &self.0 {
            let (a, b) = (value.as_i64().unwrap_or(0), mask.as_i64().unwrap_or(0));
            let result = match operation {
                Operation::And => a & b,
                Operation::Or => a | b,
                Operation::Xor => a ^ b,
            };
            value = match (&value, mask) {
                (Bson::Int32(_), Bson::Int32(_)) => Bson::Int32(result as i32),
                _ => Bson::Int64(result),
            };
        }
        Ok(Change::Set(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bson, doc};

    #[test]
    fn integers_only() {
        let document = doc! {};
        let target = Target { path: "a", document: &document, inserting: false };
        let action = bit("a", &bson!({ "and": 6, "xor": 1 })).unwrap();
        assert_eq!(action.apply(Some(&bson!(12)), &target), Ok(Change::Set(bson!(5))));
        assert_eq!(action.apply(Some(&bson!(1.0)), &target).unwrap_err().code, 2);
        assert_eq!(bit("a", &bson!({ "and": 1.0 })).unwrap_err().code, 2);
        assert_eq!(bit("a", &bson!({ "not": 1 })).unwrap_err().code, 2);
        assert_eq!(bit("a", &bson!({})).unwrap_err().code, 2);
    }
}
