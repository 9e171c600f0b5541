//! Evidence gathered while the servers live: one check a file, all bounded in time. [`Checks`] says which.

mod after;
mod choice;
mod clear;
mod dbhash;
mod disk;
mod health;
mod kernel;
mod nodes;
mod oplog;
mod reachable;
mod session;
mod usage;
mod validate;

pub use after::{all_answer, look_at_data};
pub use choice::Checks;
pub use clear::clear;
pub use dbhash::same_documents;
pub use disk::{FULL_BELOW, free, full_disk};
pub use health::{PING_TIMEOUT, answers};
pub use kernel::kernel_lines;
pub use nodes::node;
pub use oplog::same_oplogs;
pub use reachable::reachable;
pub use usage::Usage;
pub use validate::validate_nodes;
