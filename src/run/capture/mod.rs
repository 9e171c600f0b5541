//! What a hang or a crash leaves behind: stacks, cores, the server's own words; bounded in time, disk and number.
//!
//! [`Capturer::hang`] stops every process of the server's tree first, because attaching to one may free another; takes
//! cores before stacks; then asks run times that print their own stacks. [`Capturer::crash`] takes what the kernel left
//! and reads its stacks. Neither decides anything: what is there goes into a [`Capture`], and so does what is not. When a
//! bound is hit the rest is still captured. Texts are read by pure functions (`gdb_text`, `java_text`, `go_text`), and
//! [`waits_for`] ties waiting threads together.

mod budget;
mod context;
pub(super) mod core;
pub mod crash;
mod gdb;
mod gdb_text;
mod go_text;
mod hang;
mod java_text;
mod jvm_go;
mod log_stack;
mod making;
mod record;
mod stacks;
mod suspend;
pub mod waits_for;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use camino::Utf8PathBuf;

pub use context::{Context, ask};
pub use record::{
    Answer, Capture, CapturedFile, CapturedProcess, Frame, Gap, Operation, Outcome, Source, Thread, Wait,
};

/// What may be captured, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureOptions {
    /// `--capture-time`: one capture ends after this time.
    pub time: Duration,
    /// `--core-size`: a larger core is not written.
    pub core_size: u64,
    /// `--core-keep`: cores kept of one run, and written in one capture.
    pub core_keep: usize,
    /// `--core-compress`: whether cores are compressed.
    pub compress: bool,
    /// `--gdb-script`: commands of the user's, run before ours.
    pub gdb_script: Option<Utf8PathBuf>,
}

/// Makes the captures of one run.
#[derive(Debug)]
pub struct Capturer {
    options: CaptureOptions,
    /// Our own executable, which binds debuggers to our life.
    own: Utf8PathBuf,
    /// Where the next capture goes.
    folder: Utf8PathBuf,
    /// Cores written in this run, the oldest first.
    cores: VecDeque<Utf8PathBuf>,
    /// Deaths so far that look alike.
    deaths: BTreeMap<String, u32>,
}

impl Capturer {
    /// `own` is our own executable.
    pub fn new(options: CaptureOptions, own: Utf8PathBuf) -> Self {
        Self { options, own, folder: Utf8PathBuf::new(), cores: VecDeque::new(), deaths: BTreeMap::new() }
    }

    /// From now on captures go into this folder; it is made when there is something to put into it.
    pub fn leave_in(&mut self, folder: Utf8PathBuf) {
        self.folder = folder;
    }

    /// Removes the oldest cores of the run beyond the bound.
    fn prune(&mut self) {
        while self.cores.len() > self.options.core_keep {
            if let Some(oldest) = self.cores.pop_front() {
                let _ = fs_err::remove_file(oldest);
            }
        }
    }
}
