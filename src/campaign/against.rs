//! The way to a server that is the same for every run: choose it, hear the alarm, start it, hand out the batch.

use super::clients::open_others;
use super::desk::Desk;
use super::{CampaignError, alarm};
use crate::process::own_executable;
use crate::run::Batch;
use crate::run::capture::Capturer;
use crate::server::{Chosen, choose};
use crate::shell::embedded::EmbeddedShell;
use crate::store::{read_json, write_json};

/// Beside the runs: what their files took, from which the next run's hang timer starts.
const AVERAGES: &str = "averages.json";

/// Lets `work` run files against the server of the desk's options; whatever comes of it, the server is stopped then.
///
/// # Errors
/// The server cannot be had or the alarm was not heard; or what `work` gives.
pub fn against_a_server(
    desk: &mut Desk<'_>,
    work: impl FnOnce(&mut Desk<'_>, &mut Batch<'_>) -> Result<(), CampaignError>,
) -> Result<(), CampaignError> {
    let (options, interrupts, folder) = (desk.options, desk.interrupts, desk.server_folder());
    let Chosen { mut topology, hang_min } = choose(&options.server, &folder)?;
    let own = own_executable().map_err(|error| CampaignError::SetUp(error.to_string()))?;
    let mut shell =
        options.shell.open(&own, &desk.shell_folder()).map_err(|error| CampaignError::SetUp(error.to_string()))?;
    // The embedded shell hears the alarm whichever shell runs the files: a crash is seen by the server's end and a hang
    // by the clock, not by the shell. mongosh would take six seconds for it, and the legacy shell does not say what it
    // waits for, which is no reason to refuse a run.
    alarm::sound(&mut EmbeddedShell::new(own.clone()), &own, interrupts, &folder)?;
    topology.start()?;
    desk.head("server", topology.describe());
    let several = (options.clients.count > 1).then(|| format!(", {} clients at once", options.clients.count));
    desk.head("shell", shell.describe() + &several.unwrap_or_default());
    if let Some(caution) = shell.caution() {
        desk.head("", caution);
    }
    let timer = options.timer(hang_min);
    let capturer = options.capture.clone().map(|capture| Capturer::new(capture, own.clone()));
    let batch = Batch::new(&mut *shell, &mut *topology, interrupts, timer, options.checks);
    let others = open_others(options, &own, &desk.shell_folder())?;
    let mut batch = batch.already_started().with_others(others).capturing(capturer);
    let remembered = options.out.join(AVERAGES);
    // Without it, or with one of another version, the first files count only the smallest threshold.
    batch.remember(read_json(&remembered).unwrap_or_default());
    let outcome = work(desk, &mut batch);
    if write_json(&remembered, &batch.to_remember()).is_err() {
        desk.head("", "the average runtimes could not be kept for the next run");
    }
    let ended = desk.shut_down(&mut batch);
    outcome.and(ended)
}
