//! Landlock: what may be read, and by which ports servers may be reached. Nothing may be written, made, removed or
//! executed, nowhere.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, NetPort, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus, Scope, path_beneath_rules,
};

use super::Extent;

/// Later versions refuse to connect to local sockets, which is how some servers are reached. Older kernels keep what they
/// know of this one.
const VERSION: ABI = ABI::V7;

/// What looking up a host, and the local time, read.
const SYSTEM: &[&str] = &[
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/resolv.conf",
    "/etc/services",
    "/lib",
    "/lib64",
    "/run/systemd/resolve",
    "/usr/lib",
    "/usr/lib64",
    "/usr/share/zoneinfo",
];

/// Leaves the calling thread, and those that it starts, these folders and files to read and these TCP ports to connect to;
/// all ports if none are given.
pub fn restrict(readable: &[Utf8PathBuf], ports: Option<&BTreeSet<u16>>) -> Extent {
    match bound(readable, ports) {
        Ok(RulesetStatus::FullyEnforced) => Extent::All,
        Ok(RulesetStatus::PartiallyEnforced) => Extent::Part,
        Ok(RulesetStatus::NotEnforced) | Err(_) => Extent::Nothing,
    }
}

fn bound(readable: &[Utf8PathBuf], ports: Option<&BTreeSet<u16>>) -> Result<RulesetStatus, RulesetError> {
    let paths = SYSTEM.iter().copied().chain(readable.iter().map(|path| path.as_str()));
    let connects = ports.map_or(BitFlags::EMPTY, |_| AccessNet::ConnectTcp.into());
    let ports = ports.into_iter().flatten();
    let ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(VERSION))?
        .handle_access(connects | AccessNet::BindTcp)?
        .scope(Scope::from_all(VERSION))?
        .create()?
        .add_rules(path_beneath_rules(paths, AccessFs::ReadFile | AccessFs::ReadDir))?
        .add_rules(ports.map(|port| Ok::<_, RulesetError>(NetPort::new(*port, AccessNet::ConnectTcp))))?;
    Ok(ruleset.restrict_self()?.ruleset)
}
