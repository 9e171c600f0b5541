//! From type to type.

use super::{Outcome, is_nullish, is_true};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::update::decimal;
use crate::wire::bson::{Bson, Decimal128};

fn failed(text: impl Into<String>) -> CommandError {
    CommandError::new(code::CONVERSION_FAILURE, text)
}

pub fn type_of(values: &[Bson]) -> Outcome {
    Ok(if values[0] == Bson::Undefined { "missing" } else { values[0].type_name() }.into())
}

pub fn is_number(values: &[Bson]) -> Outcome {
    Ok(values[0].is_number().into())
}

/// The text of what prints as one; empty for null, as the old string expressions have it.
pub fn to_text(value: &Bson) -> Result<String, CommandError> {
    Ok(match value {
        Bson::Null | Bson::Undefined => String::new(),
        Bson::String(text) | Bson::Symbol(text) | Bson::JavaScript(text) => text.clone(),
        Bson::Int32(value) => value.to_string(),
        Bson::Int64(value) => value.to_string(),
        Bson::Double(value) => value.to_string(),
        Bson::Decimal128(value) => value.to_string(),
        Bson::Boolean(value) => value.to_string(),
        Bson::ObjectId(id) => id.iter().map(|byte| format!("{byte:02x}")).collect(),
        Bson::DateTime(millis) => super::date::iso(*millis),
        other => {
            let text = format!("can't convert from BSON type {} to String", other.type_name());
            return Err(CommandError::new(16007, text));
        }
    })
}

pub fn to_string(values: &[Bson]) -> Outcome {
    match &values[0] {
        value if is_nullish(value) => Ok(Bson::Null),
        value => to_text(value).map(Bson::String).map_err(|error| failed(error.message)),
    }
}

fn number(value: &Bson, to: &str) -> Result<f64, CommandError> {
    match value {
        Bson::Boolean(value) => Ok(f64::from(u8::from(*value))),
        Bson::DateTime(millis) => Ok(*millis as f64),
        Bson::String(text) => text
            .parse()
            .map_err(|_| failed(format!("Failed to parse number '{text}' in $convert with no onError value"))),
        other => {
            other.as_f64().ok_or_else(|| failed(format!("Unsupported conversion from {} to {to}", other.type_name())))
        }
    }
}

fn whole(value: &Bson, to: &str, low: f64, high: f64) -> Result<Option<i64>, CommandError> {
    if is_nullish(value) {
        return Ok(None);
    }
    if let Bson::Int64(value) = value
        && to == "long"
    {
        return Ok(Some(*value));
    }
    if let Bson::String(text) = value {
        return text
            .parse()
            .map(Some)
            .map_err(|_| failed(format!("Failed to parse number '{text}' in $convert with no onError value")));
    }
    let number = number(value, to)?;
    if number.is_nan() || number < low || number >= high {
        return Err(failed(format!("Conversion would overflow target type {to} in $convert with no onError value")));
    }
    Ok(Some(number as i64))
}

pub fn to_int(values: &[Bson]) -> Outcome {
    let value = whole(&values[0], "int", -2_147_483_648.0, 2_147_483_648.0)?;
    match value.map(i32::try_from) {
        None => Ok(Bson::Null),
        Some(Ok(value)) => Ok(Bson::Int32(value)),
        Some(Err(_)) => Err(failed("Conversion would overflow target type int in $convert with no onError value")),
    }
}

pub fn to_long(values: &[Bson]) -> Outcome {
    Ok(whole(&values[0], "long", -9_223_372_036_854_775_808.0, 9_223_372_036_854_775_808.0)?
        .map_or(Bson::Null, Bson::Int64))
}

pub fn to_double(values: &[Bson]) -> Outcome {
    match &values[0] {
        value if is_nullish(value) => Ok(Bson::Null),
        value => number(value, "double").map(Bson::Double),
    }
}

pub fn to_decimal(values: &[Bson]) -> Outcome {
    match &values[0] {
        value if is_nullish(value) => Ok(Bson::Null),
        Bson::Decimal128(value) => Ok(Bson::from(*value)),
        Bson::String(text) => {
            let parsed = Decimal128::parse(text);
            parsed
                .map(Bson::from)
                .ok_or_else(|| failed(format!("Failed to parse number '{text}' in $convert with no onError value")))
        }
        Bson::Boolean(value) => Ok(Bson::from(decimal::of(&Bson::Int32(i32::from(*value))))),
        Bson::DateTime(millis) => Ok(Bson::from(decimal::of(&Bson::Int64(*millis)))),
        value if value.is_number() => Ok(Bson::from(decimal::of(value))),
        value => number(value, "decimal").map(|value| Bson::from(Decimal128::from_f64(value))),
    }
}

pub fn to_bool(values: &[Bson]) -> Outcome {
    Ok(if is_nullish(&values[0]) { Bson::Null } else { is_true(&values[0]).into() })
}

pub fn to_date(values: &[Bson]) -> Outcome {
    match &values[0] {
        value if is_nullish(value) => Ok(Bson::Null),
        Bson::DateTime(_) => Ok(values[0].clone()),
        Bson::Timestamp(time) => Ok(Bson::DateTime(i64::from(time.seconds) * 1000)),
        Bson::ObjectId([a, b, c, d, ..]) => Ok(Bson::DateTime(i64::from(u32::from_be_bytes([*a, *b, *c, *d])) * 1000)),
        Bson::String(text) => super::date::parse(text),
        value @ (Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_)) => {
            Ok(Bson::DateTime(whole(value, "date", -9.2e18, 9.2e18)?.unwrap_or(0)))
        }
        other => Err(failed(format!("Unsupported conversion from {} to date", other.type_name()))),
    }
}

pub fn to_object_id(values: &[Bson]) -> Outcome {
    match &values[0] {
        value if is_nullish(value) => Ok(Bson::Null),
        Bson::ObjectId(_) => Ok(values[0].clone()),
        Bson::String(text) if text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            let mut id = [0; 12];
            for (at, byte) in id.iter_mut().enumerate() {
                *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap_or(0);
            }
            Ok(Bson::ObjectId(id))
        }
        other => Err(failed(format!(
            "Failed to parse objectId from {} in $convert with no onError value",
            other.type_name()
        ))),
    }
}

pub fn bson_size(values: &[Bson]) -> Outcome {
    match &values[0] {
        value if is_nullish(value) => Ok(Bson::Null),
        Bson::Document(document) => Ok(Bson::Int32(document.to_bytes().len() as i32)),
        value => {
            Err(CommandError::new(31393, format!("$bsonSize requires a document input, found: {}", value.type_name())))
        }
    }
}

/// The conversion that `$convert` names.
pub fn named(to: &Bson) -> Option<fn(&[Bson]) -> Outcome> {
    let name = match to {
        Bson::String(name) => name.as_str(),
        number => match number.as_i64()? {
            1 => "double",
            2 => "string",
            7 => "objectId",
            8 => "bool",
            9 => "date",
            16 => "int",
            18 => "long",
            19 => "decimal",
            _ => return None,
        },
    };
    Some(match name {
        "double" => to_double,
        "string" => to_string,
        "objectId" => to_object_id,
        "bool" => to_bool,
        "date" => to_date,
        "int" => to_int,
        "long" => to_long,
        "decimal" => to_decimal,
        _ => return None,
    })
}
