//! The practice server: a small MongoDB-protocol server inside our own executable, run as a child process.

pub mod errors;
pub mod eval;
