//! Reads a growing log: new lines since the last look, and the last lines of all.

use std::io::{Read, Seek, SeekFrom};

use camino::{Utf8Path, Utf8PathBuf};

/// Bytes read at one look; a log that grows faster is read in part, the newest first.
const MOST_BYTES: u64 = 4 << 20;
const MOST_LINES: usize = 5_000;
const LINE_BYTES: usize = 4_000;
/// Enough for 200 lines of the longest kind.
const TAIL_BYTES: u64 = 1 << 20;

/// A log and how far it was read.
#[derive(Clone, Debug)]
pub struct LogFile {
    path: Utf8PathBuf,
    at: u64,
}

impl LogFile {
    /// A log that may not be there yet.
    pub fn new(path: Utf8PathBuf) -> Self {
        Self { path, at: 0 }
    }

    /// Where it lies.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Whole lines written since the last call, the last 5,000 of them: what a dying server says stands at the end.
    pub fn new_lines(&mut self) -> Vec<String> {
        let end = self.path.metadata().map_or(0, |metadata| metadata.len());
        let start = self.at.max(end.saturating_sub(MOST_BYTES)).min(end);
        let bytes = self.read(start, end);
        // A line without its end is still being written.
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        self.at = start + whole as u64;
        last(lines(&bytes[..whole]), MOST_LINES)
    }

    /// The last lines, finished or not.
    pub fn tail(&self, count: usize) -> Vec<String> {
        let end = self.path.metadata().map_or(0, |metadata| metadata.len());
        last(lines(&self.read(end.saturating_sub(TAIL_BYTES), end)), count)
    }

    fn read(&self, start: u64, end: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        let read = fs_err::File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(start))?;
            file.take(end - start).read_to_end(&mut bytes)
        });
        // A log that cannot be read has nothing to say; the process's end is seen all the same.
        drop(read);
        bytes
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
