//! Is somebody there?

use std::time::Duration;

use crate::doc;
use crate::wire::client::Client;

/// True if the server takes a new connection and answers `ping`, each within `timeout`. A reply of `ok: 0` is an answer.
pub fn answers(address: &str, timeout: Duration) -> bool {
    let Ok(mut client) = Client::connect(address, timeout) else { return false };
    client.set_read_timeout(Some(timeout)).is_ok() && client.command("admin", &doc! { "ping": 1 }).is_ok()
}
