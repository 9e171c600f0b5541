//! The embedded shell: a worker process with its own JavaScript engine and its own client.
//!
//! The parent ([`EmbeddedShell`]) starts our own executable as a worker, gives it one job a line and reads one report a
//! line. In the worker every file has a fresh engine on a fresh thread; the harness's JavaScript is compiled once, by the
//! parent.
//! QuickJS without its libc has no file, process or network access: what scripts can reach is the list in `natives`.

mod account;
mod base64;
#[allow(unsafe_code)]
mod bson_crossing;
mod bytecode;
mod engine;
mod harness;
mod host;
mod modules;
mod named;
mod natives;
mod outbox;
mod outcome;
mod parent;
mod replay;
mod sandbox;
mod sources;
mod threads;
mod trail;
mod uncaught;
pub mod worker;

pub(super) use engine::is_module;
pub(super) use harness::script as harness_script;
pub use parent::EmbeddedShell;
pub use replay::{EXTENSION as COMMANDS, Recorded, cursor_opened};
