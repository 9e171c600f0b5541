//! Sessions and transactions, as far as a server without replication has them; checks of the generic fields.

use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::arguments::Arguments;
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document};

const NONE: fn(&Call<'_>) -> Result<Document, CommandError> = |_| Ok(Document::new());

pub const COMMANDS: &[Command] = &[
    Command { name: "startSession", aliases: &[], fields: Fields::Any, admin_only: false, run: start },
    Command { name: "endSessions", aliases: &[], fields: Fields::Any, admin_only: false, run: list },
    Command { name: "refreshSessions", aliases: &[], fields: Fields::Any, admin_only: false, run: list },
    Command { name: "killSessions", aliases: &[], fields: Fields::Any, admin_only: false, run: list },
    Command { name: "killAllSessions", aliases: &[], fields: Fields::Any, admin_only: false, run: NONE },
    Command { name: "abortTransaction", aliases: &[], fields: Fields::Any, admin_only: true, run: no_transaction },
    Command { name: "commitTransaction", aliases: &[], fields: Fields::Any, admin_only: true, run: no_transaction },
];

/// Refuses generic fields that no command on this server can honour; `replicated` says that it is a member of a set.
///
/// # Errors
/// The codes of a standalone mongod.
pub fn check_generic(arguments: &Arguments<'_>, replicated: bool) -> Result<(), CommandError> {
    if let Some(session) = arguments.document("lsid")? {
        check_session(session)?;
    }
    let transaction =
        ["txnNumber", "startTransaction", "autocommit"].iter().any(|field| arguments.fields.contains(field));
    let ending = ["abortTransaction", "commitTransaction"].contains(&arguments.name);
    let several = arguments.fields.contains("startTransaction") || arguments.fields.contains("autocommit");
    if transaction && several && replicated && !ending {
        return Err(CommandError::new(code::COMMAND_NOT_SUPPORTED, "the practice server has no transactions"));
    }
    // A number alone makes a write that may be sent again.
    if transaction && !replicated && !ending {
        let text = "Transaction numbers are only allowed on a replica set member or mongos";
        return Err(CommandError::new(code::ILLEGAL_OPERATION, text));
    }
    check_read_concern(arguments)?;
    if replicated { Ok(()) } else { check_write_concern(arguments) }
}

fn check_session(session: &Document) -> Result<(), CommandError> {
    let arguments = Arguments::new("lsid", session);
    match arguments.required("id", session.get("id"))? {
        Bson::Binary { subtype: 4, bytes } if bytes.len() == 16 => Ok(()),
        Bson::Binary { .. } => {
            Err(CommandError::new(code::INVALID_UUID, "uuid must be a 16-byte binary field with UUID (4) subtype"))
        }
        other => Err(arguments.wrong_type("id", other, "'binData'")),
    }
}

fn check_read_concern(arguments: &Arguments<'_>) -> Result<(), CommandError> {
    let Some(concern) = arguments.document("readConcern")? else { return Ok(()) };
    match Arguments::new("readConcern", concern).text("level")? {
        None | Some("local" | "available" | "majority") => Ok(()),
        Some("linearizable") => {
            let text = "cannot satisfy linearizable read concern on non-replica set node";
            Err(CommandError::new(code::NOT_A_REPLICA_SET, text))
        }
        Some("snapshot") => {
            let text = "cannot satisfy snapshot read concern on non-replica set node";
            Err(CommandError::new(code::NOT_A_REPLICA_SET, text))
        }
        Some(other) => {
            let text = format!("Enumeration value '{other}' for field 'readConcern.level' is not a valid value.");
            Err(CommandError::new(code::BAD_VALUE, text))
        }
    }
}

fn check_write_concern(arguments: &Arguments<'_>) -> Result<(), CommandError> {
    let Some(concern) = arguments.document("writeConcern")? else { return Ok(()) };
    match concern.get("w") {
        None | Some(Bson::Null) => Ok(()),
        Some(Bson::String(mode)) if mode == "majority" => Ok(()),
        Some(Bson::String(mode)) => {
            let text =
                format!("cannot use non-majority 'w' mode \"{mode}\" when a host is not a member of a replica set");
            Err(CommandError::new(code::BAD_VALUE, text))
        }
        Some(number) if number.is_number() => match number.as_f64() {
            Some(w) if (0.0..2.0).contains(&w) => Ok(()),
            Some(w) if (2.0..=50.0).contains(&w) => {
                Err(CommandError::new(code::BAD_VALUE, "cannot use 'w' > 1 when a host is not replicated"))
            }
            _ => Err(CommandError::new(
                code::FAILED_TO_PARSE,
                "w has to be a non-negative number and not greater than 50",
            )),
        },
        Some(_) => Err(CommandError::new(code::FAILED_TO_PARSE, "w has to be a number or string")),
    }
}

fn start(call: &Call<'_>) -> Result<Document, CommandError> {
    let seed = format!("{} {}", call.connection.name, call.operation.id);
    let mut id = blake3::hash(seed.as_bytes()).as_bytes()[..16].to_vec();
    id[6] = id[6] & 0x0f | 0x40;
    id[8] = id[8] & 0x3f | 0x80;
    Ok(doc! { "id": { "id": (Bson::Binary { subtype: 4, bytes: id }) }, "timeoutMinutes": 30 })
}

/// The argument is an array of session ids; forgetting them is all there is to do.
fn list(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    for session in arguments.array(call.command.first().map_or("", |(name, _)| name))?.unwrap_or_default() {
        match session {
            Bson::Document(session) => check_session(session)?,
            other => return Err(arguments.wrong_type("0", other, "'object'")),
        }
    }
    Ok(Document::new())
}

fn no_transaction(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    if arguments.get("txnNumber").is_none() {
        let text = format!("{} must be run within a transaction", call.name);
        return Err(CommandError::new(code::COMMAND_FAILED, text));
    }
    let text = format!(
        "Given transaction number {} does not match any in-progress transactions.",
        arguments.integer("txnNumber")?.unwrap_or(0)
    );
    Err(CommandError::new(code::NO_SUCH_TRANSACTION, text))
}
