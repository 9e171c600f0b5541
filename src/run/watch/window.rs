//! What a shell did lately: CPU time of its process, and commands that it sent.

use std::time::{Duration, Instant};

/// The window over which a spinning shell is told from a waiting one, and one that works from both.
pub(super) const WINDOW: Duration = Duration::from_secs(1);

/// Figures over the last [`WINDOW`] or a little more.
#[derive(Debug, Default)]
pub(super) struct Window {
    before: Option<Sample>,
    middle: Option<Sample>,
    latest: Option<Sample>,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Instant,
    /// Nothing where a process's time cannot be read.
    cpu: Option<Duration>,
    sent: u64,
}

impl Window {
    /// `sent` counts commands since the file began.
    pub(super) fn sample(&mut self, at: Instant, cpu: Option<Duration>, sent: u64) {
        let sample = Sample { at, cpu, sent };
        self.latest = Some(sample);
        if self.middle.is_none_or(|middle| at - middle.at >= WINDOW) {
            self.before = self.middle.or(Some(sample));
            self.middle = Some(sample);
        }
    }

    /// CPU time used.
    pub(super) fn busy(&self) -> Option<Duration> {
        Some(self.latest?.cpu?.saturating_sub(self.before?.cpu?))
    }

    /// True if commands were sent.
    pub(super) fn traffic(&self) -> bool {
        self.latest.zip(self.before).is_some_and(|(latest, before)| latest.sent > before.sent)
    }
}
