//! `$type`: names and numbers of types.

use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::Bson;

/// Types that a value may have.
#[derive(Clone, Debug, Default)]
pub struct TypeSet {
    bytes: Vec<u8>,
    number: bool,
}

const NAMES: [(&str, u8); 21] = [
    ("double", 0x01),
    ("string", 0x02),
    ("object", 0x03),
    ("array", 0x04),
    ("binData", 0x05),
    ("undefined", 0x06),
    ("objectId", 0x07),
    ("bool", 0x08),
    ("date", 0x09),
    ("null", 0x0a),
    ("regex", 0x0b),
    ("dbPointer", 0x0c),
    ("javascript", 0x0d),
    ("symbol", 0x0e),
    ("javascriptWithScope", 0x0f),
    ("int", 0x10),
    ("timestamp", 0x11),
    ("long", 0x12),
    ("decimal", 0x13),
    ("minKey", 0xff),
    ("maxKey", 0x7f),
];

impl TypeSet {
    /// Reads a name, a number, or a list of them.
    ///
    /// # Errors
    /// 2 for what is no type, 9 for an empty list.
    pub fn parse(argument: &Bson) -> Result<Self, CommandError> {
        let mut types = Self::default();
        match argument {
            Bson::Array(items) if items.is_empty() => {
                return Err(CommandError::new(code::FAILED_TO_PARSE, "type must match at least one type"));
            }
            Bson::Array(items) => items.iter().try_for_each(|item| types.add(item))?,
            one => types.add(one)?,
        }
        Ok(types)
    }

    fn add(&mut self, one: &Bson) -> Result<(), CommandError> {
        let byte = match one {
            Bson::String(name) if name == "number" => {
                self.number = true;
                return Ok(());
            }
            Bson::String(name) => NAMES.iter().find(|(known, _)| known == name).map(|(_, byte)| *byte),
            number => number.as_f64().and_then(by_number),
        };
        let unknown = || CommandError::new(code::BAD_VALUE, format!("Unknown type name alias or code: {one:?}"));
        self.bytes.push(byte.ok_or_else(unknown)?);
        Ok(())
    }

    /// True if the value has one of the types.
    pub fn contains(&self, value: &Bson) -> bool {
        self.bytes.contains(&value.type_byte()) || (self.number && value.is_number())
    }
}

fn by_number(number: f64) -> Option<u8> {
    let byte = if number == -1.0 {
        0xff
    } else {
        u8::try_from(number as i64).ok().filter(|byte| f64::from(*byte) == number)?
    };
    NAMES.iter().find(|(_, known)| *known == byte).map(|(_, byte)| *byte)
}
