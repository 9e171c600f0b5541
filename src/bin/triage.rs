//! Looks at failures that a run recorded, and makes failing scripts small.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    jstestfuzz::cli::triage()
}
