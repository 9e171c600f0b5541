//! Nodes of one replica set that hold different data, or an oplog that was not applied alike everywhere.

use super::{Class, Finding, Oracle};
use crate::run::Execution;

/// See the module.
pub struct Inconsistent;

/// Names of the checks that compare nodes.
const CHECKS: [&str; 2] = ["dbhash", "oplog"];

impl Oracle for Inconsistent {
    fn name(&self) -> &'static str {
        "inconsistent nodes"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        let own = execution.checks.iter().filter(|check| CHECKS.contains(&check.name.as_str()));
        let found = own.flat_map(|check| check.findings.iter().map(move |finding| (check, finding)));
        let finding = |(check, finding): (&crate::run::Check, &crate::run::CheckFinding)| {
            let detail = if finding.detail.is_empty() { String::new() } else { format!(": {}", finding.detail) };
            let title = format!("{} on {}: {}{detail}", check.name, finding.object, finding.message);
            Finding::failure(Class::Inconsistency, &format!("{} {}", check.name, finding.message), title)
        };
        found.map(finding).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::judge::tests::clean;
    use crate::judge::{Class, judge};
    use crate::run::{Check, CheckFinding, Execution};

    #[test]
    fn a_difference_between_nodes_is_a_failure_and_a_check_not_done_is_none() {
        let message = "different hashes on 127.0.0.1:20000 and 127.0.0.1:20001".to_owned();
        let findings = vec![CheckFinding { object: "test.c".into(), message, ..CheckFinding::default() }];
        for name in ["dbhash", "oplog"] {
            let check = Check { name: name.into(), looked_at: 1, not_done: None, findings: findings.clone() };
            let judgement = judge(&Execution { checks: vec![check.clone()], ..clean() });
            assert_eq!(judgement.findings[0].class, Some(Class::Inconsistency));
            let not_done = Check { findings: Vec::new(), not_done: Some("no time".into()), ..check };
            assert!(judge(&Execution { checks: vec![not_done], ..clean() }).findings.is_empty());
        }
    }
}
