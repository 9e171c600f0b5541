//! Reads a growing log: new lines since the last look, and the last lines of all.

use std::io::{Read, Seek, SeekFrom};

use camino::Utf8PathBuf;

/// Bytes read at one look; a log that grows faster is read in part, the newest first.
const MOST_BYTES: u64 = 4 << 20;
const LINE_BYTES: usize = 4_000;

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

    /// Whole lines written since the last call, at most 5,000.
    pub fn new_lines(&mut self) -> Vec<String> {
        let end = self.path.metadata().map_or(0, |metadata| metadata.len());
        let start = self.at.max(end.saturating_sub(MOST_BYTES)).min(end);
        let bytes = self.read(start, end);
        // A line without its end is still being written.
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        self.at = start + whole as u64;
        lines(&bytes[..whole]).into_iter().take(5_000).collect()
    }

    /// The last lines, finished or not.
    pub fn tail(&self, count: usize) -> Vec<String> {
        let end = self.path.metadata().map_or(0, |metadata| metadata.len());
        let all = lines(&self.read(end.saturating_sub(MOST_BYTES), end));
        all[all.len().saturating_sub(count)..].to_vec()
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
}
