//! find_and_modify.

use super::Command;

pub const COMMANDS: &[Command] = &[];
