//! What `load` and `import` may read: files below the configured roots, after all links are followed.

use camino::{Utf8Path, Utf8PathBuf};

/// The largest file that a script may load.
const MOST_BYTES: u64 = 16 << 20;

/// The largest folder.
const MOST_TOGETHER: u64 = 64 << 20;

/// The text of every file that `name` stands for: the file, or every `.js` of the folder in order.
pub fn read(roots: &[Utf8PathBuf], name: &str) -> Result<Vec<(String, String)>, String> {
    let path = resolve(roots, name)?;
    if !path.is_dir() {
        return Ok(vec![(name.to_owned(), text(&path)?)]);
    }
    let entries = path.read_dir_utf8().map_err(|error| format!("error loading folder {name}: {error}"))?;
    let mut files: Vec<Utf8PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.into_path()))
        .filter(|path| path.extension() == Some("js"))
        .collect();
    files.sort();
    let mut texts = Vec::new();
    let mut size = 0;
    for file in &files {
        let text = text(&resolve(roots, file.as_str())?)?;
        size += text.len() as u64;
        if size > MOST_TOGETHER {
            return Err(format!("error loading folder {name}: its files are larger than 64 MiB"));
        }
        texts.push((file.to_string(), text));
    }
    Ok(texts)
}

/// Where the file lies that a script means by `name`.
///
/// Tests write `jstests/libs/x.js` whatever part of their tree is the corpus: a folder of that name at or above a root
/// counts as one.
pub fn resolve(roots: &[Utf8PathBuf], name: &str) -> Result<Utf8PathBuf, String> {
    let roots: Vec<Utf8PathBuf> = roots.iter().filter_map(|root| root.canonicalize_utf8().ok()).collect();
    let trees: Vec<&Utf8Path> = roots.iter().filter_map(|root| tree_of(root)).collect();
    let beside = trees.iter().filter_map(|tree| tree.parent()).filter(|_| name.starts_with("jstests/"));
    let mut candidates = roots.iter().map(Utf8PathBuf::as_path).chain(beside).map(|folder| folder.join(name));
    let inside = |path: &Utf8PathBuf| {
        roots.iter().map(Utf8PathBuf::as_path).chain(trees.iter().copied()).any(|root| path.starts_with(root))
    };
    let found = candidates.find_map(|path| path.canonicalize_utf8().ok().filter(inside));
    found.ok_or_else(|| format!("error loading js file: {name}: not found below the corpus"))
}

/// The folders that everything lies in which may be read.
pub fn readable(roots: &[Utf8PathBuf]) -> Vec<Utf8PathBuf> {
    let roots: Vec<Utf8PathBuf> = roots.iter().filter_map(|root| root.canonicalize_utf8().ok()).collect();
    let trees: Vec<Utf8PathBuf> = roots.iter().filter_map(|root| tree_of(root)).map(Utf8Path::to_owned).collect();
    roots.into_iter().chain(trees).collect()
}

/// The folder `jstests` that the root is or lies in.
fn tree_of(root: &Utf8Path) -> Option<&Utf8Path> {
    root.ancestors().find(|folder| folder.file_name() == Some("jstests"))
}

/// What the file holds.
pub fn text(path: &Utf8Path) -> Result<String, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("error loading js file: {path}: {error}");
    let found = path.metadata().map_err(|error| wrong(&error))?;
    // Whoever opens a pipe waits for its other end.
    if !found.is_file() {
        return Err(wrong(&"it is no file"));
    }
    let size = found.len();
    if size > MOST_BYTES {
        return Err(wrong(&"it is larger than 16 MiB"));
    }
    fs_err::read_to_string(path).map_err(|error| wrong(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_deep_in_its_tree_finds_the_libraries_of_the_tree() {
        let folder = tempfile::tempdir().unwrap();
        let base = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        fs_err::create_dir_all(base.join("jstests/libs")).unwrap();
        fs_err::create_dir_all(base.join("jstests/core")).unwrap();
        fs_err::write(base.join("jstests/libs/x.js"), "1").unwrap();
        fs_err::write(base.join("other.js"), "2").unwrap();
        let roots = [base.join("jstests/core")];
        assert_eq!(resolve(&roots, "jstests/libs/x.js").unwrap(), base.join("jstests/libs/x.js"));
        assert!(resolve(&roots, "jstests/../other.js").is_err());
    }

    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(root.join("pipe.js")).status().unwrap().success());
        assert!(read(&[root], "pipe.js").unwrap_err().contains("it is no file"));
    }

    #[test]
    fn nothing_outside_the_roots_is_read_however_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let base = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        let root = base.join("corpus");
        fs_err::create_dir(&root).unwrap();
        fs_err::write(base.join("secret.js"), "1").unwrap();
        fs_err::write(root.join("lib.js"), "2").unwrap();
        std::os::unix::fs::symlink(base.join("secret.js"), root.join("link.js")).unwrap();
        let roots = [root];
        assert_eq!(read(&roots, "lib.js").unwrap()[0].1, "2");
        for name in ["../secret.js", "link.js", base.join("secret.js").as_str(), "/etc/passwd", "none.js"] {
            assert!(read(&roots, name).is_err(), "{name}");
        }
    }
}
