//! Where what was made and seen is kept. Today that is one folder a run; nothing is written outside it.

mod record;
mod run_folder;

pub use record::{RECORD, Record, read_record, read_words, records_at};
pub use run_folder::{RunFolder, read_json};

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
