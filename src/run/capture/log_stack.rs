//! The stack that a dying process wrote into its log: mongod's backtrace (JSON lines from 4.4 on) and Go's panics.

use serde::Deserialize;

use super::go_text;
use super::record::{Capture, Frame, Thread};

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    ctx: String,
    msg: String,
    #[serde(default)]
    attr: Attributes,
}

#[derive(Default, Deserialize)]
struct Attributes {
    #[serde(default)]
    frame: Option<LoggedFrame>,
}

/// `C` is the demangled name, `s` the mangled one.
#[derive(Deserialize)]
struct LoggedFrame {
    #[serde(rename = "C", default)]
    plain: String,
    #[serde(rename = "s", default)]
    mangled: String,
}

/// The thread that died, if the log has its stack.
pub fn thread(lines: &[String]) -> Option<Thread> {
    let mut thread = Thread::default();
    for line in lines.iter().filter_map(|line| serde_json::from_str::<Line>(line).ok()) {
        if let Some(frame) = line.attr.frame.filter(|_| line.msg == "Frame" && thread.frames.len() < Capture::FRAMES) {
            let function = if frame.plain.is_empty() { frame.mangled } else { frame.plain };
            thread.frames.push(Frame { function, place: None });
            thread.name = line.ctx;
        }
    }
    if !thread.frames.is_empty() {
        return Some(thread);
    }
    // The one that panicked is printed first.
    let panics = |line: &String| line.starts_with("panic: ") || line.starts_with("fatal error: ");
    let from = lines.iter().position(panics)?;
    go_text::goroutines(&lines[from..].join("\n")).into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_a_json_log_and_of_a_panic_are_found() {
        let frame = |name: &str| {
            format!(r#"{{"s":"I","ctx":"conn3","msg":"Frame","attr":{{"frame":{{"a":"1","C":"{name}"}}}}}}"#)
        };
        let lines = ["plain".to_owned(), frame("mongo::f()"), frame("main")];
        let found = thread(&lines).unwrap();
        assert_eq!(
            (found.name.as_str(), found.frames[0].function.as_str(), found.frames.len()),
            ("conn3", "mongo::f()", 2)
        );
        let lines = ["panic: x", "", "goroutine 5 [running]:", "a/b.F(0x1)", "\t/b.go:1 +0x2"].map(String::from);
        assert_eq!(thread(&lines).unwrap().frames[0].function, "a/b.F");
        assert_eq!(thread(&["nothing".to_owned()]), None);
    }
}
