//! One file per command; the two programs end here.

use crate::exit_code::ExitCode;
use crate::{process, server, shell};

/// The `fuzz` program.
pub fn fuzz() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((word, rest)) = arguments.split_first() else { return ExitCode::SetUp };
    // Our own executable is also the embedded shell's worker, the practice server and the guard of what it starts.
    match word.as_str() {
        "shell-worker" => shell::embedded::worker::main(),
        process::GUARD => {
            eprintln!("{}", process::become_program(rest));
            std::process::exit(127)
        }
        "practice-server" => server::practice::main(rest),
        _ => ExitCode::SetUp,
    }
}
