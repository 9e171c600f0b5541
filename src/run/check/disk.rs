//! Is there room left? A server without it fails through no fault of its own.

use camino::Utf8Path;

use crate::server::ServerExit;

/// With less room than this a disk is full: storage engines write files of some megabytes ahead.
pub const FULL_BELOW: u64 = 16 << 20;

/// Bytes free for us there; nothing where the file system does not say.
pub fn free(folder: &Utf8Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder.as_std_path()).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Why nothing can be said of processes that ended: the disk on which they keep their data is full.
pub fn full_disk(exits: &[ServerExit]) -> Option<String> {
    let folders = exits.iter().filter_map(|exit| Some((exit, exit.process.log.parent()?)));
    let mut full = folders.filter(|(_, folder)| free(folder).is_some_and(|free| free < FULL_BELOW));
    let (exit, folder) = full.next()?;
    let name = &exit.process.name;
    Some(format!("{name} ended ({}) on a disk without room: {folder}; make room or choose another --out", exit.status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::{ExitStatus, ServerProcess};

    #[test]
    fn a_disk_with_room_excuses_nobody() {
        let process = ServerProcess { name: "mongod".into(), pid: 1, started: 1, log: "/mongod.log".into() };
        let exit = ServerExit { process, status: ExitStatus::Code(14), log_tail: Vec::new() };
        assert_eq!(full_disk(&[exit]), None);
        assert!(free(Utf8Path::new("/")).is_some() && free(Utf8Path::new("/nowhere")).is_none());
    }
}
