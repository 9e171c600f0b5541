//! A used server made as good as new, for who runs many small programs and has no time for restarts.

use std::time::Duration;

use super::session::Session;
use crate::doc;
use crate::wire::bson::Bson;
use crate::wire::uri::Settings;

/// Databases that are the server's own.
const OWN: [&str; 2] = ["config", "local"];

/// Drops every database of users, and their collections in `admin`. What was set otherwise (parameters, users) stays.
///
/// # Errors
/// The server refuses, or does not do it within `budget`: in one sentence.
pub fn clear(settings: &Settings, budget: Duration) -> Result<(), String> {
    let mut session = Session::open(settings, budget)?;
    for database in session.databases()? {
        if database == "admin" {
            let mut collections = session.collections(&database)?;
            collections.retain(|name| !name.starts_with("system."));
            for collection in collections {
                done(&session.ask(&database, doc! { "drop": (collection) })?)?;
            }
        } else if !OWN.contains(&database.as_str()) {
            done(&session.ask(&database, doc! { "dropDatabase": 1 })?)?;
        }
    }
    Ok(())
}

fn done(reply: &crate::wire::bson::Document) -> Result<(), String> {
    let ok = reply.get("ok").and_then(Bson::as_f64) == Some(1.0);
    if ok { Ok(()) } else { Err(reply.get_str("errmsg").unwrap_or("the server refuses").to_owned()) }
}
