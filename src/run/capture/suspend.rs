//! The processes of a server's tree: found, put in order, stopped and let go.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::process::{Identity, descendants, poll, program_name};
use crate::run::meter::Usage;
use crate::server::{ServerProcess, Stacks, Topology};

/// Processes of one server that are looked at.
const MOST: usize = 64;
/// Bytes of a command line that are kept.
const TITLE: usize = 200;
/// SIGSTOP takes a moment; a process stuck in the kernel is not waited for.
const STOPS_WITHIN: Duration = Duration::from_millis(500);

/// One process of the tree.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub identity: Identity,
    /// The product's name for it, or the program's if it is a child.
    pub name: String,
    /// Its command line, cut.
    pub title: String,
    /// The product's process that it belongs to.
    pub leader: ServerProcess,
    /// Who knows its stacks.
    pub stacks: Stacks,
    /// Per cent of one processor.
    pub cpu: Option<u32>,
}

/// Every process of the topology and all their children, the busiest first, then in the order of their start.
pub fn tree(topology: &dyn Topology, usage: &Usage) -> Vec<Member> {
    let mut members = Vec::new();
    for leader in topology.processes() {
        let identity = Identity { pid: leader.pid, started: leader.started };
        let stacks = topology.stacks(&leader.name);
        members.push(member(identity, leader.name.clone(), &leader, stacks, usage));
        let children = descendants(leader.pid).into_iter().map(|child| {
            let name = program_name(child.pid);
            let stacks = if name == "java" { Stacks::Java } else { Stacks::Native };
            member(child, name, &leader, stacks, usage)
        });
        members.extend(children);
    }
    members.sort_by_key(|member| (std::cmp::Reverse(member.cpu.unwrap_or(0)), member.identity.pid));
    members.truncate(MOST);
    members
}

fn member(identity: Identity, name: String, leader: &ServerProcess, stacks: Stacks, usage: &Usage) -> Member {
    let cpu = usage.of_process(identity.pid);
    Member { identity, name, title: title(identity.pid), leader: leader.clone(), stacks, cpu }
}

fn title(pid: u32) -> String {
    let bytes = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).replace('\0', " ");
    text[..text.floor_char_boundary(TITLE)].trim().to_owned()
}

/// Stops all of them, the parents first so that they do not restart children; gives those that did not stop in time.
pub fn suspend(members: &[Member]) -> Vec<&Member> {
    let mut order: Vec<&Member> = members.iter().collect();
    order.sort_by_key(|member| member.identity.started);
    order.iter().for_each(|member| member.identity.signal(Signal::STOP));
    let going = || order.iter().copied().filter(|member| is_going(member)).collect::<Vec<_>>();
    poll(Instant::now() + STOPS_WITHIN, || going().is_empty().then_some(()));
    going()
}

/// Lets one go on.
pub fn resume(member: &Member) {
    member.identity.signal(Signal::CONT);
}

fn is_going(member: &Member) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{}/status", member.identity.pid)).unwrap_or_default();
    let state = status.lines().find_map(|line| line.strip_prefix("State:")).unwrap_or_default().trim();
    // Stopped, traced, dead or gone: none of them goes on.
    !state.is_empty() && !state.starts_with(['T', 't', 'Z', 'X'])
}
