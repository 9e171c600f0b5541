//! Reads the source and guards the map.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms in the order of the data's way; a room uses only rooms before it. Ground floor first.
const ROOMS: [&str; 20] = [
    "config",
    "exit_code",
    "interrupt",
    "process",
    "seed",
    "js",
    "corpus",
    "mutate",
    "wrap",
    "wire",
    "shell",
    "server",
    "run",
    "judge",
    "triage",
    "store",
    "report",
    "campaign",
    "cli",
    "bin",
];

/// Libraries and the only places that may use them.
const DOORS: [(&str, &str); 14] = [
    ("swc_", "src/js/"),
    ("rquickjs", "src/shell/embedded/"),
    ("git2", "src/corpus/new.rs"),
    ("clap", "src/cli/"),
    ("cpp_demangle", "src/judge/frame_name.rs"),
    ("rustls", "src/wire/tls.rs"),
    ("hmac", "src/wire/scram/"),
    ("md5", "src/wire/scram/"),
    ("pbkdf2", "src/wire/scram/"),
    ("sha2", "src/wire/scram/"),
    ("stringprep", "src/wire/scram/"),
    ("flate2", "src/wire/compression.rs"),
    ("snap", "src/wire/compression.rs"),
    ("zstd", "src/wire/compression.rs src/run/capture/core.rs"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    sources(&root().join("src"), &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(&path).unwrap())
    };
    paths.into_iter().map(read).collect()
}

fn room(file: &str) -> Option<usize> {
    let name = file.strip_prefix("src/")?.split(['/', '.']).next()?;
    ROOMS.iter().position(|room| *room == name)
}

#[test]
fn a_room_uses_only_rooms_before_it() {
    let mut wrong = Vec::new();
    for (file, text) in all_sources() {
        let Some(own) = room(&file) else { continue };
        for (number, line) in text.lines().enumerate() {
            if file.starts_with("src/cli/") || line.trim_start().starts_with("//") {
                continue;
            }
            for (_, rest) in line.match_indices("crate::").map(|(at, mark)| (at, &line[at + mark.len()..])) {
                let used = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
                let used = ROOMS.iter().position(|room| *room == used);
                let ground = 5;
                if used.is_some_and(|used| used > own && used >= ground) {
                    wrong.push(format!("{file}:{}: {}", number + 1, line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_library_has_its_one_door() {
    let mut wrong = Vec::new();
    for (file, text) in all_sources() {
        for (library, door) in DOORS {
            let uses = text.lines().any(|line| {
                let line = line.trim_start();
                !line.starts_with("//")
                    && (line.contains(&format!("{library}::")) || line.contains(&format!("use {library}")))
            });
            if uses && !door.split(' ').any(|door| file.starts_with(door)) {
                wrong.push(format!("{file} uses {library}; only {door} may"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short() {
    let sizes: Vec<(String, usize)> =
        all_sources().into_iter().map(|(file, text)| (file, text.lines().count())).collect();
    let long: Vec<_> = sizes.iter().filter(|(_, lines)| *lines > 600).collect();
    assert!(long.is_empty(), "over 600 lines: {long:?}");
    let over = sizes.iter().filter(|(_, lines)| *lines > 400).count();
    assert!(over * 10 <= sizes.len(), "{over} of {} files are over 400 lines", sizes.len());
}

#[test]
fn unsafe_code_stands_in_one_module() {
    let mut with: Vec<String> = all_sources()
        .into_iter()
        .filter(|(_, text)| text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains("unsafe ")))
        .map(|(file, _)| file)
        .collect();
    assert!(!with.is_empty(), "the search for unsafe code finds none");
    with.retain(|file| !file.starts_with("src/shell/embedded/bson_crossing/"));
    assert!(with.is_empty(), "{with:?}");
}

#[test]
fn names_in_the_map_exist() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let rows = map.lines().filter(|line| line.starts_with("| `"));
    for name in rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2)) {
        let (file, folder) = (root().join(format!("src/{name}.rs")), root().join(format!("src/{name}/mod.rs")));
        assert!(file.exists() || folder.exists(), "ARCHITECTURE.md names src/{name}, which is not there");
    }
}
