//! Every way the two programs can end, each with its number. CI systems and wrapper scripts read these.

use crate::interrupt::Interrupt;

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// Everything asked for was done and nothing was found.
    Clean,
    /// At least one failure was found.
    FailuresFound,
    /// The command line, a file or a server that was named cannot be used; one sentence said which.
    SetUp,
    /// A triage's predicate does not hold on the file it was given.
    PredicateFails,
    /// A bug in this program.
    Bug,
    /// The machine failed us (disk full, output not writable half-way); may be retried.
    Disk,
    /// A server could not be started or did not come back; may be retried.
    ServerUnavailable,
    /// Ctrl-C.
    Interrupted,
    /// SIGTERM.
    Terminated,
}

impl ExitCode {
    /// The number given to the operating system.
    pub const fn number(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::FailuresFound => 1,
            Self::SetUp => 2,
            Self::PredicateFails => 3,
            Self::Bug => 70,
            Self::Disk => 74,
            Self::ServerUnavailable => 75,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

impl From<Interrupt> for ExitCode {
    fn from(interrupt: Interrupt) -> Self {
        match interrupt {
            Interrupt::CtrlC => Self::Interrupted,
            Interrupt::Terminate => Self::Terminated,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
    }
}

#[cfg(test)]
mod tests {
    use super::ExitCode;

    #[test]
    fn numbers_are_those_that_runners_expect() {
        assert_eq!(ExitCode::Clean.number(), 0);
        assert_eq!(ExitCode::FailuresFound.number(), 1);
        assert_eq!(ExitCode::SetUp.number(), 2);
        assert_eq!(ExitCode::Interrupted.number(), 130);
    }
}
