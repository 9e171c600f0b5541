//! The commands: one file a family, each with its visible table, and the way of a request through them.

mod administration;
mod aggregate;
mod collections;
mod count;
mod create;
mod cursors;
mod delete;
mod diagnostics;
mod explain;
mod find;
mod find_and_modify;
mod geo_near;
mod handshake;
mod indexes;
mod insert;
mod parameters;
mod output;
mod replication;
mod sessions;
mod sources;
mod statistics;
#[cfg(test)]
mod text_and_geo_tests;
mod update;
mod validate;
mod view_check;

pub use handshake::now;
pub use insert::{new_id, now as timestamp_now};

use super::arguments::Arguments;
use super::bugs::{self, narrow_count, stage_as_filter};
use super::catalog::check_database;
use super::collection::State;
use super::errors::{CommandError, code};
use super::net::Connection;
use super::operation::{Interrupt, Operation};
use super::query::{self, Found, Request, Wishes};
use super::replication::{self as replicas, await_concern};
use super::server::Server;
use crate::wire::bson::{Bson, Document};
use serde_json::json;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// One command of the table.
#[derive(Debug)]
pub struct Command {
    /// Its proper name.
    pub name: &'static str,
    /// Other spellings.
    pub aliases: &'static [&'static str],
    /// Which fields it takes.
    pub fields: Fields,
    /// Only on the database `admin`.
    pub admin_only: bool,
    /// Does it; the reply has no `ok` yet.
    pub run: fn(&Call<'_>) -> Result<Document, CommandError>,
}

/// Fields beside the generic ones.
#[derive(Debug)]
pub enum Fields {
    /// Others are refused with 40415.
    Only(&'static [&'static str]),
    /// Others are ignored, as older commands do.
    Any,
}

/// One command on its way.
pub struct Call<'a> {
    /// The server.
    pub server: &'a Server,
    /// Who asks.
    pub connection: &'a Connection,
    /// Deadline and `killOp`.
    pub operation: &'a Operation,
    /// `$db`
    pub database: &'a str,
    /// The command's proper name.
    pub name: &'static str,
    /// As sent.
    pub command: &'a Document,
}

/// Every family's table.
const FAMILIES: &[&[Command]] = &[
    handshake::COMMANDS,
    sessions::COMMANDS,
    insert::COMMANDS,
    find::COMMANDS,
    count::COMMANDS,
    cursors::COMMANDS,
    update::COMMANDS,
    delete::COMMANDS,
    find_and_modify::COMMANDS,
    aggregate::COMMANDS,
    create::COMMANDS,
    collections::COMMANDS,
    indexes::COMMANDS,
    explain::COMMANDS,
    validate::COMMANDS,
    statistics::COMMANDS,
    diagnostics::COMMANDS,
    parameters::COMMANDS,
    administration::COMMANDS,
    replication::COMMANDS,
];

/// Commands slower than this get a line in the log, as in a mongod.
const SLOW: Duration = Duration::from_millis(100);

/// All commands in the order of their tables.
pub fn all() -> impl Iterator<Item = &'static Command> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// Runs one request and gives its whole reply; `old` is a request in the old protocol.
pub fn run(server: &Server, connection: &Connection, command: Document, old: bool) -> Document {
    let outcome = match catch_unwind(AssertUnwindSafe(|| match &server.router {
        Some(router) => router.answer(server, connection, &command),
        None => dispatch(server, connection, &command, old),
    })) {
        Ok(outcome) => outcome,
        Err(panic) => Err(CommandError::new(code::INTERNAL_ERROR, format!("panic: {}", panic_text(&*panic)))),
    };
    match outcome {
        Ok(mut reply) => {
            if !reply.contains("ok") {
                reply.push("ok", 1.0);
            }
            reply
        }
        Err(error) => error.to_reply(),
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a text")
}

fn dispatch(server: &Server, connection: &Connection, sent: &Document, old: bool) -> Result<Document, CommandError> {
    let Some((name, _)) = sent.first() else {
        return Err(CommandError::new(code::COMMAND_NOT_FOUND, "no such command: ''"));
    };
    let Some(command) = all().find(|command| command.name == name || command.aliases.contains(&name)) else {
        return Err(CommandError::new(code::COMMAND_NOT_FOUND, format!("no such command: '{name}'")));
    };
    if old && command.name != "hello" && command.name != "isMaster" {
        let text = format!("Unsupported OP_QUERY command: {name}. The client driver may require an upgrade.");
        return Err(CommandError::new(352, text));
    }
    let database = match sent.get("$db") {
        Some(Bson::String(database)) => database.as_str(),
        Some(_) => return Err(CommandError::new(code::TYPE_MISMATCH, "field '$db' must be of type String")),
        None => return Err(CommandError::new(40571, "OP_MSG requests require a $db argument")),
    };
    check_database(database)?;
    if command.admin_only && database != "admin" {
        let text = format!("{} may only be run against the admin database.", command.name);
        return Err(CommandError::new(code::UNAUTHORIZED, text));
    }
    let arguments = Arguments::new(command.name, sent);
    if let Fields::Only(known) = command.fields {
        arguments.check(known)?;
    }
    sessions::check_generic(&arguments, server.replication.set.is_some())?;
    server.counters.count(command.name);
    let limit = time_limit(&arguments)?;
    let namespace = format!("{database}.{}", sent.first().and_then(|(_, value)| value.as_str()).unwrap_or("$cmd"));
    let running = server.operations.begin(&connection.name, namespace, shown(sent), limit);
    let call = Call { server, connection, operation: &running.operation, database, name: command.name, command: sent };
    call.operation.check()?;
    server.replication.admit(command.name, sent)?;
    bugs::before(&call)?;
    let turn = server.catalog.journal.turn(replicas::writes(command.name, sent));
    let mut outcome = (command.run)(&call);
    server.catalog.journal.over(turn, database, sent, outcome.is_ok());
    if let Ok(reply) = &mut outcome {
        bugs::after(&call, reply);
        await_concern(&call, reply);
    }
    log_slow(&call, outcome.as_ref().err());
    outcome
}

/// Runs a command without a look at who sent it: one that a primary has run before, or a router's own.
///
/// # Errors
/// It does not work here.
pub fn repeat(server: &Server, connection: &Connection, command: &Document) -> Result<Document, CommandError> {
    let name = command.first().map_or("", |(name, _)| name);
    let known = all().find(|known| known.name == name || known.aliases.contains(&name));
    let known =
        known.ok_or_else(|| CommandError::new(code::COMMAND_NOT_FOUND, format!("no such command: '{name}'")))?;
    let database = command.get_str("$db").unwrap_or_default();
    let running = server.operations.begin(&connection.name, format!("{database}.$cmd"), shown(command), None);
    (known.run)(&Call { server, connection, operation: &running.operation, database, name: known.name, command })
}

/// `maxTimeMS`; 0 is no limit. On `getMore` it says how long to wait for data.
fn time_limit(arguments: &Arguments<'_>) -> Result<Option<Duration>, CommandError> {
    match arguments.get("maxTimeMS") {
        None => Ok(None),
        Some(value) => match value.as_f64() {
            Some(limit) if limit == 0.0 || arguments.name == "getMore" => Ok(None),
            Some(limit) if (0.0..=2_147_483_647.0).contains(&limit) => Ok(Some(Duration::from_millis(limit as u64))),
            Some(limit) => {
                let text = format!("{limit} value for maxTimeMS is out of range [0, 2147483647]");
                Err(CommandError::new(code::BAD_VALUE, text))
            }
            None => Err(arguments.wrong_type("maxTimeMS", value, "'[long, int, decimal, double]'")),
        },
    }
}

/// What `currentOp` and the log show of a command: never its documents.
fn shown(command: &Document) -> Document {
    let mut shown = Document::new();
    for (key, value) in command.iter().take(8) {
        match value {
            Bson::Array(items) => shown.push(key, format!("<array of {}>", items.len())),
            Bson::Document(inner) if inner.len() > 4 => shown.push(key, format!("<object of {}>", inner.len())),
            Bson::String(text) if text.len() > 200 => shown.push(key, format!("<string of {}>", text.len())),
            other => shown.push(key, other.clone()),
        }
    }
    shown
}

fn log_slow(call: &Call<'_>, error: Option<&CommandError>) {
    let took = call.operation.started.elapsed();
    if took < SLOW {
        return;
    }
    let attributes = json!({
        "type": "command",
        "ns": call.operation.namespace,
        "command": super::render::document(&call.operation.command),
        "errCode": error.map(|error| error.code),
        "durationMillis": took.as_millis() as u64,
    });
    call.server.log.info("COMMAND", 51803, &call.connection.name, "Slow query", attributes);
}

impl Call<'_> {
    /// The command's fields.
    pub fn arguments(&self) -> Arguments<'_> {
        Arguments::new(self.name, self.command)
    }

    /// The collection's name that stands as the command's own value.
    ///
    /// # Errors
    /// 73 where it is no string or cannot be a name.
    pub fn collection_name(&self) -> Result<&str, CommandError> {
        match self.command.first() {
            Some((_, Bson::String(name))) if name.is_empty() || name.contains('\0') => {
                let text = format!("Invalid namespace specified '{}.{name}'", self.database);
                Err(CommandError::new(code::INVALID_NAMESPACE, text))
            }
            Some((_, Bson::String(name))) => Ok(name),
            Some((_, other)) => {
                let text = format!("collection name has invalid type {}", other.type_name());
                Err(CommandError::new(code::INVALID_NAMESPACE, text))
            }
            None => Err(CommandError::new(code::INVALID_NAMESPACE, "collection name is missing")),
        }
    }

    /// `database.name`
    pub fn namespace(&self, name: &str) -> String {
        format!("{}.{name}", self.database)
    }

    /// Runs a request over a collection that is locked.
    ///
    /// # Errors
    /// What [`query::run`] says.
    pub fn search(&self, state: &State, request: &Request<'_>) -> Result<Found, CommandError> {
        query::run(state, request, self.operation)
    }

    /// Reads a filter with its wishes: the one door to [`Request::new`], where a planted bug waits.
    ///
    /// # Errors
    /// What is wrong with the filter.
    pub fn request<'b>(&self, filter: &'b Document, wishes: Wishes<'b>) -> Result<Request<'b>, CommandError> {
        stage_as_filter::check(&self.server.bugs, filter);
        Request::new(filter, wishes)
    }

    /// Where a planted bug waits for sums that 32 bits do not hold.
    pub fn check_wanted(&self, skip: usize, limit: usize) {
        narrow_count::check(&self.server.bugs, &self.server.log, &self.connection.name, skip, limit);
    }

    /// The error that a collection is not there.
    pub fn not_found(&self, name: &str) -> CommandError {
        let text = format!("ns not found {}", self.namespace(name));
        CommandError::new(code::NAMESPACE_NOT_FOUND, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_for_two_commands() {
        let mut names: Vec<&str> =
            all().flat_map(|command| std::iter::once(command.name).chain(command.aliases.iter().copied())).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
