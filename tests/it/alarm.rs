//! The alarm is heard first, or the run does not start.

use std::time::{Duration, Instant};

use camino::Utf8Path;
use jstestfuzz::campaign::{AlarmError, CampaignError, sound};
use jstestfuzz::interrupt::Interrupts;
use jstestfuzz::shell::embedded::EmbeddedShell;
use jstestfuzz::shell::{Ended, Job, Report, Running, Shell, ShellEnd, ShellError};

use crate::program::{FUZZ, Place};

/// A shell that says of every file that it ran well, and runs none.
struct Deaf;

struct Done;

impl Shell for Deaf {
    fn name(&self) -> &'static str {
        "deaf"
    }

    fn run(&mut self, _: &Job) -> Result<Box<dyn Running + '_>, ShellError> {
        Ok(Box::new(Done))
    }
}

impl Running for Done {
    fn next(&mut self, _: Instant) -> Option<Report> {
        Some(Report::Ended(Ended {
            end: ShellEnd::Completed,
            output_dropped: 0,
            threads_left: false,
            elapsed: Duration::ZERO,
        }))
    }

    fn pid(&self) -> Option<u32> {
        None
    }

    fn cpu_time(&self) -> Option<Duration> {
        None
    }

    fn kill(&mut self) {}
}

#[test]
fn a_shell_that_runs_nothing_is_found_out() {
    let place = Place::new();
    let folder = Utf8Path::from_path(place.path()).unwrap();
    let outcome = sound(&mut Deaf, FUZZ.into(), &Interrupts::default(), folder);
    let Err(CampaignError::Alarm(AlarmError { planted, seen })) = outcome else { panic!("{outcome:?}") };
    assert_eq!((planted, seen.as_str()), ("crash", "clean"));
}

#[test]
fn the_embedded_shell_hears_it() {
    let place = Place::new();
    let folder = Utf8Path::from_path(place.path()).unwrap();
    sound(&mut EmbeddedShell::new(FUZZ.into()), FUZZ.into(), &Interrupts::default(), folder).unwrap();
}

#[test]
fn a_run_that_sent_nothing_is_not_clean() {
    let place = Place::new();
    let script = place.file("silent.js", "print(1);");
    let said = place.fuzz(&["run", &script, "--server", "practice"]);
    assert_eq!(said.code, Some(75), "{}", said.all());
    assert!(said.out.contains("not one command reached the server"), "{}", said.all());
}
