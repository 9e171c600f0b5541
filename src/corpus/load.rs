//! Folders to parsed files: recursive, sorted, and safe against links that lead in circles.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Corpus, CorpusError, SkipReason, Skipped, SourceFile, cut};
use crate::js;

/// Larger files are data, not tests.
const MOST_BYTES: u64 = 4 * 1024 * 1024;
/// Folders inside each other.
const MOST_DEPTH: usize = 64;

impl Corpus {
    /// Reads every `.js` file below the given folders, each file once however many links lead to it.
    ///
    /// # Errors
    /// A folder cannot be read, or nothing usable is in any of them.
    pub fn load(roots: &[Utf8PathBuf]) -> Result<Self, CorpusError> {
        let mut corpus = Self { files: Vec::new(), skipped: Vec::new() };
        let mut seen = BTreeSet::new();
        for root in roots {
            let mut paths = Vec::new();
            let listed = list(root, 0, &mut seen, &mut paths);
            listed.map_err(|error| CorpusError::Unreadable { path: root.clone(), reason: error.to_string() })?;
            paths.sort();
            for path in paths {
                match read(root, &path) {
                    Ok(file) => corpus.files.push(file),
                    Err(reason) => corpus.skipped.push(Skipped { path, reason }),
                }
            }
        }
        if corpus.files.is_empty() { Err(corpus.empty(roots)) } else { Ok(corpus) }
    }

    fn empty(&self, roots: &[Utf8PathBuf]) -> CorpusError {
        let paths = roots.iter().map(|root| root.as_str()).collect::<Vec<_>>().join(", ");
        let skipped = self
            .skipped
            .first()
            .map(|first| format!(" ({} files were left out; {} {})", self.skipped.len(), first.path, first.reason));
        CorpusError::Empty { paths, skipped: skipped.unwrap_or_default() }
    }
}

/// Collects files. `seen` holds the true place of everything visited, so a circle of links ends where it began.
fn list(
    folder: &Utf8Path,
    depth: usize,
    seen: &mut BTreeSet<Utf8PathBuf>,
    found: &mut Vec<Utf8PathBuf>,
) -> std::io::Result<()> {
    let place = folder.canonicalize_utf8()?;
    if depth > MOST_DEPTH || !seen.insert(place) {
        return Ok(());
    }
    let mut entries: Vec<Utf8PathBuf> =
        folder.read_dir_utf8()?.filter_map(|entry| Some(entry.ok()?.into_path())).collect();
    entries.sort();
    for path in entries {
        let Ok(kind) = path.metadata() else { continue };
        if kind.is_dir() {
            // A folder below the root that cannot be listed costs its own files only.
            let _ = list(&path, depth + 1, seen, found);
        } else if path.extension() == Some("js") && path.canonicalize_utf8().is_ok_and(|place| seen.insert(place)) {
            found.push(path);
        }
    }
    Ok(())
}

fn read(root: &Utf8Path, path: &Utf8Path) -> Result<SourceFile, SkipReason> {
    let unreadable = |error: std::io::Error| SkipReason::Unreadable(error.to_string());
    let metadata = path.metadata().map_err(unreadable)?;
    // A pipe or device with that name would never end.
    if !metadata.is_file() {
        return Err(SkipReason::Unreadable("it is no plain file".into()));
    }
    if metadata.len() > MOST_BYTES {
        return Err(SkipReason::TooLarge);
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| SkipReason::NotUtf8)?;
    let parsed = js::parse(text).map_err(|error| SkipReason::DoesNotParse(error.to_string()))?;
    let statements = cut::into_statements(parsed.program);
    if statements.is_empty() {
        return Err(SkipReason::Empty);
    }
    Ok(SourceFile {
        name: path.strip_prefix(root).unwrap_or(path).to_string(),
        path: path.to_owned(),
        digest: blake3::hash(&bytes).to_hex().to_string(),
        kind: parsed.kind,
        needs: needs(text),
        declared: js::declared(&statements),
        statements,
    })
}

/// `// Needs: a, b (lacking in x).` in the first line.
fn needs(text: &str) -> Option<String> {
    text.lines().next()?.strip_prefix("// Needs:").map(|rest| rest.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn folder(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Utf8PathBuf) {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        for (name, text) in files {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        (guard, root)
    }

    #[test]
    fn files_come_sorted_and_unusable_ones_are_named_with_their_reason() {
        let large = vec![b' '; MOST_BYTES as usize + 1];
        let files: [(&str, &[u8]); 7] = [
            ("b/z.js", b"f();"),
            ("a.js", b"// Needs: $where (lacking in x).\nf();"),
            ("bad.js", b"var = 1"),
            ("latin.js", b"'\xe4'"),
            ("large.js", &large),
            ("empty.js", b"// nothing"),
            ("note.txt", b"f()"),
        ];
        let (_guard, root) = folder(&files);
        let corpus = Corpus::load(&[root]).unwrap();
        assert_eq!(corpus.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["a.js", "b/z.js"]);
        assert_eq!(corpus.files[0].needs.as_deref(), Some("$where (lacking in x)."));
        let reasons: Vec<String> = corpus.skipped.iter().map(|skipped| skipped.reason.to_string()).collect();
        assert!(reasons[0].starts_with("does not parse: line 1"), "{reasons:?}");
        assert_eq!(reasons[1..], ["has no statements", "is larger than 4 MB", "is not UTF-8"]);
    }

    #[test]
    fn links_in_circles_end_and_no_file_comes_twice() {
        let (_guard, root) = folder(&[("d/a.js", b"f();")]);
        symlink(&root, root.join("d/up")).unwrap();
        symlink(root.join("d/a.js"), root.join("same.js")).unwrap();
        symlink(root.join("nowhere"), root.join("broken.js")).unwrap();
        assert_eq!(Corpus::load(&[root]).unwrap().files.len(), 1);
    }

    #[test]
    fn a_missing_or_empty_folder_is_one_sentence_with_a_remedy() {
        let (_guard, root) = folder(&[("bad.js", b"var = 1")]);
        for paths in [root.join("none"), root] {
            let error = Corpus::load(&[paths]).unwrap_err().to_string();
            assert!(error.contains("--corpus DIR") && !error.contains('\n'), "{error}");
        }
    }
}
