//! What is said of an error that nobody caught, in the form of the legacy shell:
//!
//! ```text
//! uncaught exception: Error: boom :
//! f@test.js:2:11
//! @test.js:4:1
//! statement: throw new Error("boom");
//! ```
//!
//! The last line is ours: the line of the file on which the innermost of its frames stands.

use rquickjs::{CaughtError, Ctx, Function, Object, Value};

use super::harness;
use super::natives::Text;
use crate::shell::ShellEnd;

/// Bytes of all that is said.
const MOST_BYTES: usize = 4_000;
/// Bytes of the statement's line.
const MOST_STATEMENT: usize = 300;

/// The ending that an uncaught error makes. `name` and `text` are the file's, `native` carries the harness's `wordsOf`.
pub fn ending<'js>(
    ctx: &Ctx<'js>,
    native: &Object<'js>,
    error: CaughtError<'js>,
    (name, text): (&str, &str),
) -> ShellEnd {
    match error {
        CaughtError::Value(value) if value.is_null() => ShellEnd::OutOfMemory,
        CaughtError::Value(value) => {
            let said = described(ctx, native, value).unwrap_or_else(|| "a value that cannot be shown".to_owned());
            uncaught(format!("uncaught exception: {said}"))
        }
        CaughtError::Error(error) => uncaught(format!("uncaught exception: {error}")),
        CaughtError::Exception(exception) => {
            let message = exception.message().unwrap_or_default();
            let kind: String = exception.as_object().get("name").unwrap_or_default();
            let stack = exception.stack().unwrap_or_default();
            if kind == "InternalError" && message == "out of memory" {
                return ShellEnd::OutOfMemory;
            }
            // A parse error has no frame of a function: nothing ran.
            if kind == "SyntaxError" && !stack.contains(" (") && !stack.contains("at <") {
                return ShellEnd::SyntaxError { message: cut(format!("{message} {}", stack.trim()), MOST_BYTES) };
            }
            let said = described(ctx, native, exception.into_value()).unwrap_or_else(|| format!("{kind}: {message}"));
            let frames: Vec<Frame> = stack.lines().filter_map(Frame::parse).collect();
            let mut all = format!("uncaught exception: {said} :");
            for frame in &frames {
                all.push('\n');
                all.push_str(&frame.shown());
            }
            let own = frames.iter().find(|frame| frame.file == name);
            if let Some(line) = own.and_then(|frame| text.lines().nth(frame.line.checked_sub(1)?)) {
                all.push_str("\nstatement: ");
                all.push_str(&cut(line.trim().to_owned(), MOST_STATEMENT));
            }
            uncaught(all)
        }
    }
}

fn uncaught(message: String) -> ShellEnd {
    ShellEnd::UncaughtError { message: cut(message, MOST_BYTES) }
}

/// The harness's words for what was thrown. Its `toString` is the script's, and may throw in turn.
fn described<'js>(ctx: &Ctx<'js>, native: &Object<'js>, thrown: Value<'js>) -> Option<String> {
    let describe: Function<'js> = native.get("wordsOf").ok()?;
    let said = describe.call::<_, Text>((thrown,)).map(|Text(said)| said);
    if said.is_err() {
        ctx.catch();
    }
    said.ok()
}

pub fn cut(mut message: String, most: usize) -> String {
    message.truncate(message.floor_char_boundary(most));
    message
}

/// One line of the engine's stack: `at f (file:line:column)`, `at file:line:column` or `at f (native)`.
struct Frame {
    function: String,
    file: String,
    line: usize,
    column: usize,
}

impl Frame {
    fn parse(line: &str) -> Option<Self> {
        let frame = line.trim().strip_prefix("at ")?;
        let (function, place) = match frame.rsplit_once(" (") {
            Some((function, place)) => (function, place.strip_suffix(')')?),
            None => ("", frame),
        };
        let function = if function.starts_with('<') { "" } else { function };
        let mut parts = place.rsplitn(3, ':');
        let column = parts.next()?.parse().ok()?;
        let line = parts.next()?.parse().ok()?;
        Some(Self { function: function.to_owned(), file: parts.next()?.to_owned(), line, column })
    }

    fn shown(&self) -> String {
        let Self { function, file, line, column } = self;
        match harness::place(*line).filter(|_| file == harness::SCRIPT_NAME) {
            Some((file, line)) => format!("{function}@harness/{file}:{line}:{column}"),
            None => format!("{function}@{file}:{line}:{column}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_shown_as_the_legacy_shell_does() {
        let shown = |line| Frame::parse(line).map(|frame| frame.shown());
        assert_eq!(shown("    at f (a b.js:2:11)").unwrap(), "f@a b.js:2:11");
        assert_eq!(shown("    at <eval> (a.js:4:1)").unwrap(), "@a.js:4:1");
        assert_eq!(shown("    at <anonymous> (a.js:4:1)").unwrap(), "@a.js:4:1");
        assert_eq!(shown("    at a.js:4:1").unwrap(), "@a.js:4:1");
        assert_eq!(shown("    at call (native)"), None);
        assert_eq!(shown("    at doassert (harness:3:1)").unwrap(), "doassert@harness/00_natives.js:1:1");
    }
}
