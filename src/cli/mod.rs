//! One file per command; the two programs end here.

use crate::exit_code::ExitCode;

/// The `fuzz` program.
pub fn fuzz() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        // Hidden: our own executable is also the embedded shell's worker and the practice server.
        _ => ExitCode::SetUp,
    }
}
