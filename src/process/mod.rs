//! Child processes that never outlive us: own group, death with the parent, and a ladder from polite to forced.
//!
//! [`Child`] is for executables of our own, which bind themselves to us ([`die_with_parent`]); [`Program`] starts other
//! people's through the [`guard`], which binds them and then becomes them, so that pid, status and signal are theirs.

mod guard;
mod identity;
mod waiting;

use std::fmt;
use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use serde::{Deserialize, Serialize};

pub use guard::{GUARD, become_program, die_with_parent};
pub use identity::{Identity, cpu_time, descendants, is_alive, program_name, start_time, thread_times, world};
pub use waiting::{pause, poll};

/// SIGKILL cannot be refused; only a process stuck in the kernel, or one that writes a core, makes us wait.
const KILL_TAKES: Duration = Duration::from_secs(10);

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExitStatus {
    /// exit(n)
    Code(i32),
    /// Ended by a signal.
    Signal {
        /// 11 for SIGSEGV.
        number: i32,
        /// The kernel says that it wrote a core.
        core: bool,
    },
}

impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "status {code}"),
            Self::Signal { number, core: false } => write!(f, "signal {number}"),
            Self::Signal { number, core: true } => write!(f, "signal {number}, with a core"),
        }
    }
}

/// Somebody else's program to start.
#[derive(Clone, Debug)]
pub struct Program {
    /// Our own executable, which knows the hidden word [`GUARD`].
    pub own: Utf8PathBuf,
    /// Path or name of the executable.
    pub program: Utf8PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Where it runs; cores that it leaves are found here.
    pub folder: Utf8PathBuf,
    /// The file that takes both its output streams.
    pub output: Utf8PathBuf,
    /// What is added to our own environment.
    pub environment: Vec<(String, String)>,
}

/// A running child and everything in its process group. Dropping it kills the group.
#[derive(Debug)]
pub struct Child {
    child: std::process::Child,
    started: u64,
    ended: Option<ExitStatus>,
    released: bool,
}

impl Program {
    /// Starts it through the guard. It dies with the *thread* that calls this: call it from one that lives as long.
    ///
    /// # Errors
    /// The operating system refused; a program that does not exist is only seen as status 127 of the child, with the
    /// reason in its output.
    pub fn start(&self) -> io::Result<Child> {
        let output = fs_err::File::create(&self.output)?.into_parts().0;
        let errors = output.try_clone()?;
        Child::start(
            Command::new(&self.own)
                .args([GUARD, &std::process::id().to_string(), self.program.as_str()])
                .args(&self.arguments)
                .envs(self.environment.iter().map(|(name, value)| (name, value)))
                .current_dir(&self.folder)
                .stdin(Stdio::null())
                .stdout(output)
                .stderr(errors),
        )
    }
}

impl Child {
    /// Starts `command` as the leader of a process group of its own.
    ///
    /// # Errors
    /// The operating system refused.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        use std::os::unix::process::CommandExt;
        let child = command.process_group(0).spawn()?;
        let started = start_time(child.id()).unwrap_or(0);
        Ok(Self { child, started, ended: None, released: false })
    }

    /// Process id, which is also the group's.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Clock ticks since boot at its start: with the pid its identity.
    pub fn started(&self) -> u64 {
        self.started
    }

    /// The piped streams and whatever else `std` offers.
    pub fn inner(&mut self) -> &mut std::process::Child {
        &mut self.child
    }

    /// Its end, if it has ended. What it left in its group is killed then.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() && self.can_be_reaped() {
            // Until it is reaped its number cannot be given to a stranger.
            self.signal(Signal::KILL);
            self.ended = self.child.wait().ok().map(exit_status);
        }
        self.ended
    }

    /// Asks the group to end with `polite`, and kills it after `grace`.
    pub fn stop(&mut self, polite: Signal, grace: Duration) -> Option<ExitStatus> {
        if self.ended().is_none() {
            self.signal(polite);
            self.wait_until(Instant::now() + grace);
        }
        self.kill()
    }

    /// Kills the group and what left it (daemons, sessions of their own), and waits until all of them are gone.
    pub fn kill(&mut self) -> Option<ExitStatus> {
        let runaways = if self.ended().is_none() { identity::descendants(self.pid()) } else { Vec::new() };
        let deadline = Instant::now() + KILL_TAKES;
        if self.ended.is_none() {
            self.signal(Signal::KILL);
            self.wait_until(deadline);
        }
        runaways.iter().for_each(Identity::kill);
        let group = self.pid();
        poll(deadline, || {
            let gone = identity::group_is_gone(group) && !runaways.iter().any(Identity::is_alive);
            gone.then_some(())
        });
        self.ended
    }

    /// Lets it live on without us: nothing is killed when the value goes.
    pub fn release(mut self) {
        self.released = true;
    }

    /// Sends a signal to every process of the group, unless its leader was seen to have ended.
    pub fn signal(&self, signal: Signal) {
        if let Some(group) = Pid::from_raw(self.child.id() as i32).filter(|_| self.ended.is_none()) {
            // The only error left is that nobody is there any more.
            let _ = kill_process_group(group, signal);
        }
    }

    fn can_be_reaped(&self) -> bool {
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let state = Pid::from_raw(self.child.id() as i32).map(|pid| waitid(WaitId::Pid(pid), look));
        // An error says that somebody reaped it through `inner`, where `wait` finds the status.
        !matches!(state, Some(Ok(None)))
    }

    fn wait_until(&mut self, deadline: Instant) {
        while self.ended().is_none() && Instant::now() < deadline {
            pause(Duration::from_millis(2));
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.released {
            self.kill();
        }
    }
}

fn exit_status(status: std::process::ExitStatus) -> ExitStatus {
    use std::os::unix::process::ExitStatusExt;
    match status.signal() {
        Some(number) => ExitStatus::Signal { number, core: status.core_dumped() },
        None => ExitStatus::Code(status.code().unwrap_or(-1)),
    }
}

/// Where our own executable lies.
///
/// # Errors
/// The operating system does not say, or the path is not UTF-8.
pub fn own_executable() -> io::Result<Utf8PathBuf> {
    let path = std::env::current_exe()?;
    let path = Utf8Path::from_path(&path).map(Utf8Path::to_owned);
    path.ok_or_else(|| io::Error::other("our own executable's path is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Child {
        Child::start(Command::new("sh").args(["-c", script])).unwrap()
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    /// Runs `script` with `$file` set and waits for the process id that it writes there.
    fn shell_with_grandchild(script: &str) -> (Child, u32) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let child = shell(&format!("file={}; {script}", file.display()));
        let whole = || std::fs::read_to_string(&file).ok()?.strip_suffix('\n')?.parse().ok();
        (child, poll(soon(), whole).unwrap())
    }

    #[test]
    fn status_and_signal_are_told_apart() {
        let mut exited = shell("exit 7");
        assert_eq!(poll(soon(), || exited.ended()), Some(ExitStatus::Code(7)));
        let mut killed = shell("kill -SEGV $$");
        let status = poll(soon(), || killed.ended());
        assert!(matches!(status, Some(ExitStatus::Signal { number: 11, .. })), "{status:?}");
    }

    #[test]
    fn a_child_that_ignores_the_polite_signal_is_killed_with_its_whole_group() {
        let (mut child, grandchild) = shell_with_grandchild("trap '' TERM; sleep 600 & echo $! > $file; wait");
        let status = child.stop(Signal::TERM, Duration::from_millis(50));
        assert!(matches!(status, Some(ExitStatus::Signal { number: 9, .. })), "{status:?}");
        assert!(!identity::runs(grandchild));
    }

    #[test]
    fn a_grandchild_in_a_session_of_its_own_goes_too() {
        let (child, grandchild) = shell_with_grandchild("setsid sh -c 'echo $$ > $0; sleep 600' $file & wait");
        assert!(identity::runs(grandchild));
        drop(child);
        assert!(!identity::runs(grandchild));
    }

    #[test]
    fn what_a_dead_leader_left_in_its_group_is_killed() {
        let (mut child, grandchild) = shell_with_grandchild("sleep 600 & echo $! > $file; exit 3");
        assert_eq!(poll(soon(), || child.ended()), Some(ExitStatus::Code(3)));
        assert!(poll(soon(), || (!identity::runs(grandchild)).then_some(())).is_some());
    }
}
