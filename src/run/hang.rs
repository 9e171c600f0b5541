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

/// What a threshold leaves for telling a held reply from traffic: a tenth, which a server's whole hang before it takes.
const DOUBT: u32 = 10;

/// The time after a threshold in which it has to be clear who holds the file up. Less than a fifth of it.
pub fn doubt(threshold: Duration) -> Duration {
    threshold / DOUBT
}

/// True while a command is under way that may yet turn out to be held: it was sent before the threshold was passed, and
/// has not waited as long as a whole average file takes.
pub fn is_open(status: Option<&Status>, over: Duration, threshold: Duration) -> bool {
    let in_flight = status.and_then(|status| status.in_flight.as_ref());
    in_flight.is_some_and(|command| command.waiting < doubt(threshold)) && over <= doubt(threshold)
}

/// Who held the file up, from the last pulse and the shell's CPU time over the last `window`.
/// A shell without pulses does not say what it waits for.
pub fn classify(
    status: Option<&Status>,
    shell_cpu: Option<Duration>,
    window: Duration,
    threshold: Duration,
) -> HangKind {
    // A command that was only just sent is traffic, not a held reply.
    let in_flight = status.and_then(|status| status.in_flight.as_ref());
    let held = (window / 4).max(doubt(threshold));
    if let Some(command) = in_flight.filter(|command| command.waiting >= held) {
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
        let classify = |status: Option<&Status>, cpu, window| classify(status, cpu, window, 4 * SECOND);
        let held = classify(Some(&waiting(3 * SECOND)), Some(SECOND), 3 * SECOND);
        assert!(matches!(held, HangKind::ServerHoldsReply { .. }));
        assert_eq!(classify(Some(&Status::default()), Some(3 * SECOND), 3 * SECOND), HangKind::ShellSpins);
        assert_eq!(classify(Some(&Status::default()), Some(Duration::ZERO), 3 * SECOND), HangKind::Idle);
        assert_eq!(classify(Some(&Status::default()), Some(SECOND), 3 * SECOND), HangKind::ShellSpins);
        assert_eq!(classify(None, Some(Duration::ZERO), 3 * SECOND), HangKind::Waits);
        assert_eq!(classify(Some(&waiting(Duration::ZERO)), None, 3 * SECOND), HangKind::Slow);
    }

    #[test]
    fn a_command_that_takes_its_time_among_others_is_no_held_reply() {
        let second_of_thirty = classify(Some(&waiting(SECOND)), None, SECOND, 30 * SECOND);
        assert_eq!(second_of_thirty, HangKind::Slow);
        assert!(matches!(
            classify(Some(&waiting(3 * SECOND)), None, SECOND, 30 * SECOND),
            HangKind::ServerHoldsReply { .. }
        ));
    }

    #[test]
    fn who_was_only_just_asked_gets_a_tenth_of_the_threshold_more() {
        let threshold = 30 * SECOND;
        assert!(is_open(Some(&waiting(SECOND)), SECOND, threshold));
        assert!(!is_open(Some(&waiting(3 * SECOND)), SECOND, threshold));
        assert!(!is_open(Some(&waiting(SECOND)), 4 * SECOND, threshold));
        assert!(!is_open(Some(&Status::default()), SECOND, threshold));
    }
}
