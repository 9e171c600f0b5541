//! `validate` on every collection, as MongoDB's own runner does after each test.

use std::time::Duration;

use super::nodes::node;
use super::session::Session;
use crate::doc;
use crate::run::execution::{Check, CheckFinding};
use crate::server::Set;
use crate::wire::bson::{Bson, Document};
use crate::wire::uri::Settings;

/// Collections looked at in one check; a script that makes thousands is checked in part.
const MOST_COLLECTIONS: usize = 500;
const MESSAGE_BYTES: usize = 2_000;

/// Validates every collection of every database of users, on each member of each set where there are sets.
///
/// What cannot be looked at in `budget` is said in [`Check::not_done`]; servers without the command give that too.
pub fn validate_nodes(settings: &Settings, sets: &[Set], budget: Duration) -> Check {
    let mut check = Check { name: "validate".into(), looked_at: 0, not_done: None, findings: Vec::new() };
    if sets.is_empty() {
        let done = Session::open(settings, budget).and_then(|mut session| run(&mut session, "", &mut check));
        check.not_done = done.err();
    }
    for address in sets.iter().flat_map(|set| &set.members) {
        let open = node(settings, address).and_then(|settings| Session::open_node(&settings, budget));
        let done = open.and_then(|mut session| run(&mut session, address, &mut check));
        check.not_done = check.not_done.or(done.err().map(|error| format!("{address}: {error}")));
    }
    check
}

/// `node` is named where there are several.
fn run(session: &mut Session, node: &str, check: &mut Check) -> Result<(), String> {
    for database in session.databases()? {
        for collection in session.collections(&database)? {
            if check.looked_at as usize == MOST_COLLECTIONS {
                return Err(format!("more than {MOST_COLLECTIONS} collections"));
            }
            let reply = session.ask(&database, doc! { "validate": (collection.as_str()), "full": true })?;
            check.looked_at += 1;
            let object = format!("{database}.{collection}");
            check.findings.extend(finding(&reply).map(|message| CheckFinding {
                object,
                message,
                detail: node.to_owned(),
            }));
        }
    }
    Ok(())
}

/// The server's complaint, if the reply holds one. `ok: 0` (a dropped collection, an unknown command) is none.
fn finding(reply: &Document) -> Option<String> {
    if reply.get("valid") != Some(&Bson::Boolean(false)) {
        return None;
    }
    let errors = reply.get_array("errors").unwrap_or_default();
    let texts: Vec<&str> = errors.iter().filter_map(Bson::as_str).collect();
    let mut message = if texts.is_empty() { "valid: false".to_owned() } else { texts.join("; ") };
    message.truncate(message.floor_char_boundary(MESSAGE_BYTES));
    Some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_valid_false_is_a_finding() {
        assert_eq!(finding(&doc! { "ok": 0.0, "errmsg": "no such command" }), None);
        assert_eq!(finding(&doc! { "ok": 1.0, "valid": true }), None);
        let broken = doc! { "ok": 1.0, "valid": false, "errors": ["index a_1 lacks an entry"] };
        assert_eq!(finding(&broken).as_deref(), Some("index a_1 lacks an entry"));
    }

    #[test]
    fn a_server_that_is_not_there_is_a_check_not_done() {
        let check = validate_nodes(&Settings::of_addresses(["127.0.0.1:1"]), &[], Duration::from_millis(500));
        assert!(check.not_done.is_some() && check.findings.is_empty());
    }
}
