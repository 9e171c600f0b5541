//! Who are you, are you there: what clients send first.

use super::replication::greeting;
use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::{Bson, Document, MAX_DOCUMENT_BYTES};
use crate::wire::message::MAX_MESSAGE_BYTES;
use std::time::{SystemTime, UNIX_EPOCH};

pub const COMMANDS: &[Command] = &[
    Command { name: "hello", aliases: &[], fields: Fields::Any, admin_only: false, run: hello },
    Command { name: "isMaster", aliases: &["ismaster"], fields: Fields::Any, admin_only: false, run: is_master },
    Command { name: "ping", aliases: &[], fields: Fields::Any, admin_only: false, run: |_| Ok(Document::new()) },
    Command { name: "buildInfo", aliases: &["buildinfo"], fields: Fields::Any, admin_only: false, run: build_info },
    Command { name: "whatsmyuri", aliases: &[], fields: Fields::Any, admin_only: false, run: whats_my_uri },
    Command { name: "connectionStatus", aliases: &[], fields: Fields::Any, admin_only: false, run: connection_status },
    Command {
        name: "getLastError",
        aliases: &["getlasterror"],
        fields: Fields::Any,
        admin_only: false,
        run: last_error,
    },
    Command { name: "logout", aliases: &[], fields: Fields::Any, admin_only: false, run: |_| Ok(Document::new()) },
];

/// Milliseconds since 1970.
pub fn now() -> Bson {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Bson::DateTime(since.as_millis() as i64)
}

fn hello(call: &Call<'_>) -> Result<Document, CommandError> {
    let mut reply = doc! { "isWritablePrimary": true };
    common(call, &mut reply);
    greeting(call, "isWritablePrimary", &mut reply);
    Ok(reply)
}

fn is_master(call: &Call<'_>) -> Result<Document, CommandError> {
    let mut reply = doc! { "ismaster": true, "helloOk": true };
    common(call, &mut reply);
    greeting(call, "ismaster", &mut reply);
    Ok(reply)
}

fn common(call: &Call<'_>, reply: &mut Document) {
    for (key, value) in doc! {
        "maxBsonObjectSize": (MAX_DOCUMENT_BYTES as i32),
        "maxMessageSizeBytes": (MAX_MESSAGE_BYTES as i32),
        "maxWriteBatchSize": 100_000,
        "localTime": (now()),
        "logicalSessionTimeoutMinutes": 30,
        "connectionId": (call.connection.id as i32),
        "minWireVersion": 0,
        "maxWireVersion": (call.server.log.dialect.wire_version()),
        "readOnly": false,
    } {
        reply.push(key, value);
    }
}

fn build_info(call: &Call<'_>) -> Result<Document, CommandError> {
    let version = call.server.log.dialect.version();
    Ok(doc! {
        "version": (call.server.log.dialect.version_text()),
        "gitVersion": "practice",
        "modules": [],
        "allocator": "system",
        "javascriptEngine": "none",
        "sysInfo": "deprecated",
        "versionArray": (version.iter().map(|part| Bson::Int32(*part)).collect::<Vec<_>>()),
        "bits": 64,
        "debug": (cfg!(debug_assertions)),
        "maxBsonObjectSize": (MAX_DOCUMENT_BYTES as i32),
        "storageEngines": ["inMemory", "devnull"],
        "practiceServer": true,
    })
}

fn whats_my_uri(call: &Call<'_>) -> Result<Document, CommandError> {
    Ok(doc! { "you": (call.connection.peer.as_str()) })
}

fn connection_status(call: &Call<'_>) -> Result<Document, CommandError> {
    let mut auth = doc! { "authenticatedUsers": [], "authenticatedUserRoles": [] };
    if call.arguments().flag("showPrivileges")? {
        auth.push("authenticatedUserPrivileges", Vec::<Bson>::new());
    }
    Ok(doc! { "authInfo": auth })
}

fn last_error(call: &Call<'_>) -> Result<Document, CommandError> {
    let id = call.connection.id as i32;
    Ok(doc! { "connectionId": id, "n": 0, "syncMillis": 0, "writtenTo": null, "err": null })
}
