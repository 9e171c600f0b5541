//! Small programs whose output in the legacy mongo shell is known, run under ours.

use std::fmt::Write;

use camino::Utf8Path;
use jstestfuzz::shell::ShellEnd;
use serde::Deserialize;

use crate::embedded::{Programs, in_step};

const FIXTURE: &str = include_str!("../fixtures/fidelity.toml");
const README: &str = "harness/README.md";
/// The table stands between these lines of the README.
const MARKS: [&str; 2] = ["<!-- fidelity: generated from tests/fixtures/fidelity.toml -->", "<!-- end of fidelity -->"];

#[derive(Deserialize)]
struct Fixture {
    program: Vec<Program>,
}

#[derive(Deserialize)]
struct Program {
    group: String,
    text: String,
    /// What the legacy shell prints.
    expected: String,
    /// What ours prints instead, where that is known and meant.
    ours: Option<String>,
    /// Why it differs.
    differs: Option<String>,
}

fn programs() -> Vec<Program> {
    toml::from_str::<Fixture>(FIXTURE).unwrap().program
}

/// All that a program leaves on the screen. The line `statement: ` is ours alone, beside the legacy shell's words.
fn screen(end: ShellEnd, mut printed: Vec<String>) -> String {
    match end {
        ShellEnd::Completed => {}
        ShellEnd::UncaughtError { message } => {
            printed.extend(message.lines().filter(|line| !line.starts_with("statement: ")).map(str::to_owned));
        }
        other => printed.push(format!("{other:?}")),
    }
    printed.join("\n")
}

#[test]
fn programs_print_what_the_legacy_shell_prints() {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    let mut shell = Programs::start(folder);
    let mut wrong = String::new();
    for program in programs() {
        std::fs::write(folder.join("program.js"), &program.text).unwrap();
        let (end, printed) = shell.run("program.js");
        let screen = screen(end, printed);
        let wanted = program.ours.as_ref().unwrap_or(&program.expected);
        if screen != *wanted {
            let _ = writeln!(wrong, "--- program\n{}\n--- wanted\n{wanted}\n--- got\n{screen}\n", program.text);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_difference_says_why_and_is_one() {
    for program in programs() {
        assert_eq!(program.ours.is_some(), program.differs.is_some(), "{}", program.text);
        assert_ne!(program.ours.as_ref(), Some(&program.expected), "{}", program.text);
    }
}

#[test]
fn the_readme_shows_them_all() {
    let readme = std::fs::read_to_string(Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join(README)).unwrap();
    let (before, rest) = readme.split_once(MARKS[0]).expect("the README has the first mark");
    let (_, after) = rest.split_once(MARKS[1]).expect("the README has the second mark");
    in_step(README, &format!("{before}{}\n{}{}{after}", MARKS[0], table(&programs()), MARKS[1]));
}

fn table(programs: &[Program]) -> String {
    let alike = programs.iter().filter(|program| program.ours.is_none()).count();
    let mut text = format!("{alike} of {} programs print the same as in the legacy shell.\n", programs.len());
    let mut group = "";
    for program in programs {
        if program.group != group {
            group = &program.group;
            let _ = write!(text, "\n{group}\n\n| program | prints |\n|---|---|\n");
        }
        let mut prints = cell(&program.expected);
        if let (Some(ours), Some(why)) = (&program.ours, &program.differs) {
            let _ = write!(prints, "<br>ours: {} ({why})", cell(ours));
        }
        let _ = writeln!(text, "| {} | {prints} |", cell(&program.text));
    }
    text
}

/// Code that may hold line ends, tabs and bars, in a cell of a table.
fn cell(code: &str) -> String {
    // What means something to Markdown or HTML also within these tags, as a number.
    let shown = |one: char| match one {
        '\t' => "&nbsp;&nbsp;&nbsp;&nbsp;".to_owned(),
        '&' | '<' | '>' | '|' | '*' | '_' | '`' | '\\' => format!("&#{};", u32::from(one)),
        _ => one.to_string(),
    };
    let escape = |line: &str| line.chars().map(shown).collect::<String>().replace("  ", "&nbsp; ");
    format!("<code>{}</code>", code.lines().map(escape).collect::<Vec<_>>().join("<br>"))
}
