//! When a file counts as hanging, and who is to blame.

use super::execution::HangKind;
use crate::shell::Status;
use std::time::Duration;

/// The hang timer's two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HangTimer {
    /// Nothing shorter is a hang, however fast the other files are.
    pub minimum: Duration,
    /// How many times the average runtime; 10 is the order of magnitude that separates a slow file from a hung one.
    pub multiple: u32,
}

impl HangTimer {
    /// The runtime from which a file hangs.
    pub fn threshold(&self, average: Option<Duration>) -> Duration {
        average.map_or(self.minimum, |average| self.minimum.max(average.saturating_mul(self.multiple)))
    }
}

/// Who held the file up, from the last pulse and the shell's CPU time over the last `window`.
/// A shell without pulses does not say what it waits for.
pub fn classify(status: Option<&Status>, shell_cpu: Option<Duration>, window: Duration) -> HangKind {
    // A command that was only just sent is traffic, not a held reply.
    let in_flight = status.and_then(|status| status.in_flight.as_ref());
    if let Some(command) = in_flight.filter(|command| command.waiting * 4 >= window) {
        return HangKind::ServerHoldsReply { command: command.command.clone(), waiting: command.waiting };
    }
    match shell_cpu {
        Some(busy) if busy * 2 >= window => HangKind::ShellSpins,
        _ if in_flight.is_some() => HangKind::Slow,
        // Who waits uses next to nothing: on a busy machine a spinning script gets no half of the time, but it gets some.
        Some(busy) if busy * 10 >= window => HangKind::ShellSpins,
        _ if status.is_none() => HangKind::Waits,
        _ => HangKind::Idle,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::InFlight;

    const SECOND: Duration = Duration::from_secs(1);

    fn waiting(waiting: Duration) -> Status {
        let in_flight = InFlight { command: "find".into(), database: "test".into(), waiting };
        Status { in_flight: Some(in_flight), sent: 1 }
    }

    #[test]
    fn the_threshold_is_never_under_the_minimum() {
        let timer = HangTimer { minimum: 30 * SECOND, multiple: 10 };
        assert_eq!(timer.threshold(None), 30 * SECOND);
        assert_eq!(timer.threshold(Some(SECOND)), 30 * SECOND);
        assert_eq!(timer.threshold(Some(7 * SECOND)), 70 * SECOND);
    }

    #[test]
    fn a_held_reply_blames_the_server_and_a_busy_shell_itself() {
        let held = classify(Some(&waiting(3 * SECOND)), Some(SECOND), 3 * SECOND);
        assert!(matches!(held, HangKind::ServerHoldsReply { .. }));
        assert_eq!(classify(Some(&Status::default()), Some(3 * SECOND), 3 * SECOND), HangKind::ShellSpins);
        assert_eq!(classify(Some(&Status::default()), Some(Duration::ZERO), 3 * SECOND), HangKind::Idle);
        assert_eq!(classify(Some(&Status::default()), Some(SECOND), 3 * SECOND), HangKind::ShellSpins);
        assert_eq!(classify(None, Some(Duration::ZERO), 3 * SECOND), HangKind::Waits);
        assert_eq!(classify(Some(&waiting(Duration::ZERO)), None, 3 * SECOND), HangKind::Slow);
    }
}
