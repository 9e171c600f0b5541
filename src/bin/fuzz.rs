//! Makes fuzzed files, runs them against a server and judges what happens.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    jstestfuzz::cli::fuzz()
}
