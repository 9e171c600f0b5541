//! A process that ran out of memory, by its own words or the kernel's.

use super::normalise::normalise;
use super::story::{Told, findings};
use super::{Class, Finding, Oracle};
use crate::run::{Entry, Execution, Report, Trouble, entry, own_words};

/// See the module.
pub struct OutOfMemory;

impl Oracle for OutOfMemory {
    fn name(&self) -> &'static str {
        "out of memory"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        findings(execution, &[Trouble::OutOfMemory])
    }
}

pub(super) fn tell(report: &Report) -> Told {
    if let Entry::Kernel(words) = entry(report.head()) {
        let name =
            words.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("a process", |(name, _)| name);
        let message = format!("the kernel killed {name} for want of memory");
        let mut told = Told::of_words(Class::OutOfMemory, &message, message.clone());
        told.symptom = told.symptom.weak();
        return told;
    }
    let words = own_words(report.head()).trim_start_matches(['#', ' ']).to_owned();
    Told::of_stack(Class::OutOfMemory, &normalise(&words), report, true, words)
}

#[cfg(test)]
mod tests {
    use super::tell;
    use crate::run::reports;

    fn key(log: &[&str]) -> String {
        tell(&reports(log.iter().copied())[0]).symptom.to_string()
    }

    #[test]
    fn a_kernels_line_names_the_process_and_is_weak() {
        let line = "[1.2] Out of memory: Killed process 7 (mongod) total-vm:1kB";
        assert_eq!(key(&[line]), "weak out of memory: the kernel killed mongod for want of memory");
        assert_eq!(
            key(&["memory allocation of 8 bytes failed"]),
            "weak out of memory: memory allocation of ~ bytes failed"
        );
    }
}
