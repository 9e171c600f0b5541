//! Evidence gathered while the servers live: one check a file, all bounded in time.

mod clear;
mod disk;
mod health;
mod kernel;
mod reachable;
mod session;
mod usage;
mod validate;

pub use clear::clear;
pub use disk::{FULL_BELOW, free, full_disk};
pub use health::answers;
pub use kernel::kernel_lines;
pub use reachable::reachable;
pub use usage::Usage;
pub use validate::validate_all;
