//! currentOp, killOp, getLog, hostInfo, getCmdLineOpts, listCommands: looking at the server itself.

use super::handshake::now;
use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::query::Matcher;
use crate::wire::bson::{Bson, Document};

pub const COMMANDS: &[Command] = &[
    Command { name: "currentOp", aliases: &[], fields: Fields::Any, admin_only: true, run: current_op },
    Command { name: "killOp", aliases: &[], fields: Fields::Only(&["op"]), admin_only: true, run: kill_op },
    Command { name: "getLog", aliases: &[], fields: Fields::Any, admin_only: true, run: get_log },
    Command { name: "hostInfo", aliases: &[], fields: Fields::Any, admin_only: false, run: host_info },
    Command { name: "getCmdLineOpts", aliases: &[], fields: Fields::Any, admin_only: true, run: command_line },
    Command { name: "listCommands", aliases: &[], fields: Fields::Any, admin_only: false, run: list_commands },
    Command { name: "profile", aliases: &[], fields: Fields::Any, admin_only: false, run: profile },
];

/// Fields of `currentOp` that do not filter.
const NOT_FILTERS: [&str; 8] =
    ["$all", "$ownOps", "$truncateOps", "$db", "lsid", "comment", "maxTimeMS", "$readPreference"];

fn current_op(call: &Call<'_>) -> Result<Document, CommandError> {
    let filter: Document = call
        .command
        .iter()
        .skip(1)
        .filter(|(key, _)| !NOT_FILTERS.contains(key))
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .collect();
    let filter = Matcher::parse(&filter)?;
    let shown = call.server.operations.list().into_iter().map(|operation| {
        let running = operation.started.elapsed();
        doc! {
            "type": "op",
            "host": (format!("localhost:{}", call.server.port)),
            "desc": (operation.connection.as_str()),
            "active": true,
            "opid": (operation.id),
            "op": "command",
            "ns": (operation.namespace.as_str()),
            "command": (operation.command.clone()),
            "secs_running": (running.as_secs() as i64),
            "microsecs_running": (running.as_micros() as i64),
            "waitingForLock": false,
        }
    });
    Ok(doc! { "inprog": (shown.filter(|entry| filter.matches(entry)).collect::<Vec<_>>()) })
}

fn kill_op(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let wanted = match arguments.required("op", arguments.get("op"))? {
        value if value.is_number() => value.as_i64().unwrap_or(0),
        value => return Err(arguments.wrong_type("op", value, "'[long, int, decimal, double]'")),
    };
    if i32::try_from(wanted).is_err() {
        let text = format!("invalid op : {wanted}. Op ID cannot be represented with 32 bits");
        return Err(CommandError::new(26823, text));
    }
    for operation in call.server.operations.list() {
        if i64::from(operation.id) == wanted {
            operation.kill();
        }
    }
    Ok(doc! { "info": "attempting to kill op" })
}

fn get_log(call: &Call<'_>) -> Result<Document, CommandError> {
    match call.command.first() {
        Some((_, Bson::String(name))) => match name.as_str() {
            "*" => Ok(doc! { "names": ["global", "startupWarnings"] }),
            "global" | "startupWarnings" => Ok(doc! { "totalLinesWritten": 0, "log": [] }),
            other => Err(CommandError::new(code::OPERATION_FAILED, format!("No log named '{other}'"))),
        },
        _ => Err(CommandError::new(code::TYPE_MISMATCH, "Argument to getLog must be of type String")),
    }
}

fn host_info(call: &Call<'_>) -> Result<Document, CommandError> {
    let cores = std::thread::available_parallelism().map_or(1, |count| count.get());
    Ok(doc! {
        "system": {
            "currentTime": (now()),
            "hostname": "localhost",
            "cpuAddrSize": 64,
            "memSizeMB": (Bson::Int64(0)),
            "numCores": (cores as i32),
            "cpuArch": (std::env::consts::ARCH),
            "numaEnabled": false,
        },
        "os": { "type": "Linux", "name": "practice", "version": (call.server.log.dialect.version_text()) },
        "extra": {},
    })
}

fn command_line(call: &Call<'_>) -> Result<Document, CommandError> {
    let argv: Vec<Bson> =
        std::iter::once("mongod").chain(call.server.arguments.iter().map(String::as_str)).map(Bson::from).collect();
    Ok(doc! { "argv": argv, "parsed": { "net": { "port": (i32::from(call.server.port)) } } })
}

fn list_commands(_: &Call<'_>) -> Result<Document, CommandError> {
    let mut commands: Vec<_> = super::all().collect();
    commands.sort_by_key(|command| command.name);
    let shown = commands.into_iter().map(|command| {
        let aliases: Vec<Bson> = command.aliases.iter().copied().map(Bson::from).collect();
        let detail = doc! {
            "help": "", "requiresAuth": false, "secondaryOk": true, "adminOnly": (command.admin_only), "aliases": aliases,
        };
        (command.name.to_owned(), Bson::Document(detail))
    });
    Ok(doc! { "commands": (shown.collect::<Document>()) })
}

/// The profiler is never on; asking for a level is answered, as tests do it in passing.
fn profile(call: &Call<'_>) -> Result<Document, CommandError> {
    match call.command.first() {
        Some((_, level)) if level.is_number() => Ok(doc! { "was": 0, "slowms": 100, "sampleRate": 1.0 }),
        Some((_, other)) => Err(call.arguments().wrong_type("profile", other, "'[long, int, decimal, double]'")),
        None => Ok(Document::new()),
    }
}

#[cfg(test)]
mod tests {
    use crate::doc;
    use crate::server::practice::trial::Trial;
    use crate::wire::bson::Bson;

    #[test]
    fn the_command_that_asks_is_itself_in_progress() {
        let mut trial = Trial::new();
        let reply = trial.client.command("admin", &doc! { "currentOp": 1 }).unwrap();
        let Some([Bson::Document(only)]) = reply.get_array("inprog") else { panic!("{reply:?}") };
        assert!(only.get_document("command").unwrap().contains("currentOp"));
    }

    #[test]
    fn commands_that_are_not_there_have_code_59() {
        let mut trial = Trial::new();
        let reply = trial.run(doc! { "replSetStepDown": 1 });
        assert_eq!(reply.get_str("errmsg"), Some("no such command: 'replSetStepDown'"));
        assert_eq!(reply.get("code"), Some(&Bson::Int32(59)));
        let commands = trial.ok(doc! { "listCommands": 1 });
        assert!(commands.get_document("commands").unwrap().contains("findAndModify"));
    }
}
