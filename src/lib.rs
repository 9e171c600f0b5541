//! A mutational JavaScript-test fuzzer for servers that speak the MongoDB protocol.
//!
//! The rooms below stand in the order of the data's way; a room uses only rooms above it. `ARCHITECTURE.md` is the map,
//! and `tests/it/tidy.rs` guards it.
#![deny(unsafe_code)]

// Ground floor: used by all, uses none.
pub mod config;
pub mod exit_code;
pub mod interrupt;
pub mod process;
pub mod seed;

// The data's way.
pub mod js;
pub mod corpus;
pub mod mutate;
pub mod wrap;
pub mod wire;
pub mod shell;
pub mod server;
pub mod run;
pub mod judge;
pub mod triage;
pub mod store;
pub mod report;
pub mod campaign;
pub mod cli;
