//! What is looked at on the living servers after a file, as `--checks` says.

use std::time::Duration;

use super::{Checks, PING_TIMEOUT, answers, node, same_documents, same_oplogs, validate_nodes};
use crate::run::execution::Check;
use crate::server::{Set, Topology};
use crate::wire::uri::Settings;

/// One check of a topology, within a time.
type Look = fn(&Settings, &[Set], Duration) -> Check;

/// The checks that are wanted, one after another.
pub fn look_at_data(topology: &dyn Topology, wanted: Checks) -> Vec<Check> {
    let (settings, sets) = (topology.connection(), topology.sets());
    // Those that compare nodes wait until every one has applied everything, and so `validate` sees it there; in a record
    // it comes first.
    let checks: [(bool, Look); 3] =
        [(wanted.dbhash, same_documents), (wanted.oplog, same_oplogs), (wanted.validate, validate_nodes)];
    let wished = checks.iter().filter(|(wanted, _)| *wanted);
    let mut done: Vec<Check> = wished.map(|(_, look)| look(&settings, &sets, wanted.time)).collect();
    if wanted.validate {
        done.rotate_right(1);
    }
    done
}

/// True if every member of every set answers.
pub fn all_answer(topology: &dyn Topology) -> bool {
    let (settings, sets) = (topology.connection(), topology.sets());
    let members = sets.iter().flat_map(|set| &set.members);
    members.filter_map(|member| node(&settings, member).ok()).all(|node| answers(&node, PING_TIMEOUT))
}
