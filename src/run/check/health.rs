//! Is somebody there?

use std::time::Duration;

use crate::doc;
use crate::wire::link::Servers;
use crate::wire::uri::Settings;

/// How long a server that may be dead is given for an answer.
pub const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// True if one of the servers takes a new connection and answers `ping`, each within `timeout`. A reply of `ok: 0` is an
/// answer.
pub fn answers(settings: &Settings, timeout: Duration) -> bool {
    let servers = Servers::new(Settings { connect_timeout: Some(timeout), ..settings.clone() });
    let pings =
        |(mut client, _): (crate::wire::client::Client, _)| client.command("admin", &doc! { "ping": 1 }).is_ok();
    settings.hosts.iter().any(|host| servers.open(host, None).is_ok_and(pings))
}
