//! What the kernel refuses a worker, whatever its engine or a native of ours gets wrong: Landlock takes the files, seccomp
//! the system calls. A worker enters before its first job and never gets out.
//!
//! What stays: to read below the folders that `load` may read, to look up hosts, to connect by local sockets and to the
//! given servers' TCP ports. The kernel knows no addresses there, and members of a set are only known from its answers:
//! who follows a set may connect to any port.

mod calls;
mod files;

use std::collections::BTreeSet;
use std::net::IpAddr;

use camino::Utf8PathBuf;

use super::sources;
use crate::shell::Job;
use crate::wire::uri::{Host, Settings};

/// With the value `off` in the environment nothing is asked of the kernel.
pub const SWITCH: &str = "JSTESTFUZZ_SANDBOX";

/// A name server that has much to say says it by TCP.
const NAME_SERVER: u16 = 53;

/// How much of what was asked for a kernel has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// It does not know it at all, or it is switched off.
    Nothing,
    /// It is too old for some of it.
    Part,
    /// All.
    All,
}

/// What is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sandbox {
    /// Landlock.
    pub files: Extent,
    /// seccomp.
    pub calls: bool,
}

impl Sandbox {
    /// What is off, in one line; nothing if nothing is.
    pub fn gap(self) -> Option<String> {
        let off = match (self.files, self.calls) {
            (Extent::All, true) => return None,
            (Extent::Part, true) => {
                return Some(
                    "this kernel has a part of Landlock only (Linux 6.12 has all of it): see docs/safety.md".into(),
                );
            }
            (Extent::Nothing, true) => "Landlock is",
            (Extent::All | Extent::Part, false) => "seccomp is",
            (Extent::Nothing, false) => "Landlock and seccomp are",
        };
        Some(format!("{off} off: only the engine itself keeps scripts from files and processes"))
    }
}

/// What a worker may read and connect to: none of it changes while it lives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grounds {
    roots: Vec<Utf8PathBuf>,
    /// Certificates and keys.
    files: Vec<Utf8PathBuf>,
    /// TCP ports that may be connected to; any if there is none.
    ports: Option<BTreeSet<u16>>,
}

impl Grounds {
    /// What the job needs.
    pub fn of(job: &Job) -> Self {
        let tls = job.server.tls.iter().flat_map(|tls| [&tls.ca_file, &tls.key_file]);
        Self { roots: job.roots.clone(), files: tls.flatten().cloned().collect(), ports: ports(&job.server) }
    }
}

fn ports(server: &Settings) -> Option<BTreeSet<u16>> {
    if server.follows_primary() {
        return None;
    }
    let mut ports = BTreeSet::new();
    for host in &server.hosts {
        if let Host::Tcp { name, port } = host {
            let is_looked_up = name.parse::<IpAddr>().is_err() && name != "localhost";
            ports.extend(is_looked_up.then_some(NAME_SERVER));
            ports.insert(*port);
        }
    }
    Some(ports)
}

/// Binds the calling thread, and those that it starts, for ever. What the kernel does not know stays off.
pub fn enter(grounds: &Grounds) -> Sandbox {
    if std::env::var_os(SWITCH).is_some_and(|value| value == "off") {
        return Sandbox { files: Extent::Nothing, calls: false };
    }
    let readable: Vec<Utf8PathBuf> =
        sources::readable(&grounds.roots).into_iter().chain(grounds.files.clone()).collect();
    Sandbox { files: files::restrict(&readable, grounds.ports.as_ref()), calls: calls::restrict() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{ErrorKind, Write};
    use std::net::{TcpListener, TcpStream};
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::process::{Command, Stdio};

    use rustix::process::{Pid, Signal, kill_process};

    /// Runs `inside` on a thread that has entered; nothing is asserted where the kernel has not what it takes.
    fn inside(grounds: Grounds, needs: fn(Sandbox) -> bool, inside: impl FnOnce() + Send + 'static) {
        let entered = std::thread::spawn(move || {
            let sandbox = enter(&grounds);
            match needs(sandbox) {
                true => inside(),
                false => eprintln!("not shown on this kernel: {sandbox:?}"),
            }
        });
        entered.join().unwrap();
    }

    fn temporary() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        (folder, path)
    }

    fn refused<T>(outcome: std::io::Result<T>, what: &str) {
        assert_eq!(outcome.err().map(|error| error.kind()), Some(ErrorKind::PermissionDenied), "{what}");
    }

    #[test]
    fn files_are_read_below_the_roots_and_nowhere_else_and_none_is_written() {
        let (_kept, base) = temporary();
        let root = base.join("corpus");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(root.join("lib.js"), "1").unwrap();
        std::fs::write(base.join("secret"), "2").unwrap();
        let grounds = Grounds { roots: vec![root.clone()], ..Grounds::default() };
        inside(
            grounds,
            |sandbox| sandbox.files != Extent::Nothing,
            move || {
                assert_eq!(std::fs::read_to_string(root.join("lib.js")).unwrap(), "1");
                assert_eq!(root.read_dir().unwrap().count(), 1);
                refused(std::fs::read(base.join("secret")), "a file outside");
                refused(base.read_dir(), "a folder outside");
                refused(std::fs::read("/proc/self/environ"), "our own environment");
                refused(std::fs::write(root.join("lib.js"), "3"), "a file within, to write");
                refused(std::fs::write(root.join("new"), "3"), "a new file");
                refused(std::fs::remove_file(root.join("lib.js")), "a file's removal");
                refused(std::fs::create_dir(root.join("folder")), "a new folder");
            },
        );
    }

    #[test]
    fn no_program_is_started_and_nobody_is_killed() {
        let mut other = Command::new("sleep").arg("60").spawn().unwrap();
        let pid = Pid::from_child(&other);
        inside(
            Grounds::default(),
            |sandbox| sandbox.calls,
            move || {
                refused(Command::new("true").stdin(Stdio::null()).spawn(), "a program");
                refused(kill_process(pid, Signal::KILL).map_err(Into::into), "another's end");
                let parent = rustix::process::getppid().unwrap();
                refused(kill_process(parent, Signal::CONT).map_err(Into::into), "a signal to the parent");
                // Threads go on, or there were no parallel shells.
                assert_eq!(std::thread::spawn(|| 7).join().unwrap(), 7);
            },
        );
        assert!(other.try_wait().unwrap().is_none(), "it was killed");
        other.kill().unwrap();
        other.wait().unwrap();
    }

    #[test]
    fn connections_are_opened_and_nobody_is_listened_to() {
        let (_kept, base) = temporary();
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let local = UnixListener::bind(base.join("socket")).unwrap();
        let address = tcp.local_addr().unwrap();
        inside(
            Grounds::default(),
            |sandbox| sandbox.calls,
            move || {
                TcpStream::connect(address).unwrap().write_all(b"x").unwrap();
                TcpStream::connect(("localhost", address.port())).unwrap();
                UnixStream::connect(base.join("socket")).unwrap().write_all(b"x").unwrap();
                refused(TcpListener::bind("127.0.0.1:0"), "a port");
                refused(UnixListener::bind(base.join("other")), "a local socket");
            },
        );
        drop(local);
    }

    #[test]
    fn the_given_servers_ports_are_connected_to_and_no_others() {
        let (given, other) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
        let (given, other) = (given.local_addr().unwrap(), other.local_addr().unwrap());
        let server = Settings::of_addresses([given.to_string()]);
        inside(
            Grounds { ports: ports(&server), ..Grounds::default() },
            |sandbox| sandbox.files == Extent::All,
            move || {
                TcpStream::connect(given).unwrap().write_all(b"x").unwrap();
                refused(TcpStream::connect(other), "another's port");
                refused(TcpStream::connect(("localhost", other.port())), "the same by its name");
            },
        );
    }

    #[test]
    fn members_of_a_set_may_be_anywhere_and_names_are_looked_up_by_tcp_too() {
        let of = |uri: &str| ports(&Settings::parse(uri).unwrap());
        assert_eq!(of("mongodb://127.0.0.1:1,127.0.0.1:2/?replicaSet=rs"), None);
        assert_eq!(of("mongodb://[::1]:9"), Some(BTreeSet::from([9])));
        assert_eq!(of("mongodb://localhost:7"), Some(BTreeSet::from([7])));
        assert_eq!(of("mongodb://example.org:7"), Some(BTreeSet::from([7, NAME_SERVER])));
        assert_eq!(of("mongodb://%2Ftmp%2Fm.sock"), Some(BTreeSet::new()));
    }

    #[test]
    fn what_is_off_is_one_line_and_nothing_is_said_where_all_is_on() {
        assert_eq!(Sandbox { files: Extent::All, calls: true }.gap(), None);
        let cases = [(Extent::All, false, "seccomp is off"), (Extent::Nothing, true, "Landlock is off")];
        for (files, calls, word) in [&cases[..], &[(Extent::Part, true, "this kernel has a part")]].concat() {
            let line = Sandbox { files, calls }.gap().unwrap();
            assert!(line.starts_with(word) && !line.contains('\n'), "{line}");
        }
    }
}
