//! Which names of the legacy shell there are: `harness/coverage.md` says so, and this holds it to the shell.

use std::collections::BTreeMap;
use std::fmt::Write;

use camino::Utf8Path;
use jstestfuzz::shell::ShellEnd;

use crate::embedded::{Programs, in_step};

const NAMES: &str = include_str!("../fixtures/shell_api.csv");
const NOTES: &str = include_str!("../fixtures/shell_api_notes.csv");
const CODES: &str = include_str!("../fixtures/error_codes.csv");
const RESOLVE: &str = include_str!("coverage/resolve.js");

/// What is said of a name by hand: that it is a stub, needs more than one server, or is another's.
struct Note {
    status: String,
    /// The name under which it is looked for.
    stands_for: String,
    why: String,
}

fn rows(csv: &str) -> impl Iterator<Item = Vec<String>> {
    csv.lines().skip(1).map(|line| line.splitn(4, ',').map(str::to_owned).collect())
}

fn notes() -> BTreeMap<String, Note> {
    let note = |row: Vec<String>| {
        let [api, status, stands_for, why] = row.try_into().expect("four fields");
        (api, Note { status, stands_for, why })
    };
    rows(NOTES).map(note).collect()
}

fn printed(program: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    std::fs::write(folder.join("program.js"), program).unwrap();
    let (end, printed) = Programs::start(folder).run("program.js");
    assert_eq!(end, ShellEnd::Completed);
    printed
}

/// Asks the shell for names; the answer has one for each.
fn resolved(names: &[String]) -> Vec<bool> {
    let list = serde_json::to_string(names).unwrap();
    let answers = printed(&format!("const names = {list};\n{RESOLVE}"));
    assert_eq!(answers.len(), names.len());
    answers.iter().map(|line| line.ends_with(",true")).collect()
}

#[test]
fn the_table_of_names_is_in_step() {
    let notes = notes();
    let names: Vec<(String, u32)> = rows(NAMES).map(|row| (row[0].clone(), row[1].parse().unwrap())).collect();
    for noted in notes.keys() {
        assert!(names.iter().any(|(name, _)| name == noted), "{noted} is noted, but not in the list of names");
    }
    let asked = |(name, _): &(String, u32)| match notes.get(name) {
        Some(note) if !note.stands_for.is_empty() => note.stands_for.clone(),
        _ => name.clone(),
    };
    let there = resolved(&names.iter().map(asked).collect::<Vec<_>>());
    let mut counts = BTreeMap::new();
    let mut table = String::new();
    for (at, ((name, calls), there)) in names.iter().zip(there).enumerate() {
        let (status, why) = match (notes.get(name), there) {
            (Some(note), _) if note.status == "elsewhere" => ("not on one server", note.why.as_str()),
            (_, false) => ("missing", ""),
            (Some(note), true) => (note.status.as_str(), note.why.as_str()),
            (None, true) => ("done", ""),
        };
        let count: &mut (u32, u32) = counts.entry(status).or_default();
        *count = (count.0 + 1, count.1 + calls);
        let _ = writeln!(table, "| {} | `{name}` | {calls} | {status} | {why} |", at + 1);
    }
    assert!(!counts.contains_key("missing"), "names without an answer:\n{table}");
    in_step("harness/coverage.md", &page(&counts, &table));
}

fn page(counts: &BTreeMap<&str, (u32, u32)>, table: &str) -> String {
    let all: u32 = counts.values().map(|(_, calls)| calls).sum();
    let mut page =
        "# Names of the legacy shell\n\nMost used first, by their calls in the core and aggregation tests of \
                    the 4.0 era. A question mark: the receiver was\nguessed when the calls were counted. Generated; \
                    `tests/fixtures/shell_api_notes.csv` says what is a stub.\n\n| | names | calls |\n|---|---|---|\n"
            .to_owned();
    for (status, (names, calls)) in counts {
        let _ = writeln!(page, "| {status} | {names} | {:.1} % |", f64::from(*calls) * 100.0 / f64::from(all));
    }
    page + "\n| | name | calls | | why |\n|---|---|---|---|---|\n" + table
}

#[test]
fn error_codes_are_those_of_the_public_list() {
    let program = "for (const name of Object.keys(ErrorCodes)) { print(ErrorCodes[name] + ',' + name); }";
    let (mut ours, mut public) = (printed(program), CODES.lines().skip(1).map(str::to_owned).collect::<Vec<_>>());
    ours.sort();
    public.sort();
    assert_eq!(ours, public);
}
