//! Child processes that never outlive us: own group, death with the parent, and a ladder from polite to forced.

use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, set_parent_process_death_signal, setrlimit};
use serde::{Deserialize, Serialize};

/// The hidden word of our own executable under which it turns itself into another program (see [`become_program`]).
pub const GUARD: &str = "guard";

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

/// What to start.
#[derive(Clone, Debug)]
pub struct Program {
    /// Path or name of the executable.
    pub program: Utf8PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Where it runs; cores that it leaves are found here.
    pub folder: Utf8PathBuf,
    /// The file that takes both its output streams.
    pub output: Utf8PathBuf,
}

/// A running child and everything in its process group. Dropping it kills the group.
#[derive(Debug)]
pub struct Child {
    child: std::process::Child,
    started: u64,
    ended: Option<ExitStatus>,
}

impl Program {
    /// Starts it through the guard, so that it dies when the calling thread does, however that ends.
    ///
    /// # Errors
    /// The operating system refused; a program that does not exist is only seen as status 127 of the child.
    pub fn start(&self) -> io::Result<Child> {
        let output = fs_err::File::create(&self.output)?.into_parts().0;
        let errors = output.try_clone()?;
        Child::start(
            Command::new(std::env::current_exe()?)
                .args([GUARD, self.program.as_str()])
                .args(&self.arguments)
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
        Ok(Self { child, started, ended: None })
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
        if self.ended.is_none() {
            let status = self.child.try_wait().ok().flatten()?;
            self.signal(Signal::KILL);
            self.ended = Some(exit_status(status));
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

    /// Kills the group at once and reaps its leader.
    pub fn kill(&mut self) -> Option<ExitStatus> {
        if self.ended().is_none() {
            self.signal(Signal::KILL);
            // SIGKILL cannot be refused; only a process stuck in the kernel makes this wait.
            self.wait_until(Instant::now() + Duration::from_secs(10));
        }
        self.ended
    }

    /// Sends a signal to every process of the group. The leader is not reaped yet, so the number is still its own.
    pub fn signal(&self, signal: Signal) {
        if let Some(group) = Pid::from_raw(self.child.id() as i32) {
            // The only error left is that nobody is there any more.
            let _ = kill_process_group(group, signal);
        }
    }

    fn wait_until(&mut self, deadline: Instant) {
        while self.ended().is_none() && Instant::now() < deadline {
            pause(Duration::from_millis(2));
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The interval between two looks at a condition that has a deadline.
pub fn pause(interval: Duration) {
    std::thread::park_timeout(interval);
}

/// Looks at `condition` every few milliseconds until it gives something or `deadline` passes.
pub fn poll<T>(deadline: Instant, mut condition: impl FnMut() -> Option<T>) -> Option<T> {
    loop {
        if let Some(found) = condition() {
            return Some(found);
        }
        if Instant::now() >= deadline {
            return None;
        }
        pause(Duration::from_millis(5));
    }
}

/// Makes this process end with its parent. For executables of our own.
pub fn die_with_parent() {
    // A kernel without it leaves the polite ways: closed pipes and signals.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
}

/// Turns this process into `arguments[0]`, bound to its parent's life and allowed to dump core. Returns only if that
/// fails, with the reason; 127 is the status to end with then, as shells do.
pub fn become_program(arguments: &[String]) -> String {
    use std::os::unix::process::CommandExt;
    let Some((program, arguments)) = arguments.split_first() else { return "no program was named".into() };
    die_with_parent();
    let unlimited = Rlimit { current: None, maximum: None };
    // Without the right to raise it the limit stays what it was.
    let _ = setrlimit(Resource::Core, unlimited);
    format!("cannot start {program}: {}", Command::new(program).args(arguments).exec())
}

/// CPU time of a process, user and system.
pub fn cpu_time(pid: u32) -> Option<Duration> {
    let fields = stat_fields(pid)?;
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 1_000 / rustix::param::clock_ticks_per_second()))
}

/// Field 22 of /proc/PID/stat.
pub fn start_time(pid: u32) -> Option<u64> {
    stat_fields(pid)?.get(19)?.parse().ok()
}

/// The fields after the command's name, which may itself hold blanks and brackets.
fn stat_fields(pid: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// True while the process of that identity lives.
pub fn is_alive(pid: u32, started: u64) -> bool {
    start_time(pid) == Some(started)
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
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let mut child =
            shell(&format!("trap '' TERM; sleep 600 & echo $! > {0}.new; mv {0}.new {0}; wait", file.display()));
        let grandchild: u32 =
            poll(soon(), || std::fs::read_to_string(&file).ok()).and_then(|text| text.trim().parse().ok()).unwrap();
        let status = child.stop(Signal::TERM, Duration::from_millis(50));
        assert!(matches!(status, Some(ExitStatus::Signal { number: 9, .. })), "{status:?}");
        let gone = poll(soon(), || {
            let text = std::fs::read_to_string(format!("/proc/{grandchild}/stat"));
            text.map_or(true, |text| text.contains(") Z ")).then_some(())
        });
        assert!(gone.is_some());
    }

    #[test]
    fn identity_is_pid_and_start_time() {
        let mut child = shell("sleep 600");
        assert!(is_alive(child.pid(), child.started()));
        assert!(!is_alive(child.pid(), child.started() + 1));
        child.kill();
        assert!(!is_alive(child.pid(), child.started()));
    }
}
