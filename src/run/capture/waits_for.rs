//! Who waits for whom: edges from a thread to the one that holds the lock it wants.

use super::record::Thread;

/// Links in a chain that are followed; nobody reads a longer one.
const MOST_LINKS: usize = 20;

/// A chain of threads each of which waits for the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain<'a> {
    /// From the one that waits to the one at the end.
    pub threads: Vec<&'a Thread>,
    /// The last waits for one in the chain.
    pub cycle: bool,
}

/// Fills in owners that can be told from what other threads hold.
pub fn find_owners(threads: &mut [Thread]) {
    let holders: Vec<(u64, Vec<String>)> = threads.iter().map(|one| (one.id, one.holds.clone())).collect();
    for thread in threads {
        let id = thread.id;
        if let Some(wait) = thread.waits.as_mut().filter(|wait| wait.owner.is_none()) {
            let holder = holders.iter().find(|(holder, holds)| *holder != id && holds.contains(&wait.lock));
            wait.owner = holder.map(|(holder, _)| *holder);
        }
    }
}

/// The most telling chain: a cycle before any other, then the longest, then the first.
pub fn longest_chain(threads: &[Thread]) -> Option<Chain<'_>> {
    let chains = threads.iter().filter(|thread| thread.waits.is_some()).map(|thread| chain_from(thread, threads));
    // `max_by_key` gives the last of equals.
    chains.rev().max_by_key(|chain| (chain.cycle, chain.threads.len()))
}

fn chain_from<'a>(first: &'a Thread, threads: &'a [Thread]) -> Chain<'a> {
    let mut chain = Chain { threads: vec![first], cycle: false };
    let mut last = first;
    while let Some(owner) = last.waits.as_ref().and_then(|wait| wait.owner) {
        let Some(next) = threads.iter().find(|thread| thread.id == owner) else { break };
        if let Some(at) = chain.threads.iter().position(|one| one.id == next.id) {
            // What leads into the cycle is not part of it.
            chain.threads.drain(..at);
            chain.cycle = true;
            break;
        }
        if chain.threads.len() == MOST_LINKS {
            break;
        }
        chain.threads.push(next);
        last = next;
    }
    chain
}

/// The graph in the language of Graphviz; nothing where no lock was recognised.
pub fn graph(process: &str, threads: &[Thread]) -> Option<String> {
    let edges = threads.iter().filter_map(|thread| Some((thread, thread.waits.as_ref()?)));
    let mut lines = vec![format!("digraph {} {{", quoted(process))];
    for (thread, wait) in edges {
        let from = node(thread);
        let to = match wait.owner.map(|owner| (owner, threads.iter().find(|one| one.id == owner))) {
            Some((_, Some(owner))) => node(owner),
            Some((owner, None)) => quoted(&format!("thread {owner}")),
            None => quoted("holder unknown"),
        };
        lines.push(format!("    {from} -> {to} [label={}];", quoted(&wait.lock)));
    }
    let any = lines.len() > 1;
    lines.push("}\n".into());
    any.then(|| lines.join("\n"))
}

fn node(thread: &Thread) -> String {
    quoted(&format!("{} ({})", thread.name, thread.id))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::capture::record::Wait;

    fn thread(id: u64, owner: Option<u64>) -> Thread {
        let waits = owner.map(|owner| Wait { lock: format!("0x{owner}"), owner: Some(owner) });
        Thread { id, name: format!("t{id}"), waits, ..Thread::default() }
    }

    #[test]
    fn two_that_wait_for_each_other_are_a_cycle_whoever_waits_for_them() {
        let threads = [thread(3, Some(1)), thread(1, Some(2)), thread(2, Some(1))];
        let chain = longest_chain(&threads).unwrap();
        assert!(chain.cycle);
        assert_eq!(chain.threads.iter().map(|one| one.id).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn a_chain_ends_at_the_one_that_waits_for_nobody() {
        let threads = [thread(1, Some(2)), thread(2, Some(3)), thread(3, None)];
        let chain = longest_chain(&threads).unwrap();
        assert_eq!((chain.cycle, chain.threads.len(), chain.threads[2].id), (false, 3, 3));
        assert_eq!(longest_chain(&[thread(1, None)]), None);
    }

    #[test]
    fn the_graph_names_waiter_lock_and_holder() {
        let text = graph("mongod 7", &[thread(1, Some(2)), thread(2, None)]).unwrap();
        assert!(text.contains("\"t1 (1)\" -> \"t2 (2)\" [label=\"0x2\"];"), "{text}");
        assert_eq!(graph("mongod 7", &[thread(1, None)]), None);
    }
}
