//! A server that lives and took no new connection after the file.

use super::{Class, Finding, Oracle};
use crate::run::Execution;

/// See the module.
pub struct Unreachable;

impl Oracle for Unreachable {
    fn name(&self) -> &'static str {
        "unreachable"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        // Whoever died or hangs is judged by that.
        if !execution.exits.is_empty() || execution.hang.is_some() || execution.interrupted {
            return Vec::new();
        }
        let own = execution.checks.iter().filter(|check| check.name == "reachable");
        let finding = |finding: &crate::run::CheckFinding| {
            let title = format!("{} lives and answers no more: {}", finding.object, finding.message);
            Finding::weak_failure(Class::Unreachable, "the server lives and answers no more", title)
        };
        own.flat_map(|check| &check.findings).take(1).map(finding).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::judge::tests::clean;
    use crate::judge::{Class, judge};
    use crate::run::{Check, CheckFinding, Execution};

    #[test]
    fn a_living_server_that_answers_nobody_is_a_failure() {
        let findings =
            vec![CheckFinding { object: "127.0.0.1:1".into(), message: "timed out".into(), ..CheckFinding::default() }];
        let checks = vec![Check { name: "reachable".into(), looked_at: 1, not_done: None, findings }];
        let judgement = judge(&Execution { checks: checks.clone(), ..clean() });
        assert_eq!(judgement.findings[0].class, Some(Class::Unreachable));
        assert!(judge(&Execution { checks, interrupted: true, ..clean() }).findings.is_empty());
    }
}
