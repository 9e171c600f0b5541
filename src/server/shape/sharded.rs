//! A sharded cluster: config server, shards, and a router that is told of the shards.

use super::initiate::{Kind, add_shard};
use super::{Starter, initiate};
use crate::server::ServerError;
use crate::server::spec::ShardedSpec;
use crate::wire::uri::Settings;

impl Starter<'_> {
    /// A cluster; clients speak to its router.
    pub(super) fn cluster(&mut self, shards: u16, nodes: u16) -> Result<(), ServerError> {
        let ShardedSpec { shard, config, router } = self
            .product
            .sharded
            .clone()
            .ok_or_else(|| ServerError::Unusable(format!("{} has no sharded clusters", self.product.name)))?;
        let config = self.set("config", 1, &config, Kind::Config, false)?;
        let shards: Result<Vec<_>, _> =
            (0..shards).map(|number| self.set(&format!("shard{number}"), nodes, &shard, Kind::Data, false)).collect();
        let shards = shards?;
        let router = self.router(&router, &initiate::seeds(&config));
        let address = self.launch(&router, true)?;
        for shard in &shards {
            add_shard(&address, shard)?;
        }
        self.started.settings = Settings::of_addresses([address]);
        self.started.sets.extend(shards);
        self.started.sets.push(config);
        Ok(())
    }
}
