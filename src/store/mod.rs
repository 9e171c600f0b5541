//! Where what was made and seen is kept. Today that is one folder a run, and beside them what
//! one run leaves for the next.

mod claim;
mod record;
mod reserve;
mod run_folder;
mod shell_log;

pub use claim::{Claim, abandoned, give_back, remove_unfinished};
pub use record::{RECORD, Record, read_record, read_words, records_at};
pub use reserve::is_full;
pub use run_folder::{RunFolder, read_json, write_json};
pub use shell_log::ShellLog;

/// Why something could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A folder or file cannot be written.
    #[error("cannot write {path}: {source}; choose another folder with --out")]
    Unwritable {
        /// Which.
        path: camino::Utf8PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A record cannot be read.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// Which.
        path: camino::Utf8PathBuf,
        /// Why.
        reason: String,
    },
}
