//! update.

use super::Command;

pub const COMMANDS: &[Command] = &[];
