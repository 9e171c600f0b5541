//! Mixes the statements of a set's files into one order.
//!
//! Files are interleaved, but each keeps its own order most of the time: `var t = db.x` must come before `t.insert(...)`,
//! or everything after it dies in the shell and the server never hears of it.

use std::collections::BTreeSet;

use super::stock::{Piece, Stock};
use crate::corpus::Set;
use crate::js::ast::Stmt;
use crate::seed::Dice;

/// One pair of neighbours in so many changes places: some disorder finds what no order does.
const SWAP_ONE_IN: usize = 16;

/// One statement in so many comes again soon after, always with a change: what depends on the order and the state of
/// things (an index of the same name, a second update, a key that is there already) is mostly met that way.
const ECHO_ONE_IN: usize = 16;
/// An echo comes at most so many statements of its file later.
const ECHO_WITHIN: usize = 6;

/// A statement and what is known of it.
pub struct Mixed<'a> {
    pub piece: &'a Piece,
    /// It was there before, and comes again only if it is changed.
    pub echo: bool,
    /// Position of its file in the set.
    pub file: usize,
    /// How many of [`Order::names`] are bound before it.
    pub bound: usize,
}

/// All statements of a set.
pub struct Order<'a> {
    pub statements: Vec<Mixed<'a>>,
    /// Names in the order in which they come to be bound, the shell's `db` first. Kept once: a copy for each statement
    /// would cost more than printing it.
    pub names: Vec<String>,
}

pub fn statements<'a>(stock: &'a Stock, set: &Set, dice: &mut Dice) -> Order<'a> {
    let queue = |&at: &usize| {
        let mut pieces: Vec<&Piece> = stock.files[at].iter().collect();
        disorder(&mut pieces, dice);
        let mut pieces = with_echoes(pieces, dice);
        pieces.reverse();
        pieces
    };
    interleave(set.files.iter().map(queue).collect(), dice)
}

fn disorder(pieces: &mut [&Piece], dice: &mut Dice) {
    for at in 1..pieces.len() {
        if dice.chance(1, SWAP_ONE_IN) {
            pieces.swap(at - 1, at);
        }
    }
}

fn with_echoes<'a>(pieces: Vec<&'a Piece>, dice: &mut Dice) -> Vec<(&'a Piece, bool)> {
    let mut all: Vec<(&Piece, bool)> = pieces.into_iter().map(|piece| (piece, false)).collect();
    for at in (0..all.len()).rev() {
        if matches!(all[at].0.statement, Stmt::Decl(_)) || !dice.chance(1, ECHO_ONE_IN) {
            continue;
        }
        let echo = (all[at].0, true);
        all.insert((at + 1 + dice.below(ECHO_WITHIN)).min(all.len()), echo);
    }
    all
}

/// Takes the next statement of a file drawn by how many it has left, so that all files end at about the same time.
fn interleave<'a>(mut queues: Vec<Vec<(&'a Piece, bool)>>, dice: &mut Dice) -> Order<'a> {
    let mut order = Order { statements: Vec::new(), names: vec!["db".to_owned()] };
    let mut known = BTreeSet::from(["db"]);
    loop {
        let left: Vec<u32> = queues.iter().map(|queue| queue.len() as u32).collect();
        let Some(file) = dice.weighted(&left) else { return order };
        let Some((piece, echo)) = queues[file].pop() else { return order };
        order.statements.push(Mixed { piece, echo, file, bound: order.names.len() });
        order.names.extend(piece.names.iter().filter(|name| known.insert(name.as_str())).cloned());
    }
}
