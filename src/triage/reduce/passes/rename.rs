//! Gives long names short ones, throughout the program.

use std::collections::{BTreeMap, BTreeSet};

use super::{Pass, Plan};
use crate::js::{bound, occurrences, rename};
use crate::triage::reduce::halving::{Chosen, Cuts};
use crate::triage::reduce::program::Program;

/// See the module.
pub struct Rename;

impl Pass for Rename {
    fn name(&self) -> &'static str {
        "rename"
    }

    fn plan<'p>(&'p self, program: &'p Program) -> Box<dyn Plan + 'p> {
        let statements = program.statements();
        let taken: BTreeSet<String> = occurrences(&statements).into_keys().collect();
        let mut free = short_names().filter(|name| !taken.contains(name));
        let long = bound(&statements).into_iter().filter(|name| name.len() > 1);
        let pairs = long.filter_map(|name| Some((name, free.next()?))).filter(|(old, new)| new.len() < old.len());
        Box::new(Names { program, pairs: pairs.collect(), before: program.text() })
    }
}

/// `a` to `z`, then `a0` to `z9`: enough for what a person would still read.
fn short_names() -> impl Iterator<Item = String> {
    let letters = || ('a'..='z').map(String::from);
    letters().chain(letters().flat_map(|letter| (0..10).map(move |digit| format!("{letter}{digit}"))))
}

struct Names<'p> {
    program: &'p Program,
    pairs: Vec<(String, String)>,
    before: String,
}

impl Cuts for Names<'_> {
    fn count(&self) -> usize {
        self.pairs.len()
    }

    fn candidate(&self, chosen: &Chosen) -> Option<String> {
        self.program(chosen)?.smaller_than(&self.before)
    }
}

impl Plan for Names<'_> {
    fn program(&self, chosen: &Chosen) -> Option<Program> {
        let names: BTreeMap<String, String> = chosen.iter().map(|at| self.pairs[*at].clone()).collect();
        self.program.with(|_, unit| {
            let mut statements = unit.statements.clone();
            rename(&mut statements, &names);
            (statements != unit.statements).then_some((statements, unit.frame))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::{all, each};

    #[test]
    fn bound_names_get_free_short_ones() {
        let text = "var coll = db.a; function go(b) { coll.find(b); } go(a);";
        assert_eq!(
            each(&Rename, text),
            [
                "var c = db.a; function go(b) { c.find(b); } go(a);",
                "var coll = db.a; function d(b) { coll.find(b); } d(a);",
            ]
        );
        assert_eq!(all(&Rename, text), "var c = db.a; function d(b) { c.find(b); } d(a);");
    }
}
