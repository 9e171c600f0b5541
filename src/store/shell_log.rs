//! What a script prints, for as long as the disk has room: its end is worth less than the record of the file.

use std::io::Write;

use super::reserve::{Reserve, is_full};

/// The file `shell.log` of an execution. On a full disk it takes the rest of the output for nothing.
#[derive(Debug)]
pub struct ShellLog {
    file: fs_err::File,
    reserve: Reserve,
    cut: bool,
}

impl ShellLog {
    pub(super) fn new(file: fs_err::File, reserve: Reserve) -> Self {
        Self { file, reserve, cut: false }
    }
}

impl Write for ShellLog {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.cut {
            return Ok(bytes.len());
        }
        match self.file.write(bytes) {
            Err(error) if is_full(&error) => {
                self.reserve.spend();
                self.cut = true;
                Ok(bytes.len())
            }
            done => done,
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use camino::Utf8Path;

    #[test]
    fn a_full_disk_cuts_the_output_and_frees_the_room_for_the_record() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = Reserve::keep(Utf8Path::from_path(folder.path()).unwrap()).unwrap();
        // The kernel's disk that is always full.
        let full = fs_err::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut log = ShellLog::new(full, reserve.clone());
        assert!(log.write_all(b"a line").is_ok() && log.write_all(b"another").is_ok());
        assert!(reserve.is_spent() && log.cut);
    }
}
