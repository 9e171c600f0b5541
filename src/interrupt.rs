//! Ctrl-C and SIGTERM: the first one is a request that loops look at, the second ends the program at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::exit_code::ExitCode;

/// What somebody asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupt {
    /// Ctrl-C.
    CtrlC,
    /// SIGTERM.
    Terminate,
}

/// The flags that the signal handlers set.
#[derive(Clone, Debug, Default)]
pub struct Interrupts {
    ctrl_c: Arc<AtomicBool>,
    terminate: Arc<AtomicBool>,
}

impl Interrupts {
    /// Takes over both signals for the whole process.
    ///
    /// # Errors
    /// The operating system refused a handler.
    pub fn install() -> io::Result<Self> {
        let interrupts = Self::default();
        for (signal, seen, code) in [
            (SIGINT, &interrupts.ctrl_c, ExitCode::Interrupted),
            (SIGTERM, &interrupts.terminate, ExitCode::Terminated),
        ] {
            // Handlers run in this order: the exit is taken only if the flag stood already.
            flag::register_conditional_shutdown(signal, i32::from(code.number()), Arc::clone(seen))?;
            flag::register(signal, Arc::clone(seen))?;
        }
        Ok(interrupts)
    }

    /// What was asked for, if anything.
    pub fn requested(&self) -> Option<Interrupt> {
        if self.ctrl_c.load(Ordering::Relaxed) {
            Some(Interrupt::CtrlC)
        } else {
            self.terminate.load(Ordering::Relaxed).then_some(Interrupt::Terminate)
        }
    }
}
