//! Runs in the same `--out` that were killed: what they left behind goes, what they recorded stays and is named.

use camino::Utf8Path;

use super::desk::Desk;
use crate::report::Event;
use crate::server::remove_leftovers;
use crate::store::{abandoned, give_back, records_at, remove_unfinished};

/// Cleans up after all of them and says so, a line each.
pub fn clean_up(desk: &mut Desk<'_>) {
    for run in abandoned(&desk.options.out) {
        let removed = remove_leftovers(&run.join("server"));
        remove_unfinished(&run);
        // Last: who is killed here leaves the rest to the next.
        give_back(&run);
        let line = format!(
            "cleaned     {run} was killed: {} processes ended, {} data folders removed; {}",
            removed.processes,
            removed.folders,
            kept(&run)
        );
        desk.reporter.event(&Event::Notice(line));
    }
}

fn kept(run: &Utf8Path) -> String {
    match records_at(run) {
        Ok(records) => format!("its {} records are kept, and `triage judge {run}` reads them", records.len()),
        Err(_) => "it has no records".into(),
    }
}
