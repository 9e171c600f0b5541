//! One product's processes on this machine, started in the order of its entry in the table and stopped in reverse.

use std::time::{Duration, Instant};

use super::hello::version;
use super::launch::{Place, launch};
use super::running::{Running, discard_data, prune_cores, prune_data};
use super::spec::{Product, Stacks};
use super::{AskedEnd, LogLine, ServerError, ServerExit, ServerProcess, Topology};
use crate::wire::uri::Settings;

/// Cores kept of one run: what a person can look at.
const CORES: usize = 5;
/// Data folders kept of servers that ended by themselves: a real product's takes hundreds of megabytes.
const DATA: usize = 2;
const VERSION_WITHIN: Duration = Duration::from_secs(2);

/// A standalone server.
pub struct Standalone {
    product: Product,
    place: Place,
    running: Vec<Running>,
    starts: u32,
    version: Option<String>,
    asked_ends: Vec<(AskedEnd, Vec<LogLine>)>,
}

impl Standalone {
    /// Nothing is started yet.
    pub fn new(product: Product, place: Place) -> Self {
        Self { product, place, running: Vec::new(), starts: 0, version: None, asked_ends: Vec::new() }
    }

    /// Kills what is left of the last start and removes its data.
    fn clear_away(&mut self) {
        while let Some(running) = self.running.pop() {
            let dbpath = running.dbpath.clone();
            drop(running);
            discard_data(&dbpath);
        }
        prune_cores(&self.place.folder, CORES);
        prune_data(&self.place.folder, DATA);
    }
}

impl Topology for Standalone {
    fn describe(&self) -> String {
        let address = self.addresses().into_iter().next().map(|address| format!(" at {address}")).unwrap_or_default();
        let version = self.version.as_ref().map(|version| format!(", version {version}")).unwrap_or_default();
        format!("{}{address}{version} ({})", self.product.name, self.place.reason)
    }

    fn product(&self) -> &str {
        &self.product.name
    }

    fn addresses(&self) -> Vec<String> {
        self.running.last().map(|last| last.port.address()).into_iter().collect()
    }

    fn connection(&self) -> Settings {
        self.running.last().map(|last| last.settings.clone()).unwrap_or_default()
    }

    fn start(&mut self) -> Result<(), ServerError> {
        self.clear_away();
        self.starts += 1;
        let last = self.product.process.len().saturating_sub(1);
        for (index, spec) in self.product.process.iter().enumerate() {
            // Clients talk to the last one.
            let wanted = self.place.port.filter(|_| index == last);
            match launch(spec, &self.place, &self.running, wanted, self.starts) {
                Ok(running) => self.running.push(running),
                Err(error) => {
                    self.running.clear();
                    // What worked once is no mistake of the user's.
                    return Err(if self.starts == 1 { error } else { ServerError::Infrastructure(error.to_string()) });
                }
            }
        }
        if self.version.is_none() {
            self.version = version(&self.connection(), VERSION_WITHIN);
        }
        Ok(())
    }

    fn exits(&mut self) -> Vec<ServerExit> {
        self.running.iter_mut().filter_map(Running::exit).collect()
    }

    fn new_log_lines(&mut self) -> Vec<LogLine> {
        self.running.iter_mut().flat_map(Running::new_log_lines).collect()
    }

    fn processes(&self) -> Vec<ServerProcess> {
        self.running.iter().filter(|running| !running.reported).map(Running::identity).collect()
    }

    fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    fn stacks(&self, process: &str) -> Stacks {
        let spec = self.product.process.iter().find(|spec| spec.name == process);
        spec.map_or(Stacks::Native, |spec| spec.stacks)
    }

    fn stop(&mut self, grace: Duration) {
        let deadline = Instant::now() + grace;
        while let Some(running) = self.running.pop() {
            self.asked_ends.extend(running.stop(deadline));
        }
    }

    fn asked_ends(&mut self) -> Vec<(AskedEnd, Vec<LogLine>)> {
        std::mem::take(&mut self.asked_ends)
    }

    fn restartable(&self) -> bool {
        true
    }
}
