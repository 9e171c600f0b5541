//! The planted bugs in words: for `fuzz server bugs` and for `docs/planted-bugs.md`.

use super::{Class, Depth, FoundBy, PlantedBug, all};

/// Lines for a terminal.
pub fn lines() -> Vec<String> {
    all().iter().flat_map(of_one).collect()
}

fn of_one(bug: &PlantedBug) -> Vec<String> {
    let mut lines = vec![
        format!("{}  {:?}, {}: {}", bug.id, bug.class, bug.depth.words(), bug.title),
        format!("    fires when: {}", bug.condition),
        format!("    found by:   {}", found_by(bug)),
    ];
    lines.extend(bug.program.lines().map(|line| format!("    | {line}")));
    lines
}

fn found_by(bug: &PlantedBug) -> String {
    let tries = if bug.tries > 1 { format!(", run up to {} times", bug.tries) } else { String::new() };
    match bug.found_by {
        FoundBy::Fuzzing => format!("fuzzing, and its smallest program{tries}"),
        FoundBy::SmallestProgram => format!("its smallest program{tries}"),
        FoundBy::Nobody => "nobody: there is nothing to find".to_owned(),
    }
}

const HEAD: &str = "\
# Planted bugs

The practice server does these things wrong on purpose. `--bugs all|none|decoys|ID,ID` switches them on and off, `fuzz
self-check` runs every smallest program through the whole pipeline and compares what the judge says with this list, and
`fuzz server bugs` prints it. This page is made from the list in `src/server/practice/bugs/mod.rs`:
`fuzz server bugs --markdown > docs/planted-bugs.md`.

A planted bug does the real thing: the process really gets the signal, really waits for the lock, really keeps the memory.
Growth is bounded, so that the machine lives. *Found by fuzzing* means that a run of at most 40 sets with seed 1 and this
bug alone met it; the others need more luck, or two clients.

";

/// The page of the documentation.
pub fn markdown() -> String {
    let mut page = HEAD.to_owned();
    let by_fuzzing = all().iter().filter(|bug| bug.found_by == FoundBy::Fuzzing).count();
    let decoys = all().iter().filter(|bug| bug.class == Class::Decoy).count();
    let bugs = all().len() - decoys;
    page += &format!("{bugs} bugs, of which {by_fuzzing} are found by fuzzing alone; {decoys} decoys.\n\n");
    page += "| id | class | depth | right verdict | found by | title |\n|---|---|---|---|---|---|\n";
    for bug in all() {
        page += &format!(
            "| {} | {:?} | {} | {} | {} | {} |\n",
            bug.id,
            bug.class,
            bug.depth.words(),
            verdicts(bug.class),
            short(bug),
            cell(bug.title)
        );
    }
    page += "\n## Depths\n\n";
    for depth in Depth::ALL {
        let ids = all().iter().filter(|bug| bug.depth == depth).map(|bug| bug.id).collect::<Vec<_>>();
        page += &format!("- {}: {}\n", depth.words(), ids.join(", "));
    }
    for bug in all() {
        page += &format!("\n## {}\n\n{}.\n\nFires when: {}.\n\n", bug.id, bug.title, bug.condition);
        page += &format!("```js\n{}\n```\n", bug.program);
    }
    page
}

fn verdicts(class: Class) -> String {
    let names = class.verdicts();
    if names.is_empty() { "none".to_owned() } else { names.join(" or ") }
}

fn short(bug: &PlantedBug) -> &'static str {
    match bug.found_by {
        FoundBy::Fuzzing => "fuzzing",
        FoundBy::SmallestProgram => "smallest program",
        FoundBy::Nobody => "nobody",
    }
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_the_documentation_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/planted-bugs.md");
        let page = std::fs::read_to_string(path).unwrap_or_default();
        assert!(page == markdown(), "run: fuzz server bugs --markdown > docs/planted-bugs.md");
    }

    #[test]
    fn every_bug_is_listed_with_its_program() {
        let lines = lines();
        assert_eq!(lines.iter().filter(|line| line.starts_with("PRACTICE-")).count(), all().len());
        assert!(all().iter().all(|bug| lines.contains(&format!("    | {}", bug.program.lines().next().unwrap()))));
    }
}
