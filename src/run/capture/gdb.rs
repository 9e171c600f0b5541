//! Runs gdb in the background, within bounds of time and output, and says how it ended.

use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::process::{Pid, Resource, Rlimit, prlimit};

use super::budget::Budget;
use crate::process::{Child, ExitStatus, Program, pause};

/// Output beyond this ends a debugger.
const OUTPUT_BYTES: u64 = 64 << 20;
const TICK: Duration = Duration::from_millis(10);
/// Words by which gdb says that the kernel does not let it look at a process.
const REFUSALS: [&str; 3] = ["ptrace: Operation not permitted", "Could not attach to process", "ptrace: Inappropriate"];

/// A debugger on this machine.
#[derive(Clone, Debug)]
pub struct Gdb {
    /// Our own executable, which binds it to our life.
    pub own: Utf8PathBuf,
    /// gdb itself.
    pub program: Utf8PathBuf,
    /// Commands of the user's (`--gdb-script`), run before ours.
    pub script: Option<Utf8PathBuf>,
}

/// How a debugger ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GdbEnd {
    /// By itself; what it printed is whole.
    Done,
    /// The kernel does not let it look.
    Refused,
    /// It was ended at a bound; what it printed is cut.
    Bound(&'static str),
    /// It died, or could not be started.
    Died(Option<ExitStatus>),
}

impl GdbEnd {
    /// One clause for a gap; nothing where all is well.
    pub fn trouble(self) -> Option<String> {
        match self {
            Self::Done => None,
            Self::Refused => Some("the kernel does not let gdb look at the process (ptrace)".into()),
            Self::Bound(why) => Some(format!("gdb was ended: {why}")),
            Self::Died(Some(status)) => Some(format!("gdb itself ended by {status}")),
            Self::Died(None) => Some("gdb could not be started".into()),
        }
    }
}

impl Gdb {
    /// Looks at a living process; `commands` are gdb's. Output goes to a file of that name in `folder`.
    pub fn attach(&self, pid: u32, commands: &[&str], output: &Utf8Path, file_bytes: u64, until: Bounds<'_>) -> GdbEnd {
        let mut arguments = quiet();
        arguments.extend(match other_root(pid) {
            None => vec!["-p".into(), pid.to_string()],
            Some((root, executable)) => {
                let sysroot = ["-iex".to_owned(), format!("set sysroot {root}")];
                let rest = [format!("file {executable}"), format!("attach {pid}")];
                let rest = rest.into_iter().flat_map(|command| ["-ex".to_owned(), command]);
                sysroot.into_iter().chain(rest).collect()
            }
        });
        self.run(arguments, commands, output, file_bytes, until)
    }

    /// Looks at a core of `executable`, whose files lie below `root`.
    pub fn open_core(
        &self,
        core: &Utf8Path,
        (executable, root): (&Utf8Path, &Utf8Path),
        commands: &[&str],
        output: &Utf8Path,
        until: Bounds<'_>,
    ) -> GdbEnd {
        let mut arguments = quiet();
        let first = [format!("set sysroot {root}"), format!("file {executable}"), format!("core-file {core}")];
        arguments.extend(first.into_iter().flat_map(|command| ["-ex".into(), command]));
        self.run(arguments, commands, output, 0, until)
    }

    fn run(
        &self,
        mut arguments: Vec<String>,
        commands: &[&str],
        output: &Utf8Path,
        file_bytes: u64,
        until: Bounds<'_>,
    ) -> GdbEnd {
        if let Some(script) = &self.script {
            arguments.extend(["-x".into(), script.to_string()]);
        }
        arguments.extend(commands.iter().flat_map(|command| ["-ex".into(), (*command).to_owned()]));
        let program = Program {
            own: self.own.clone(),
            program: self.program.clone(),
            arguments,
            folder: output.parent().unwrap_or(output).to_owned(),
            output: output.to_owned(),
            environment: Vec::new(),
        };
        let Ok(mut child) = program.start() else { return GdbEnd::Died(None) };
        if file_bytes > 0 {
            bound_files(child.pid(), file_bytes.max(OUTPUT_BYTES));
        }
        wait(&mut child, output, until)
    }
}

/// The root and the program of a process that has a root of its own, as seen from ours: gdb would look for its libraries
/// in the root that the process's mounts have.
fn other_root(pid: u32) -> Option<(Utf8PathBuf, Utf8PathBuf)> {
    let link = |name| Utf8PathBuf::from(format!("/proc/{pid}/{name}")).read_link_utf8().ok();
    let (root, executable) = (link("root")?, link("exe")?);
    (root != "/" && executable.exists()).then_some((root, executable))
}

/// Until when a debugger may run.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'a> {
    /// The capture's.
    pub budget: &'a Budget,
    /// Its own.
    pub deadline: Instant,
}

/// No user's settings, no questions, no network, lines as long as they are.
fn quiet() -> Vec<String> {
    let settings = ["set debuginfod enabled off", "set print thread-events off", "set width 0", "set height 0"];
    let mut arguments: Vec<String> = ["-nx", "-batch"].map(String::from).to_vec();
    arguments.extend(settings.iter().flat_map(|setting| ["-iex".to_owned(), (*setting).to_owned()]));
    arguments
}

/// A file that grows beyond the bound ends the writer (SIGXFSZ).
fn bound_files(pid: u32, bytes: u64) {
    let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
    let _ = prlimit(Pid::from_raw(pid as i32), Resource::Fsize, limit);
}

fn wait(child: &mut Child, output: &Utf8Path, until: Bounds<'_>) -> GdbEnd {
    loop {
        if let Some(status) = child.ended() {
            return ended(status, output);
        }
        let printed = output.metadata().map_or(0, |metadata| metadata.len());
        let why = if printed > OUTPUT_BYTES {
            Some("it printed more than 64 MiB")
        } else if Instant::now() >= until.deadline {
            Some("its share of --capture-time is over")
        } else {
            until.budget.over()
        };
        if let Some(why) = why {
            child.kill();
            return GdbEnd::Bound(why);
        }
        pause(TICK);
    }
}

fn ended(status: ExitStatus, output: &Utf8Path) -> GdbEnd {
    let text = fs_err::read(output).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    if REFUSALS.iter().any(|words| text.contains(words)) {
        return GdbEnd::Refused;
    }
    match status {
        // In batch mode gdb's status is that of its last command, which may fail for a reason of its own.
        ExitStatus::Code(code) if code < 126 => GdbEnd::Done,
        status => GdbEnd::Died(Some(status)),
    }
}
