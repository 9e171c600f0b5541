//! Leaves a top-level declaration out together with everything that uses it.

use super::{Pass, Plan};
use crate::triage::reduce::dependencies::Dependencies;
use crate::triage::reduce::halving::{Chosen, Cuts};
use crate::triage::reduce::program::Program;

/// See the module.
pub struct DropUsers;

impl Pass for DropUsers {
    fn name(&self) -> &'static str {
        "drop-users"
    }

    fn plan<'p>(&'p self, program: &'p Program) -> Box<dyn Plan + 'p> {
        let dependencies = Dependencies::of(program);
        let closures = (0..program.units.len()).map(|unit| dependencies.with_users(Chosen::from([unit])));
        let closures = closures.filter(|closure| closure.len() > 1).collect();
        Box::new(Closures { program, closures })
    }
}

struct Closures<'p> {
    program: &'p Program,
    closures: Vec<Chosen>,
}

impl Cuts for Closures<'_> {
    fn count(&self) -> usize {
        self.closures.len()
    }

    fn candidate(&self, chosen: &Chosen) -> Option<String> {
        Some(self.program(chosen)?.text())
    }
}

impl Plan for Closures<'_> {
    fn program(&self, chosen: &Chosen) -> Option<Program> {
        let gone: Chosen = chosen.iter().flat_map(|cut| self.closures[*cut].iter().copied()).collect();
        Some(self.program.only(|unit| !gone.contains(&unit)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::each;

    #[test]
    fn users_go_with_their_declaration() {
        assert_eq!(
            each(&DropUsers, "var a = 1; f(a); g(); function h() {} h();"),
            ["g(); function h() {} h();", "var a = 1; f(a); g();",]
        );
    }
}
