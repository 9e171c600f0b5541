//! A script that ended by itself before its last line. Fuzzed files catch everything, so this is a plain jstest's way.

use super::{Finding, Oracle, Verdict};
use crate::run::Execution;
use crate::shell::ShellEnd;

const WIDTH: usize = 300;

/// An error's text often holds a whole document over many lines, and then its stack, of which the first frame of the
/// test's own says most.
fn one_line(message: &str) -> String {
    let is_frame = |line: &&str| line.trim_start().starts_with("at ");
    let words: Vec<&str> = message.lines().take_while(|line| !is_frame(line)).flat_map(str::split_whitespace).collect();
    let mut line = words.join(" ");
    line.truncate(line.floor_char_boundary(WIDTH));
    let own = message.lines().filter(is_frame).find(|line| !line.contains("(harness:"));
    own.map_or_else(|| line.clone(), |frame| format!("{line} {}", frame.trim()))
}

/// See the module.
pub struct ScriptError;

impl Oracle for ScriptError {
    fn name(&self) -> &'static str {
        "script error"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        let title = match &execution.end {
            ShellEnd::UncaughtError { message } => format!("uncaught error: {}", one_line(message)),
            ShellEnd::Quit { status } if *status != 0 => format!("the script called quit({status})"),
            _ => return Vec::new(),
        };
        vec![Finding::other(Verdict::Unknown, title)]
    }
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn the_text_is_on_one_line_with_the_tests_own_frame() {
        let message =
            "Error: command failed: {\n\t\"ok\" : 0\n}\n    at doassert (harness:616:44)\n    at <eval> (a.js:7:3)\n";
        assert_eq!(one_line(message), "Error: command failed: { \"ok\" : 0 } at <eval> (a.js:7:3)");
        assert_eq!(one_line("thrown"), "thrown");
    }
}
