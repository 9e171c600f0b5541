//! Evidence gathered while the servers live: one check a file, all bounded in time.

mod health;
mod validate;

pub use health::answers;
pub use validate::validate_all;
