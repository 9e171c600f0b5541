//! A replica set: members are started one after another, then the first is told who they are.

use super::initiate::{Kind, initiate};
use super::{Set, Starter};
use crate::server::ServerError;
use crate::wire::uri::Settings;

/// The set's name where there is one only.
const NAME: &str = "rs";

impl Starter<'_> {
    /// One set; clients follow its primary.
    pub(super) fn replica_set(&mut self, nodes: u16) -> Result<(), ServerError> {
        let set = self.set(NAME, nodes, &[], Kind::Data, true)?;
        self.started.settings = settings(&set)?;
        self.started.sets.push(set);
        Ok(())
    }

    /// Starts and initiates a set; its members are called `PROCESS-SET-NUMBER`, or `PROCESS-NUMBER` where it is the only
    /// one. `front` says that clients talk to it.
    pub(super) fn set(
        &mut self,
        name: &str,
        nodes: u16,
        more: &[String],
        kind: Kind,
        front: bool,
    ) -> Result<Set, ServerError> {
        let process = self.product.process.last().map_or("server", |spec| spec.name.as_str()).to_owned();
        let mut members = Vec::new();
        for node in 0..nodes {
            let member = if front { format!("{process}-{node}") } else { format!("{process}-{name}-{node}") };
            let spec = self.member(member, name, more)?;
            members.push(self.launch(&spec, front && node == 0)?);
        }
        let set = Set { name: name.to_owned(), members };
        initiate(&set, kind)?;
        Ok(set)
    }
}

/// How clients speak to a set.
fn settings(set: &Set) -> Result<Settings, ServerError> {
    let uri = format!("mongodb://{}/?replicaSet={}", set.members.join(","), set.name);
    Settings::parse(&uri).map_err(|error| ServerError::Infrastructure(error.to_string()))
}
