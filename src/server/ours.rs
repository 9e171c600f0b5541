//! One product's processes on this machine, in one of the [`Shape`]s; stopped in the reverse of their order.

use std::time::{Duration, Instant};

use super::hello::About;
use super::launch::Place;
use super::running::{Running, discard_data, prune_cores, prune_data};
use super::shape::{Set, Shape, Started};
use super::spec::{ProcessSpec, Product, Stacks};
use super::{AskedEnd, LogLine, ServerError, ServerExit, ServerProcess, Topology};
use crate::wire::uri::Settings;

/// Cores kept of one run: what a person can look at.
const CORES: usize = 5;
/// Data folders kept of servers that ended by themselves: a real product's takes hundreds of megabytes.
const DATA: usize = 2;
const ABOUT_WITHIN: Duration = Duration::from_secs(2);

/// Servers of ours.
pub struct Ours {
    product: Product,
    shape: Shape,
    place: Place,
    now: Started,
    starts: u32,
    about: Option<About>,
    asked_ends: Vec<(AskedEnd, Vec<LogLine>)>,
}

impl Ours {
    /// Nothing is started yet.
    pub fn new(product: Product, shape: Shape, place: Place) -> Self {
        Self { product, shape, place, now: Started::default(), starts: 0, about: None, asked_ends: Vec::new() }
    }

    /// Kills what is left of the last start and removes its data.
    fn clear_away(&mut self) {
        while let Some(running) = self.now.running.pop() {
            let dbpath = running.dbpath.clone();
            drop(running);
            discard_data(&dbpath);
        }
        prune_cores(&self.place.folder, CORES);
        prune_data(&self.place.folder, DATA);
    }
}

impl Topology for Ours {
    fn describe(&self) -> String {
        let address = self.addresses().into_iter().next().map(|address| format!(" at {address}")).unwrap_or_default();
        let about = self.about.as_ref().map(About::words).unwrap_or_default();
        let shape = self.shape.words();
        let shape = if shape.is_empty() { shape } else { format!(", {shape}") };
        format!("{}{shape}{address}{about} ({})", self.product.name, self.place.reason)
    }

    fn product(&self) -> &str {
        &self.product.name
    }

    fn addresses(&self) -> Vec<String> {
        self.now.settings.hosts.iter().map(ToString::to_string).collect()
    }

    fn connection(&self) -> Settings {
        self.now.settings.clone()
    }

    fn sets(&self) -> Vec<Set> {
        self.now.sets.clone()
    }

    fn start(&mut self) -> Result<(), ServerError> {
        self.clear_away();
        self.starts += 1;
        // What worked once is no mistake of the user's.
        let again = |error: ServerError| match self.starts {
            1 => error,
            _ => ServerError::Infrastructure(error.to_string()),
        };
        self.now = self.shape.start(&self.product, &self.place, self.starts).map_err(again)?;
        if self.about.is_none() {
            self.about = Some(About::of(&self.connection(), ABOUT_WITHIN));
        }
        Ok(())
    }

    fn exits(&mut self) -> Vec<ServerExit> {
        self.now.running.iter_mut().filter_map(Running::exit).collect()
    }

    fn new_log_lines(&mut self) -> Vec<LogLine> {
        self.now.running.iter_mut().flat_map(Running::new_log_lines).collect()
    }

    fn processes(&self) -> Vec<ServerProcess> {
        self.now.running.iter().filter(|running| !running.reported).map(Running::identity).collect()
    }

    fn version(&self) -> Option<&str> {
        self.about.as_ref()?.version.as_deref()
    }

    fn stacks(&self, process: &str) -> Stacks {
        // Members of sets are called after it, with a number.
        let named = |spec: &&ProcessSpec| {
            process.strip_prefix(&spec.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        self.product.process.iter().find(named).map_or(Stacks::Native, |spec| spec.stacks)
    }

    fn stop(&mut self, grace: Duration) {
        let deadline = Instant::now() + grace;
        while let Some(running) = self.now.running.pop() {
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
