//! The alarm first: before silence is trusted, a planted crash and a planted hang must be seen.
//!
//! They go through the same code as every file, with limits short enough that both take well under a second. If either
//! is not noticed, the run refuses to start.

use std::time::Duration;

use camino::Utf8Path;

use super::CampaignError;
use super::planted::PlantedRun;
use crate::interrupt::Interrupts;
use crate::judge::{Class, judge};
use crate::run::Execution;
use crate::run::check::Checks;
use crate::server::practice::bugs::{self, Class as Planted, PlantedBug};
use crate::shell::Shell;

/// A shell's first file takes some tens of milliseconds; a hang is told from that by three times as much. On a busy
/// machine that may be too short, so a planted failure that goes by is tried again with longer limits: who is slow hears
/// it then, who is deaf never does.
const LIMITS: [Duration; 3] = [Duration::from_millis(250), Duration::from_secs(1), Duration::from_secs(4)];

/// The alarm cannot be trusted: a planted failure went by.
#[derive(Debug, thiserror::Error)]
#[error(
    "the alarm was not heard: a planted {planted} was judged '{seen}', so silence would mean nothing; this run does not start"
)]
pub struct AlarmError {
    /// `crash` or `hang`.
    pub planted: &'static str,
    /// What was made of it.
    pub seen: String,
}

/// Makes the practice server (of our `own` executable) crash and hang once each and checks that both are seen.
///
/// # Errors
/// [`AlarmError`], or the server, the shell or the disk could not be had.
pub fn sound(
    shell: &mut dyn Shell,
    own: &Utf8Path,
    interrupts: &Interrupts,
    folder: &Utf8Path,
) -> Result<(), CampaignError> {
    for (planted, bug, class) in [("crash", Planted::Crash, Class::Crash), ("hang", Planted::Deadlock, Class::Hang)] {
        let mut seen = Seen::Other(String::new());
        for limit in LIMITS {
            seen = Seen::of(&try_bug(shell, own, interrupts, folder, bug, limit)?, class);
            if seen == Seen::Heard {
                break;
            }
        }
        if let Seen::Other(seen) = seen {
            return Err(AlarmError { planted, seen }.into());
        }
    }
    Ok(())
}

/// What was made of a planted failure.
#[derive(PartialEq)]
enum Seen {
    Heard,
    Other(String),
}

impl Seen {
    fn of(execution: &Execution, class: Class) -> Self {
        let judgement = judge(execution);
        // Whoever stops the program now is no deaf alarm.
        if execution.interrupted || judgement.failures().any(|finding| finding.class == Some(class)) {
            return Self::Heard;
        }
        Self::Other(judgement.findings.first().map_or_else(|| "clean".to_owned(), |finding| finding.title.clone()))
    }
}

fn try_bug(
    shell: &mut dyn Shell,
    own: &Utf8Path,
    interrupts: &Interrupts,
    folder: &Utf8Path,
    planted: Planted,
    limit: Duration,
) -> Result<Execution, CampaignError> {
    let of_class = |bug: &&PlantedBug| bug.class == planted;
    let bug = bugs::all().iter().find(of_class);
    let bug = bug.expect("tests of the list see that there is one of each class");
    let folder = &folder.join("alarm");
    let run = PlantedRun { own, interrupts, folder, bug, limit, checks: Checks::NONE };
    run.run(shell, |_| true).map(|(execution, _)| execution)
}
