//! Landlock: what may be read. Nothing may be written, made, removed or executed, nowhere.

use camino::Utf8PathBuf;
use landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
    path_beneath_rules,
};

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

/// Leaves the calling thread, and those that it starts, these folders and files to read. False where the kernel cannot.
pub fn restrict(readable: &[Utf8PathBuf]) -> bool {
    bound(readable).is_ok_and(|status| status != RulesetStatus::NotEnforced)
}

fn bound(readable: &[Utf8PathBuf]) -> Result<RulesetStatus, RulesetError> {
    let paths = SYSTEM.iter().copied().chain(readable.iter().map(|path| path.as_str()));
    let ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(VERSION))?
        .handle_access(AccessNet::BindTcp)?
        .scope(Scope::from_all(VERSION))?
        .create()?
        .add_rules(path_beneath_rules(paths, AccessFs::ReadFile | AccessFs::ReadDir))?;
    Ok(ruleset.restrict_self()?.ruleset)
}
