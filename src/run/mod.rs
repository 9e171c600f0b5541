//! The batch: fuzzed files run one after another against one living topology, and everything seen is written down.
//!
//! This room only observes and keeps things going: it watches shell and servers, notices ends and hangs, gathers
//! evidence while the servers live ([`check`]), keeps what a hang or a death leaves behind ([`capture`]) and brings them back. What it saw is an [`Execution`]; whether that is a
//! bug is the judge's business.

mod average;
mod batch;
pub mod capture;
pub mod check;
mod execution;
mod hang;
mod log_text;
mod meter;
mod recording;
mod servers;
mod watch;

pub use average::{Average, Averages, FileKind, Remembered};
pub use batch::{Batch, RunError};
pub use execution::{Check, CheckFinding, ClientRun, Execution, Figures, Hang, HangKind, ProcessUsage, Sighting};
pub use hang::HangTimer;
pub use log_text::{
    Entry, Frame, Outlook, Report, Tongue, Trouble, connection_of, entry, is_echo_of_death, is_routine, noteworthy,
    own_words, reports, time_of, trouble,
};
pub use watch::Cut;
