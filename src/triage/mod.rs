//! From a failing file to a small one that anybody can read.
//!
//! [`reduce`] makes a script smaller as long as a [`reduce::Test`] says that it still fails. It knows nothing of servers:
//! whoever has a failure to keep brings the test. [`CommandTest`] is the one for any command. [`commands`]
//! are what is left where JavaScript is taken away.

mod command;
pub mod commands;
mod history;
mod odds;
pub mod reduce;
mod timeline;

pub use command::CommandTest;
pub use history::needed;
pub use odds::{Belief, Rate, Sequential};
pub use timeline::{Log, Row, Texts, Timeline, timeline};
