//! The capture of a hang: suspend, cores, stacks, the run times' own dumps, and SIGABRT where a debugger may not look.

use std::io::{Read, Seek, SeekFrom};

use camino::{Utf8Path, Utf8PathBuf};

use super::budget::no_room_for_core;
use super::context::Context;
use super::gdb::{Bounds, GdbEnd};
use super::making::Making;
use super::record::{Capture, CapturedProcess, Source, Thread};
use super::stacks::{Core, in_order};
use super::suspend::{Member, resume, suspend, tree};
use super::{Capturer, core, jvm_go};
use crate::interrupt::Interrupts;
use crate::run::meter::Usage;
use crate::server::{Stacks, Topology};

/// What is kept of a log.
const TAIL_BYTES: u64 = 200 << 10;

/// What is known of one process so far.
struct Looked {
    member: Member,
    source: Source,
    threads: Vec<Thread>,
    refused: bool,
}

impl Capturer {
    /// Captures a server that holds a reply. Afterwards the processes of one of ours are suspended or dead: it is of no
    /// further use. Somebody else's go on.
    pub fn hang(
        &mut self,
        topology: &dyn Topology,
        context: Context,
        usage: &Usage,
        interrupts: &Interrupts,
    ) -> Capture {
        let members = tree(topology, usage);
        let ours = topology.restartable();
        let going: Vec<u32> = suspend(&members).iter().map(|member| member.identity.pid).collect();
        let mut making = Making::new(self, interrupts);
        making.say(context);
        if members.is_empty() {
            making.capture.gap(
                "stacks and cores",
                "the server is not ours, and no --pid was given",
                "what it answered to a second connection",
            );
        }
        for pid in going {
            making.capture.gap(
                format!("a still picture of process {pid}"),
                "it did not stop in time",
                "its stacks, each",
            );
        }
        making.log_tails(&members);
        making.live_cores(&members);
        let mut looked = making.all_stacks(members);
        making.own_dumps(&mut looked);
        if ours {
            making.aborts(&mut looked);
        } else {
            looked.iter().for_each(|one| resume(&one.member));
        }
        for one in looked {
            making.keep(one.into_record(usage));
        }
        let (capture, cores) = making.end();
        self.cores.extend(cores);
        self.prune();
        capture
    }
}

/// The end of a log, however long it is.
fn tail(log: &Utf8Path) -> std::io::Result<String> {
    let mut file = fs_err::File::open(log)?;
    let begin = file.metadata()?.len().saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(begin))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Looked {
    fn into_record(self, usage: &Usage) -> CapturedProcess {
        let Member { identity, name, title, cpu, .. } = self.member;
        let threads = in_order(identity.pid, self.threads, usage);
        CapturedProcess { name, pid: identity.pid, title, cpu, source: self.source, threads }
    }
}

impl Making<'_> {
    fn say(&mut self, context: Context) {
        (self.capture.answers, self.capture.operations) = (context.answers, context.operations);
        for (name, text) in context.files {
            self.write(&name, &text);
        }
    }

    fn log_tails(&mut self, members: &[Member]) {
        let known = |member: &&Member| !member.leader.log.as_str().is_empty();
        for member in members.iter().filter(|member| member.identity.pid == member.leader.pid).filter(known) {
            let name = format!("log_tail_{}_{}.log", member.name, member.identity.pid);
            match tail(&member.leader.log) {
                Ok(tail) => self.write(&name, &tail),
                Err(error) => self.capture.gap(name, error.to_string(), "the lines in the record"),
            }
        }
    }

    fn live_cores(&mut self, members: &[Member]) {
        let Some(gdb) = self.gdb.clone() else { return };
        let most = self.options.core_keep;
        if members.len() > most {
            let what = format!("cores of {} processes", members.len() - most);
            self.capture.gap(what, format!("--core-keep {most}; the busiest have theirs"), "their stacks");
        }
        for (index, member) in members.iter().take(most).enumerate() {
            let pid = member.identity.pid;
            let path = self.path(&format!("dump_{}.{pid}.core", member.name));
            let deadline = core::deadline(&self.budget, members.len() - index);
            let bounds = Bounds { budget: &self.budget, deadline };
            let why = self.no_core(pid).or_else(|| {
                let log = self.path(&format!("gcore_{pid}.log"));
                let end = gdb.attach(pid, &[&format!("gcore {path}")], &log, self.options.core_size, bounds);
                let trouble = end.trouble().or_else(|| (!path.exists()).then(|| "gdb wrote none".to_owned()));
                let _ = fs_err::remove_file(log);
                trouble
            });
            match why {
                None => self.list_core(path),
                Some(why) => {
                    let _ = fs_err::remove_file(&path);
                    self.capture.gap(format!("the core of {} ({pid})", member.name), why, "its stacks");
                }
            }
        }
    }

    /// Why no core of that process may be begun.
    fn no_core(&self, pid: u32) -> Option<String> {
        let bytes = core::estimate(pid);
        let bound = self.options.core_size;
        if let Some(why) = self.budget.over() {
            return Some(why.into());
        }
        if bytes > bound {
            return Some(format!("it would take {} MiB, and --core-size is {} MiB", bytes >> 20, bound >> 20));
        }
        no_room_for_core(self.folder, bytes)
    }

    fn all_stacks(&mut self, members: Vec<Member>) -> Vec<Looked> {
        let all = members.len();
        let look = |(index, member): (usize, Member)| {
            let mut looked =
                Looked { member, source: Source::Nobody, threads: Vec::new(), refused: self.gdb.is_none() };
            // gdb knows nothing of Java's frames.
            if self.gdb.is_some() && looked.member.stacks != Stacks::Java {
                let (end, threads) = self.native_stacks(&looked.member, all - index);
                looked.refused = end == GdbEnd::Refused;
                looked.source = if threads.is_empty() { Source::Nobody } else { Source::Debugger };
                looked.threads = threads;
                if let Some(why) = end.trouble() {
                    let what = format!("gdb's stacks of {} ({})", looked.member.name, looked.member.identity.pid);
                    let trust = if looked.threads.is_empty() { "cores" } else { "the threads that are there" };
                    self.capture.gap(what, why, trust);
                }
            }
            looked
        };
        members.into_iter().enumerate().map(look).collect()
    }

    fn own_dumps(&mut self, looked: &mut [Looked]) {
        for one in looked.iter_mut().filter(|one| one.member.stacks != Stacks::Native) {
            let (name, pid) = (one.member.name.clone(), one.member.identity.pid);
            let dumped =
                self.budget.over().map_or_else(|| jvm_go::dump(&one.member, &self.budget), |why| Err(why.into()));
            match dumped {
                Ok((text, source, threads)) => {
                    self.write(&format!("debugger_{name}_{pid}_own_stacks.log"), &text);
                    (one.source, one.threads) = (source, threads);
                }
                Err(why) => self.capture.gap(format!("the own stacks of {name} ({pid})"), why, "its core"),
            }
        }
    }

    /// Where no debugger may look the kernel writes the core, and a debugger may look at that.
    fn aborts(&mut self, looked: &mut [Looked]) {
        for one in looked.iter_mut().filter(|one| one.refused).take(self.options.core_keep) {
            let (name, pid) = (one.member.name.clone(), one.member.identity.pid);
            let executable = fs_err::read_link(format!("/proc/{pid}/exe")).ok();
            let executable = executable.and_then(|path| Utf8PathBuf::from_path_buf(path).ok()).unwrap_or_default();
            let what = format!("the kernel's core of {name} ({pid})");
            let aborted =
                self.no_core(pid).map_or_else(|| core::abort(&one.member, self.options.core_size, &self.budget), Err);
            let path = self.path(&format!("dump_{name}.{pid}.core"));
            let taken = aborted.and_then(|from| core::take(&from, &path).map_err(|error| error.to_string()));
            if let Err(why) = taken {
                self.capture.gap(what, why, "the log and what it answered");
                continue;
            }
            if let Some(gdb) = self.gdb.clone().filter(|_| one.threads.is_empty()) {
                let core = Core { name: &name, pid, path: &path, executable: &executable, root: "/".into() };
                (_, one.threads) = self.core_stacks(&gdb, &core);
                one.source = if one.threads.is_empty() { Source::Nobody } else { Source::Core };
            }
            self.list_core(path);
        }
    }
}
