//! A process behind the server died and came back: the client saw one odd error, the log knows more.

use super::{Class, Finding, Oracle};
use crate::run::{Execution, Trouble, trouble};

/// See the module.
pub struct BackendDied;

impl Oracle for BackendDied {
    fn name(&self) -> &'static str {
        "back-end died"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        let telling = execution.log.iter().find(|line| trouble(&line.text) == Some(Trouble::BackendDied));
        let finding = telling.map(|line| {
            // PostgreSQL puts the time and its own pid in front of the level.
            let text =
                line.text.find("LOG:").or(line.text.find("PANIC:")).map_or(line.text.as_str(), |at| &line.text[at..]);
            let title = format!("a back-end of {} died: {text}", line.process);
            Finding::failure(Class::BackendDied, text, title)
        });
        finding.into_iter().collect()
    }
}
