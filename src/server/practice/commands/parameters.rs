//! getParameter, setParameter, setFeatureCompatibilityVersion.

use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document};

pub const COMMANDS: &[Command] = &[
    Command { name: "getParameter", aliases: &[], fields: Fields::Any, admin_only: true, run: get },
    Command { name: "setParameter", aliases: &[], fields: Fields::Any, admin_only: true, run: set },
    Command {
        name: "setFeatureCompatibilityVersion",
        aliases: &[],
        fields: Fields::Any,
        admin_only: true,
        run: set_version,
    },
];

/// Fields of these commands that name no parameter.
const NOT_NAMES: [&str; 6] = ["$db", "lsid", "comment", "maxTimeMS", "writeConcern", "readConcern"];

fn get(call: &Call<'_>) -> Result<Document, CommandError> {
    let all = match call.command.first() {
        Some((_, Bson::String(star))) => star == "*",
        Some((_, Bson::Document(options))) => options.get("allParameters").and_then(Bson::as_flag).unwrap_or(false),
        _ => false,
    };
    let parameters = &call.server.parameters;
    if all {
        return Ok(parameters.all());
    }
    let mut reply = Document::new();
    for name in call.command.keys().skip(1).filter(|name| !NOT_NAMES.contains(name)) {
        if let Some(value) = parameters.get(name) {
            reply.push(name, value);
        }
    }
    match reply.is_empty() {
        true => Err(CommandError::new(code::INVALID_OPTIONS, "no option found to get")),
        false => Ok(reply),
    }
}

fn set(call: &Call<'_>) -> Result<Document, CommandError> {
    let mut reply = Document::new();
    for (name, value) in call.command.iter().skip(1).filter(|(name, _)| !NOT_NAMES.contains(name)) {
        let was = call.server.parameters.set(name, value)?;
        if reply.is_empty() {
            reply.push("was", was);
        }
    }
    match reply.is_empty() {
        true => Err(CommandError::new(code::INVALID_OPTIONS, "no option found to set, use help:true to see options ")),
        false => Ok(reply),
    }
}

fn set_version(call: &Call<'_>) -> Result<Document, CommandError> {
    match call.command.first() {
        Some((_, Bson::String(version))) if version == "7.0" => Ok(doc! {}),
        Some((_, Bson::String(version))) => {
            let text = format!("Invalid feature compatibility version value '{version}'; expected '7.0'.");
            Err(CommandError::new(4926900, text))
        }
        _ => Err(CommandError::new(code::TYPE_MISMATCH, "the feature compatibility version must be a string")),
    }
}
