//! Mixes the statements of a set's files into one order.
//!
//! Files are interleaved, but each keeps its own order most of the time: `var t = db.x` must come before `t.insert(...)`,
//! or everything after it dies in the shell and the server never hears of it. Function declarations go first in their
//! file, as they would be hoisted. Names that two files both bind get a suffix in the later one, so that one file's `t`
//! is not suddenly another's; names of the shell itself are never touched.

use std::collections::{BTreeMap, BTreeSet};

use crate::corpus::{Corpus, Set};
use crate::js::ast::{Decl, Stmt};
use crate::js::{declared, rename};
use crate::seed::Dice;

/// One pair of neighbours in so many changes places: some disorder finds what no order does.
const SWAP_ONE_IN: usize = 16;

/// One statement in so many comes again soon after, always with a change: what depends on the order and the state of
/// things (an index of the same name, a second update, a key that is there already) is mostly met that way.
const ECHO_ONE_IN: usize = 16;
/// An echo comes at most so many statements of its file later.
const ECHO_WITHIN: usize = 6;

/// A statement and what is known of it.
pub struct Mixed {
    pub statement: Stmt,
    /// It was there before, and comes again only if it is changed.
    pub echo: bool,
    /// Position of its file in the set.
    pub file: usize,
    /// How many of [`Order::names`] are bound before it.
    pub bound: usize,
}

/// All statements of a set.
pub struct Order {
    pub statements: Vec<Mixed>,
    /// Names in the order in which they come to be bound, the shell's `db` first. Kept once: a copy for each statement
    /// would cost more than printing it.
    pub names: Vec<String>,
}

pub fn statements(corpus: &Corpus, set: &Set, dice: &mut Dice) -> Order {
    let mut taken = BTreeSet::new();
    let mut queues: Vec<Vec<(Stmt, bool)>> = Vec::new();
    for &at in &set.files {
        let source = &corpus.files[at];
        let mut statements = source.statements.clone();
        let names = new_names(&source.declared, &mut taken, queues.len());
        rename(&mut statements, &names);
        statements.sort_by_key(|statement| !matches!(statement, Stmt::Decl(Decl::Fn(_))));
        disorder(&mut statements, dice);
        let mut statements = with_echoes(statements, dice);
        statements.reverse();
        queues.push(statements);
    }
    interleave(queues, dice)
}

/// New names for what an earlier file of the set binds already.
fn new_names(names: &BTreeSet<String>, taken: &mut BTreeSet<String>, file: usize) -> BTreeMap<String, String> {
    let mut changed = BTreeMap::new();
    for name in names.iter().filter(|name| !super::tame::SHELL_NAMES.contains(&name.as_str())) {
        if !taken.insert(name.clone()) {
            let suffixed = format!("{name}${file}");
            taken.insert(suffixed.clone());
            changed.insert(name.clone(), suffixed);
        }
    }
    changed
}

fn disorder(statements: &mut [Stmt], dice: &mut Dice) {
    for at in 1..statements.len() {
        if dice.chance(1, SWAP_ONE_IN) {
            statements.swap(at - 1, at);
        }
    }
}

fn with_echoes(statements: Vec<Stmt>, dice: &mut Dice) -> Vec<(Stmt, bool)> {
    let mut all: Vec<(Stmt, bool)> = statements.into_iter().map(|statement| (statement, false)).collect();
    for at in (0..all.len()).rev() {
        if matches!(all[at].0, Stmt::Decl(_)) || !dice.chance(1, ECHO_ONE_IN) {
            continue;
        }
        let echo = (all[at].0.clone(), true);
        all.insert((at + 1 + dice.below(ECHO_WITHIN)).min(all.len()), echo);
    }
    all
}

/// Takes the next statement of a file drawn by how many it has left, so that all files end at about the same time.
fn interleave(mut queues: Vec<Vec<(Stmt, bool)>>, dice: &mut Dice) -> Order {
    let mut order = Order { statements: Vec::new(), names: vec!["db".to_owned()] };
    let mut known = BTreeSet::from(["db".to_owned()]);
    loop {
        let left: Vec<u32> = queues.iter().map(|queue| queue.len() as u32).collect();
        let Some(file) = dice.weighted(&left) else { return order };
        let Some((statement, echo)) = queues[file].pop() else { return order };
        let names = declared(std::slice::from_ref(&statement));
        order.statements.push(Mixed { statement, echo, file, bound: order.names.len() });
        order.names.extend(names.into_iter().filter(|name| known.insert(name.clone())));
    }
}
