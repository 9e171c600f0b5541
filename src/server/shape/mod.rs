//! How many processes of one product make a topology: one alone, a replica set, or a sharded cluster.

mod initiate;
mod replica_set;
mod sharded;

use super::ServerError;
use super::launch::{Place, launch};
use super::running::Running;
use super::spec::{MemberSpec, ProcessSpec, Product, RouterSpec};
use crate::wire::uri::Settings;

/// The word of `--topology`, with its numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// One server.
    #[default]
    Standalone,
    /// One primary, and secondaries that follow it.
    ReplicaSet {
        /// All of them.
        nodes: u16,
    },
    /// A config server, shards that are replica sets, and a router.
    Sharded {
        /// How many.
        shards: u16,
        /// Nodes of each shard.
        nodes: u16,
    },
}

/// A topology whose servers serve.
#[derive(Debug, Default)]
pub(super) struct Started {
    /// In the order of their start.
    pub(super) running: Vec<Running>,
    /// How clients speak to it.
    pub(super) settings: Settings,
    /// Members whose data shall agree.
    pub(super) sets: Vec<Set>,
}

/// A replica set that was initiated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// Its name.
    pub name: String,
    /// `host:port` of each, the primary first.
    pub members: Vec<String>,
}

/// Starts processes one after another.
pub(super) struct Starter<'a> {
    product: &'a Product,
    place: &'a Place,
    /// Counts the topology's starts.
    start: u32,
    started: Started,
}

impl Shape {
    /// For the head of a report; nothing for one server alone.
    pub fn words(self) -> String {
        match self {
            Self::Standalone => String::new(),
            Self::ReplicaSet { nodes } => format!("replica set of {nodes}"),
            Self::Sharded { shards, nodes: 1 } => format!("cluster of {shards} shards"),
            Self::Sharded { shards, nodes } => format!("cluster of {shards} shards of {nodes}"),
        }
    }

    /// Refuses a product that cannot be had so.
    ///
    /// # Errors
    /// The table does not say how; the text names the key.
    pub fn check(self, product: &Product) -> Result<(), ServerError> {
        let missing = match self {
            Self::ReplicaSet { .. } if product.replica_set.is_none() => "replica_set",
            Self::Sharded { .. } if product.replica_set.is_none() => "replica_set",
            Self::Sharded { .. } if product.sharded.is_none() => "sharded",
            _ => return Ok(()),
        };
        let text = format!("{} can only be run alone: its entry has no [server.{missing}]", product.name);
        Err(ServerError::Unusable(format!("{text}; docs/servers.md has every key")))
    }

    /// Starts everything and waits until it serves.
    ///
    /// # Errors
    /// Something did not come up; what had come up is killed.
    pub(super) fn start(self, product: &Product, place: &Place, start: u32) -> Result<Started, ServerError> {
        let mut starter = Starter { product, place, start, started: Started::default() };
        match self {
            Self::Standalone => starter.alone()?,
            Self::ReplicaSet { nodes } => starter.replica_set(nodes)?,
            Self::Sharded { shards, nodes } => starter.cluster(shards, nodes)?,
        }
        Ok(starter.started)
    }
}

impl Starter<'_> {
    /// A product's processes in the order of its entry; clients talk to the last one.
    fn alone(&mut self) -> Result<(), ServerError> {
        let last = self.product.process.len().saturating_sub(1);
        for (index, spec) in self.product.process.iter().enumerate() {
            self.launch(spec, index == last)?;
        }
        self.started.settings = self.started.running.last().map(|last| last.settings.clone()).unwrap_or_default();
        Ok(())
    }

    /// Starts one; `front` says that clients talk to it. Gives its address.
    fn launch(&mut self, spec: &ProcessSpec, front: bool) -> Result<String, ServerError> {
        let wanted = self.place.port.filter(|_| front);
        let running = launch(spec, self.place, &self.started.running, wanted, self.start)?;
        let address = running.port.address();
        self.started.running.push(running);
        Ok(address)
    }

    /// The product's server as a member of a set, and what every member is told.
    fn member(&self, name: String, set: &str, more: &[String]) -> Result<ProcessSpec, ServerError> {
        let (Some(spec), Some(MemberSpec { arguments })) = (self.product.process.last(), &self.product.replica_set)
        else {
            return Err(ServerError::Unusable(format!("{} has no replica sets", self.product.name)));
        };
        let mut spec = ProcessSpec { name, ..spec.clone() };
        spec.arguments.extend(arguments.iter().chain(more).map(|argument| argument.replace("{set}", set)));
        Ok(spec)
    }

    fn router(&self, spec: &RouterSpec, config: &str) -> ProcessSpec {
        let arguments = spec.process.arguments.iter().map(|argument| argument.replace("{config}", config)).collect();
        ProcessSpec { arguments, ..spec.process.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::product;

    #[test]
    fn a_product_that_only_runs_alone_says_which_key_it_lacks() {
        let product = product("ferretdb", None).unwrap();
        let error = Shape::ReplicaSet { nodes: 2 }.check(&product).unwrap_err().to_string();
        assert!(error.contains("ferretdb") && error.contains("[server.replica_set]"), "{error}");
        assert!(Shape::Standalone.check(&product).is_ok());
    }

    #[test]
    fn mongod_and_the_practice_server_come_in_every_shape() {
        for name in ["mongod", "practice"] {
            let product = product(name, None).unwrap();
            assert!(Shape::Sharded { shards: 2, nodes: 1 }.check(&product).is_ok(), "{name}");
        }
    }
}
