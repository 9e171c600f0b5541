//! Stored data that the server itself calls broken.

use super::{Class, Finding, Oracle};
use crate::run::Execution;

/// See the module.
pub struct InvalidData;

impl Oracle for InvalidData {
    fn name(&self) -> &'static str {
        "invalid data"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        let own = execution.checks.iter().filter(|check| check.name == "validate");
        let found = own.flat_map(|check| check.findings.iter().map(move |finding| (check, finding)));
        found
            .map(|(check, finding)| {
                let title = format!("{} on {}: {}", check.name, finding.object, finding.message);
                Finding::failure(Class::InvalidData, &format!("{} {}", check.name, finding.message), title)
            })
            .collect()
    }
}
