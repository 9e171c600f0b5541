//! Room that a run keeps for itself: when the disk is full the record under way and the summary still fit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{FallocateFlags, fallocate};

const NAME: &str = "reserve";
/// The largest record with a capture, and a summary.
const BYTES: u64 = 8 << 20;

/// A file of a run's folder that holds nothing and is removed when the disk is full.
#[derive(Clone, Debug)]
pub struct Reserve {
    path: Utf8PathBuf,
    used: Arc<AtomicBool>,
}

impl Reserve {
    /// Takes the room. A file system that cannot give room ahead gives none.
    ///
    /// # Errors
    /// The disk is full already.
    pub fn keep(folder: &Utf8Path) -> std::io::Result<Self> {
        let path = folder.join(NAME);
        let file = fs_err::File::create(&path)?;
        match fallocate(file.file(), FallocateFlags::empty(), 0, BYTES) {
            Err(error) if is_full(&error.into()) => {
                let _ = fs_err::remove_file(&path);
                Err(error.into())
            }
            _ => Ok(Self { path, used: Arc::default() }),
        }
    }

    /// Gives the room to whoever met a full disk; true if there was any left to give.
    pub fn spend(&self) -> bool {
        !self.used.swap(true, Ordering::Relaxed) && fs_err::remove_file(&self.path).is_ok()
    }

    /// True once the disk was full.
    pub fn is_spent(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }

    /// Removes the file at the end of a run.
    pub fn give_back(folder: &Utf8Path) {
        let _ = fs_err::remove_file(folder.join(NAME));
    }
}

/// True where an error says that no room is left.
pub fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_kept_and_spent_once() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let reserve = Reserve::keep(folder).unwrap();
        assert_eq!(folder.join(NAME).metadata().unwrap().len(), BYTES);
        assert!(!reserve.is_spent() && reserve.spend() && reserve.is_spent() && !reserve.spend());
        assert!(!folder.join(NAME).exists());
    }

    #[test]
    fn a_full_disk_and_a_used_up_share_of_it_are_one() {
        let full = rustix::io::Errno::NOSPC.into();
        let share = rustix::io::Errno::DQUOT.into();
        assert!(is_full(&full) && is_full(&share) && !is_full(&rustix::io::Errno::ACCESS.into()));
    }
}
