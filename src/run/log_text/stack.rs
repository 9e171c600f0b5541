//! Stacks as servers, run times and sanitizers print them.
//!
//! libcasr was looked at and not taken: it keeps its lists of ignored frames in global locks, compiles its patterns at
//! each call and knows neither mongod's JSON frames nor ThreadSanitizer nor PostgreSQL.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::entry::pattern;
use super::{Entry, entry};

/// Frames read of one stack: enough for a recursion to show.
const MOST_FRAMES: usize = 64;

/// Whose conventions a function's name follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// C and C++, mangled or not.
    Native,
    /// Go
    Go,
    /// Rust
    Rust,
    /// Java
    Java,
}

/// One function of a stack, as it was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Whose.
    pub tongue: Tongue,
    /// Its name, with whatever was printed around it.
    pub function: String,
}

/// `#0 0x55 in f(int) /a/x.cpp:1:2`, `#1 f x.cpp:1 (mongod+0x1)`, `#0  0x7 in f (a=1) at x.c:1`
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*#(\d+)\s+(?:0x[0-9a-fA-F]+ +in +)?(\S.*)$"));
/// What stands behind the function there.
static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r" (?:/\S+|<null>|\(/.*|\(\S+\+0x.*|\(BuildId.*|\([\w$]+=.*|\(\) (?:at|from) .*|\(\)$|\S+\.\w+:\d+).*$")
});
/// `/usr/bin/mongod(_ZN5mongo1fEv+0x41) [0x55]`
static SYMBOL: LazyLock<Regex> = LazyLock::new(|| pattern(r"\(([^()\s]+)\+0x[0-9a-fA-F]+\) ?\[0x[0-9a-fA-F]+\]\s*$"));
/// `   0: core::panicking::panic` and `  12: 0x55 - f`
static RUST: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(\d+):\s+(?:0x[0-9a-fA-F]+ - )?(\S.*)$"));
/// `\tat java.base/java.util.List.get(List.java:1)`
static JAVA: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s+at (?:[\w.$@-]*/+)*([\w.$<>/]+)\("));
/// `# C  [libfoo.so+0x1234]  f+0x10`
static PROBLEMATIC: LazyLock<Regex> = LazyLock::new(|| pattern(r"^# [CVjJAv] +(?:\[[^\]]*\] +)?(?:\d+ c\d )?(\S.*)$"));
/// `main.f(0x1, ...)`, followed by a line with its place.
static GO: LazyLock<Regex> = LazyLock::new(|| pattern(r"^([\w./\-*()\[\]~%]+)\(.*\)$"));

/// Reads the first stack of one form; gives nothing where there is none.
type Reader = fn(&[String]) -> Vec<Frame>;

/// A form whose frames could be taken for another's comes first.
const READERS: [Reader; 6] = [json, java, go, numbered, symbols, rust];

/// The first stack in these lines.
pub(super) fn stack(lines: &[String]) -> Vec<Frame> {
    let mut found = READERS.iter().map(|read| read(lines)).find(|frames| !frames.is_empty()).unwrap_or_default();
    found.truncate(MOST_FRAMES);
    found
}

fn frame(tongue: Tongue, function: &str) -> Frame {
    Frame { tongue, function: function.trim().to_owned() }
}

/// mongod's JSON logs have the stack whole in one line, and each frame again in its own. Old text logs print the first.
fn json(lines: &[String]) -> Vec<Frame> {
    let mut single = Vec::new();
    for line in lines {
        match entry(line) {
            Entry::Mongod { message, attr: Some(attr), .. } if message == "BACKTRACE" => {
                let list = attr.pointer("/bt/backtrace").or(attr.pointer("/backtrace"));
                return list.and_then(Value::as_array).into_iter().flatten().filter_map(of_json).collect();
            }
            Entry::Mongod { message, attr: Some(attr), .. } if message == "Frame" => {
                single.extend(attr.get("frame").and_then(of_json));
            }
            Entry::Plain(text) if text.starts_with("{\"backtrace\":") => {
                let parsed: Value = serde_json::from_str(text).unwrap_or_default();
                let named: Vec<Frame> =
                    parsed["backtrace"].as_array().into_iter().flatten().filter_map(of_json).collect();
                if !named.is_empty() {
                    return named;
                }
            }
            _ => {}
        }
    }
    single
}

/// `C` is the name in plain, `s` the symbol.
fn of_json(value: &Value) -> Option<Frame> {
    let name = value.get("C").or(value.get("s"))?.as_str()?;
    // A Rust program may print in mongod's form too; a mangled name is C++.
    let rust = name.contains("{{") || name.starts_with('<') || name.contains("::h");
    Some(frame(if rust { Tongue::Rust } else { Tongue::Native }, name))
}

fn java(lines: &[String]) -> Vec<Frame> {
    let (mut frames, mut problematic) = (Vec::new(), false);
    for line in lines {
        if let Some(found) = JAVA.captures(line) {
            frames.push(frame(Tongue::Java, &found[1]));
        } else if line.starts_with("Caused by: ") {
            // The last cause is the first to have happened.
            frames.clear();
        } else if !frames.is_empty() && !line.trim_start().starts_with("...") {
            break;
        } else if let Some(found) = problematic.then(|| PROBLEMATIC.captures(line)).flatten() {
            let tongue = if line.starts_with("# J") || line.starts_with("# j") { Tongue::Java } else { Tongue::Native };
            return vec![frame(tongue, found[1].split(['(', '+']).next().unwrap_or_default())];
        }
        problematic = line.starts_with("# Problematic frame:");
    }
    frames
}

/// The first goroutine's.
fn go(lines: &[String]) -> Vec<Frame> {
    let goroutine = lines.iter().skip_while(|line| !line.starts_with("goroutine ")).skip(1);
    let body = goroutine.take_while(|line| !line.trim().is_empty() && !line.starts_with("goroutine "));
    let functions = body.filter(|line| !line.starts_with([' ', '\t']) && !line.starts_with("created by "));
    functions.filter_map(|line| Some(frame(Tongue::Go, GO.captures(line)?.get(1)?.as_str()))).collect()
}

/// Sanitizers and debuggers number their frames; the second #0 begins another stack.
fn numbered(lines: &[String]) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut begun = false;
    for line in lines {
        let Some(found) = NUMBERED.captures(line) else { continue };
        if &found[1] == "0" && begun {
            break;
        }
        begun = true;
        let function = PLACE.replace(&found[2], "");
        // A frame without a symbol is an address in a file.
        if !function.is_empty() && !function.starts_with("0x") && !function.starts_with('(') {
            frames.push(frame(Tongue::Native, &function));
        }
    }
    // Rust programs under a sanitizer print in the sanitizer's form.
    let rust = lines.iter().any(|line| NUMBERED.is_match(line) && line.contains(".rs:"));
    if rust {
        frames.iter_mut().for_each(|frame| frame.tongue = Tongue::Rust);
    }
    frames
}

fn symbols(lines: &[String]) -> Vec<Frame> {
    lines.iter().filter_map(|line| Some(frame(Tongue::Native, SYMBOL.captures(line)?.get(1)?.as_str()))).collect()
}

fn rust(lines: &[String]) -> Vec<Frame> {
    let body = lines.iter().skip_while(|line| !line.starts_with("stack backtrace:")).skip(1);
    let named = body.filter(|line| !line.trim_start().starts_with("at "));
    named.map_while(|line| Some(frame(Tongue::Rust, RUST.captures(line)?.get(2)?.as_str()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn functions(text: &str) -> Vec<String> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        stack(&lines).into_iter().map(|frame| frame.function).collect()
    }

    #[test]
    fn a_sanitizers_first_stack_is_read_without_its_places() {
        let text = "==1==ERROR: AddressSanitizer: x\n    #0 0x55 in mongo::f(int, char const*) /a/src/x.cpp:1:2\n    \
                    #1 0x56 in g src/y.cpp:3\n    #2 0x57  (/lib/libc.so.6+0x1)\nfreed by thread T0 here:\n    #0 0x1 in free /x";
        assert_eq!(functions(text), ["mongo::f(int, char const*)", "g"]);
        assert_eq!(
            functions("    #0 mongo::f(int) /a/x.cpp:1 (mongod+0x1)\n    #1 main m.cpp:2 (mongod+0x2)"),
            ["mongo::f(int)", "main"]
        );
    }

    #[test]
    fn a_debuggers_frames_lose_their_arguments() {
        let text = "#0  0x00007f in raise () from /lib/libc.so.6\n#1  mongo::f (this=0x1) at src/x.cpp:7";
        assert_eq!(functions(text), ["raise", "mongo::f"]);
    }

    #[test]
    fn go_rust_and_java_are_read() {
        let go = "panic: x\n\ngoroutine 7 [running]:\nmain.(*T).f(0xc0, {0x1, 0x2})\n\t/a/x.go:1 +0x1\nmain.main()\n\t/a\n\ngoroutine 8 [select]:\nruntime.gopark(0x1)";
        assert_eq!(functions(go), ["main.(*T).f", "main.main"]);
        let rust = "thread 'x' panicked at\nstack backtrace:\n   0: rust_begin_unwind\n             at /rustc/x.rs:1\n   1: a::b\nnote: x";
        assert_eq!(functions(rust), ["rust_begin_unwind", "a::b"]);
        let java = "java.lang.Error: x\n\tat a.b.C.d(C.java:1)\n\t... 2 more\nCaused by: java.lang.Error\n\tat java.base/java.util.L.get(L.java:2)\nready";
        assert_eq!(functions(java), ["java.util.L.get"]);
    }

    #[test]
    fn frames_of_mongods_logs_are_read_in_all_three_forms() {
        let bt = r#"{"s":"I","c":"C","id":31380,"ctx":"x","msg":"BACKTRACE","attr":{"bt":{"backtrace":[{"b":"1","s":"_ZN1f","C":"f()"},{"s":"g"}]}}}"#;
        assert_eq!(functions(bt), ["f()", "g"]);
        let single = r#"{"s":"I","c":"C","id":31445,"ctx":"x","msg":"Frame","attr":{"frame":{"a":"1","s":"h"}}}"#;
        assert_eq!(functions(single), ["h"]);
        let old =
            " /usr/bin/mongod(_ZN5mongo1fEv+0x41) [0x55d]\n /lib/libpthread.so.0(+0x1) [0x7]\n mongod(main+0x2) [0x56]";
        assert_eq!(functions(old), ["_ZN5mongo1fEv", "main"]);
    }
}
