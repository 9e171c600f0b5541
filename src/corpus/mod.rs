//! The JavaScript tests a run starts from: load, cut into statements, index, find the newly committed ones, draw sets.
//!
//! Everything is parsed once. A [`SourceFile`] holds trees; later rooms copy what they change.

mod cut;
mod index;
mod load;
mod new;
mod sets;

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use crate::js::Kind;
use crate::js::ast::Stmt;

pub use index::Index;
pub use new::{NewSince, NewTests, find_new};
pub use sets::{Set, draw};

/// One test of the corpus, cut into top-level statements.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path below its root, with `/`.
    pub name: String,
    /// Where it lies.
    pub path: Utf8PathBuf,
    /// BLAKE3 of its bytes.
    pub digest: String,
    /// Script or module.
    pub kind: Kind,
    /// What its first comment says that it needs and some server lacks (`// Needs: ...`).
    pub needs: Option<String>,
    /// Top-level statements; functions called on the spot are unwrapped, `let` and `const` are `var`.
    pub statements: Vec<Stmt>,
    /// Names that these statements bind.
    pub declared: BTreeSet<String>,
}

/// All usable tests, by path.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// Sorted by root as given, then by name.
    pub files: Vec<SourceFile>,
    /// What was left out and why.
    pub skipped: Vec<Skipped>,
}

/// A file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Where it lies.
    pub path: Utf8PathBuf,
    /// Why.
    pub reason: SkipReason,
}

/// Why a file was left out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SkipReason {
    /// The parser's words.
    #[error("does not parse: {0}")]
    DoesNotParse(String),
    /// Text files are UTF-8.
    #[error("is not UTF-8")]
    NotUtf8,
    /// More than 4 MB.
    #[error("is larger than 4 MB")]
    TooLarge,
    /// The operating system refused.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// Nothing is left of it that could be run.
    #[error("has no statements")]
    Empty,
}

/// Why there is no corpus.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The folder is not there, or cannot be listed.
    #[error("the corpus folder {path} cannot be read: {reason}; name another one with --corpus DIR")]
    Unreadable {
        /// As given.
        path: Utf8PathBuf,
        /// The operating system's words.
        reason: String,
    },
    /// Not one usable file.
    #[error("there is no usable JavaScript test in {paths}{skipped}; name another folder with --corpus DIR")]
    Empty {
        /// As given.
        paths: String,
        /// How many were left out and why the first was; empty if none.
        skipped: String,
    },
}
