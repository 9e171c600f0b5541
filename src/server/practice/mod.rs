//! The practice server: a small MongoDB-protocol server inside our own executable, run as a child process.
//!
//! It has two jobs. A newcomer's first run needs nothing but Rust; and it is ground truth, because it carries planted
//! [`bugs`] whose conditions are known. It is not a database product: documents live in memory and die with it.
//!
//! A request goes [`net`] (frames) -> [`commands`] (the table of commands) -> [`query`], [`update`] and [`eval`] (what
//! filters, updates and pipelines mean) -> [`collection`] and [`index`] (records under one lock a collection, found by
//! name in the [`catalog`]). Every command runs under an [`operation`] with a deadline.
//! What changes documents is told to the others of a set by [`replication`]; a [`router`] only
//! passes commands on. The [`log`] has the lines of a
//! mongod 4.4, so that whoever judges a crash reads one format.

pub mod arguments;
pub mod bugs;
pub mod catalog;
pub mod collection;
pub mod commands;
pub mod cursor;
pub mod dialect;
pub mod errors;
pub mod eval;
pub mod index;
pub mod log;
pub mod net;
pub mod operation;
pub mod options;
pub mod parameters;
pub mod query;
pub mod render;
pub mod replication;
pub mod router;
pub mod server;
#[cfg(test)]
pub(crate) mod trial;
#[cfg(test)]
mod robustness;
pub mod update;

pub use options::{Options, main, serve_in_thread, serve_member_in_thread};
