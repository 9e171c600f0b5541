//! Evidence gathered while the servers live: one check a file, all bounded in time.

mod health;
mod kernel;
mod reachable;
mod usage;
mod validate;

pub use health::answers;
pub use kernel::kernel_lines;
pub use reachable::reachable;
pub use usage::Usage;
pub use validate::validate_all;
