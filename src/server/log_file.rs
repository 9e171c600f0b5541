//! Reads a growing log: new lines since the last look, and the last lines of all.

use std::fs::{File, Metadata};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

/// Bytes read at one look; a log that grows faster is read in part, the newest first.
const MOST_BYTES: u64 = 4 << 20;
const MOST_LINES: usize = 5_000;
const LINE_BYTES: usize = 4_000;
/// Enough for 200 lines of the longest kind.
const TAIL_BYTES: u64 = 1 << 20;

/// A log and how far it was read.
///
/// The file stays open, so that what is written to it is still read after somebody moved or removed it; a file that takes
/// its name is read from its beginning, after the rest of the old one.
#[derive(Clone, Debug)]
pub struct LogFile {
    path: Utf8PathBuf,
    open: Option<Arc<File>>,
    at: u64,
}

impl LogFile {
    /// A log that may not be there yet.
    pub fn new(path: Utf8PathBuf) -> Self {
        Self { path, open: None, at: 0 }
    }

    /// Where it lies.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Whole lines written since the last call, the last 5,000 of them: what a dying server says stands at the end.
    pub fn new_lines(&mut self) -> Vec<String> {
        let mut found = self.rest();
        if self.was_replaced() {
            (self.open, self.at) = (File::open(&self.path).ok().map(Arc::new), 0);
            found.extend(self.rest());
        }
        last(found, MOST_LINES)
    }

    /// The last lines, finished or not, of the file that has its name now, or else of the one that had it.
    pub fn tail(&self, count: usize) -> Vec<String> {
        let named = File::open(&self.path).ok().map(Arc::new);
        let Some(file) = named.or_else(|| self.open.clone()) else { return Vec::new() };
        let end = length(&file);
        last(lines(&read(&file, end.saturating_sub(TAIL_BYTES), end)), count)
    }

    /// What the open file holds beyond what was read.
    fn rest(&mut self) -> Vec<String> {
        let Some(file) = &self.open else { return Vec::new() };
        let end = length(file);
        // Cut off by somebody who keeps a copy: what stands there now is all new.
        let unread = if self.at > end { 0 } else { self.at };
        let start = unread.max(end.saturating_sub(MOST_BYTES));
        let bytes = read(file, start, end);
        // A line without its end is still being written.
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        self.at = start + whole as u64;
        lines(&bytes[..whole])
    }

    /// True where another file than the open one has the log's name.
    fn was_replaced(&self) -> bool {
        let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
        let named = std::fs::metadata(&self.path).ok().map(identity);
        let open = self.open.as_ref().and_then(|file| file.metadata().ok()).map(identity);
        named.is_some() && named != open
    }
}

fn length(file: &File) -> u64 {
    file.metadata().map_or(0, |metadata| metadata.len())
}

/// A log that cannot be read has nothing to say; the process's end is seen all the same.
fn read(file: &File, start: u64, end: u64) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(end - start).unwrap_or(0)];
    match file.read_exact_at(&mut bytes, start) {
        Ok(()) => bytes,
        Err(_) => Vec::new(),
    }
}

fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let cut = |line: &str| line[..line.floor_char_boundary(LINE_BYTES)].to_owned();
    text.lines().map(cut).collect()
}

fn last(mut lines: Vec<String>, count: usize) -> Vec<String> {
    lines.drain(..lines.len().saturating_sub(count));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_line_is_given_once_and_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("log")).unwrap();
        let mut log = LogFile::new(path.clone());
        assert!(log.new_lines().is_empty());
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(b"one\ntw").unwrap();
        assert_eq!(log.new_lines(), ["one"]);
        file.write_all(b"o\n").unwrap();
        assert_eq!(log.new_lines(), ["two"]);
        assert!(log.new_lines().is_empty());
        assert_eq!(log.tail(1), ["two"]);
    }

    #[test]
    fn a_log_that_is_moved_removed_or_cut_off_is_read_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("log")).unwrap();
        let mut file = std::fs::File::create(&path).unwrap();
        let mut log = LogFile::new(path.clone());
        file.write_all(b"one\n").unwrap();
        assert_eq!(log.new_lines(), ["one"]);
        std::fs::rename(&path, path.with_extension("old")).unwrap();
        file.write_all(b"two\n").unwrap();
        assert_eq!((log.new_lines(), log.tail(1)), (vec!["two".to_owned()], vec!["two".to_owned()]));
        file.write_all(b"three\n").unwrap();
        std::fs::write(&path, "four\n").unwrap();
        assert_eq!(log.new_lines(), ["three", "four"]);
        std::fs::write(&path, "5\n").unwrap();
        assert_eq!((log.new_lines(), log.tail(1)), (vec!["5".to_owned()], vec!["5".to_owned()]));
        std::fs::remove_file(&path).unwrap();
        assert!(log.new_lines().is_empty() && log.tail(1) == ["5"]);
    }

    #[test]
    fn of_a_flood_the_end_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("log")).unwrap();
        let text: String = (0..MOST_LINES + 10).map(|number| format!("{number}\n")).collect();
        std::fs::write(&path, text).unwrap();
        let mut log = LogFile::new(path);
        let lines = log.new_lines();
        assert_eq!((lines.len(), lines.last().unwrap().as_str()), (MOST_LINES, "5009"));
        assert!(log.new_lines().is_empty());
    }
}
