//! Lists of what is built in.

use crate::exit_code::ExitCode;
use crate::mutate::MUTATORS;
use crate::report::say;

/// `fuzz mutators`
pub fn mutators() -> ExitCode {
    let total: u32 = MUTATORS.iter().map(|(_, weight)| weight).sum();
    for (mutator, weight) in MUTATORS {
        say(&format!(
            "{:<17} {:>4.1} %  {}",
            mutator.name(),
            f64::from(*weight) * 100.0 / f64::from(total),
            mutator.summary()
        ));
    }
    ExitCode::Clean
}
