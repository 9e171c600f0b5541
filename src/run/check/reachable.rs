//! Does a living server still take new connections?

use std::time::{Duration, Instant};

use super::health::answers;
use crate::process::poll;
use crate::run::execution::{Check, CheckFinding};
use crate::wire::uri::Settings;

/// One try; a busy machine needs several.
const TRY: Duration = Duration::from_secs(2);

/// Tries for at most `budget` to get an answer on a new connection.
pub fn reachable(settings: &Settings, budget: Duration) -> Check {
    let mut check = Check { name: "reachable".into(), looked_at: 1, not_done: None, findings: Vec::new() };
    let answered = poll(Instant::now() + budget, || answers(settings, TRY.min(budget)).then_some(()));
    if answered.is_none() {
        let object = settings.hosts.first().map(ToString::to_string).unwrap_or_default();
        let message = format!("no new connection is answered within {} s", budget.as_secs());
        check.findings.push(CheckFinding { object, message, ..CheckFinding::default() });
    }
    check
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_that_nobody_serves_is_a_finding() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let settings = Settings::of_addresses([silent.local_addr().unwrap().to_string()]);
        let check = reachable(&settings, Duration::from_millis(300));
        assert_eq!(check.findings.len(), 1);
    }
}
