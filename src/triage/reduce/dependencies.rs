//! Which top-level units need which: by the names that they bind and mention.

use std::collections::BTreeMap;

use super::halving::Chosen;
use super::program::Program;
use crate::js::{declared, mentioned};

/// Who binds and who mentions each name that some unit binds.
#[derive(Debug, Default)]
pub(super) struct Dependencies {
    binders: Vec<Vec<usize>>,
    users: Vec<Vec<usize>>,
    /// By unit: the names that it binds.
    binds: Vec<Vec<usize>>,
    /// By unit: the names that it mentions.
    mentions: Vec<Vec<usize>>,
}

impl Dependencies {
    pub(super) fn of(program: &Program) -> Self {
        let bound: Vec<_> = program.units.iter().map(|unit| declared(&unit.statements)).collect();
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        for name in bound.iter().flatten() {
            let next = numbers.len();
            numbers.entry(name).or_insert(next);
        }
        let mut all = Self { binders: vec![Vec::new(); numbers.len()], ..Self::default() };
        all.users = all.binders.clone();
        for (at, unit) in program.units.iter().enumerate() {
            let binds: Vec<usize> = bound[at].iter().map(|name| numbers[name.as_str()]).collect();
            let names = unit.statements.iter().flat_map(mentioned);
            let mentions: Vec<usize> = names.filter_map(|name| numbers.get(name.as_str()).copied()).collect();
            binds.iter().for_each(|name| all.binders[*name].push(at));
            mentions.iter().for_each(|name| all.users[*name].push(at));
            all.binds.push(binds);
            all.mentions.push(mentions);
        }
        all
    }

    /// These units and all that mention a name which nobody else binds: without them they could only throw.
    pub(super) fn with_users(&self, mut chosen: Chosen) -> Chosen {
        let mut open: Vec<usize> = chosen.iter().copied().collect();
        while let Some(unit) = open.pop() {
            for name in &self.binds[unit] {
                if self.binders[*name].iter().all(|binder| chosen.contains(binder)) {
                    open.extend(self.users[*name].iter().copied().filter(|user| chosen.insert(*user)));
                }
            }
        }
        chosen
    }

    /// These units and all that bind what they mention, and so on.
    pub(super) fn with_binders(&self, mut chosen: Chosen) -> Chosen {
        let mut open: Vec<usize> = chosen.iter().copied().collect();
        while let Some(unit) = open.pop() {
            let binders = self.mentions[unit].iter().flat_map(|name| &self.binders[*name]);
            open.extend(binders.copied().filter(|binder| chosen.insert(*binder)));
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Dependencies {
        Dependencies::of(&Program::read(text).unwrap())
    }

    fn list(chosen: Chosen) -> Vec<usize> {
        chosen.into_iter().collect()
    }

    #[test]
    fn users_go_with_the_last_binder() {
        let some = of("var a = 1; var b = a; f(b); g(); a = 2; h(a);");
        assert_eq!(list(some.with_users(Chosen::from([0]))), [0]);
        assert_eq!(list(some.with_users(Chosen::from([0, 4]))), [0, 1, 2, 4, 5]);
    }

    #[test]
    fn binders_come_with_their_users() {
        let some = of("function f() { return a; } var a = 1; g(); f();");
        assert_eq!(list(some.with_binders(Chosen::from([3]))), [0, 1, 3]);
    }
}
