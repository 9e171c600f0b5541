//! A server that one file made grow without measure: memory, files on disk, descriptors.

use super::{Class, Finding, Oracle};
use crate::run::{Execution, Figures, ProcessUsage};

/// See the module.
pub struct Resource;

/// Growth during one file that no test asks for. A fuzzed file is some hundred kB of text and runs for seconds; what it
/// stores by intent is far less.
const MEMORY: u64 = 1 << 30;
const DISK: u64 = 4 << 30;
/// A file has some dozen connections at most, and all are closed when this is measured; each collection and index may
/// keep a file open, and tests have some hundreds of them at most.
const DESCRIPTORS: u64 = 2_000;

impl Oracle for Resource {
    fn name(&self) -> &'static str {
        "resource"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        execution.usage.iter().flat_map(findings).collect()
    }
}

/// One figure and its bound.
struct Kind {
    what: &'static str,
    figure: fn(&Figures) -> Option<u64>,
    bound: u64,
    unit: &'static str,
}

const KINDS: [Kind; 3] = [
    Kind { what: "memory", figure: |figures| figures.memory, bound: MEMORY, unit: " bytes" },
    Kind { what: "files", figure: |figures| figures.disk, bound: DISK, unit: " bytes" },
    Kind { what: "descriptors", figure: |figures| figures.descriptors, bound: DESCRIPTORS, unit: "" },
];

fn findings(usage: &ProcessUsage) -> Vec<Finding> {
    let one = |Kind { what, figure, bound, unit }: &Kind| {
        let (before, after) = (figure(&usage.before)?, figure(&usage.after)?);
        let grown = after.checked_sub(before).filter(|grown| grown > bound)?;
        let title = format!("{what} of {} grew by {grown}{unit} to {after}{unit} during this file", usage.process);
        Some(Finding::weak_failure(Class::Resource, &format!("{what} of {} grow", usage.process), title))
    };
    KINDS.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::tests::clean;

    fn grown(by: u64, descriptors: u64) -> Execution {
        let before = Figures { memory: Some(1 << 20), disk: None, descriptors: Some(10) };
        let after = Figures { memory: Some((1 << 20) + by), disk: Some(99), descriptors: Some(descriptors) };
        let usage = vec![ProcessUsage { process: "mongod".into(), before, after }];
        Execution { usage, ..clean() }
    }

    #[test]
    fn growth_past_its_bound_is_a_failure_and_growth_up_to_it_is_none() {
        assert!(Resource.judge(&grown(MEMORY, 12)).is_empty());
        let found = Resource.judge(&grown(MEMORY + 1, 12));
        assert!(found[0].title.starts_with("memory of mongod grew by 1073741825 bytes"), "{found:?}");
        assert!(Resource.judge(&grown(0, 2_010)).is_empty());
        assert_eq!(Resource.judge(&grown(0, 2_011)).len(), 1);
    }

    #[test]
    fn what_was_measured_once_only_says_nothing() {
        let mut execution = grown(0, 12);
        execution.usage[0].after.disk = Some(u64::MAX);
        assert!(Resource.judge(&execution).is_empty());
    }
}
