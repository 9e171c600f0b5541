//! Looks at failures that a run recorded.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    jstestfuzz::cli::triage()
}
