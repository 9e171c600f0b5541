//! The first stage: whole top-level units, each with its frame.

use super::dependencies::Dependencies;
use super::halving::{Chosen, Cuts, Halving};
use super::lab::{Halt, Lab};
use super::program::Program;

/// The name of the stage.
pub(super) const STAGE: &str = "statements";

/// Fewer units than these are looked at one by one soon enough; chunks of them would only cost tests.
const WORTH_CHUNKS: usize = 8;

/// Leaves out as many units as the test lets go.
pub(super) fn reduce(lab: &mut Lab<'_>, program: Program) -> Result<Program, Halt> {
    lab.begin(STAGE, 1)?;
    let mut program = hinted(lab, program)?;
    let cuts = Units::of(&program);
    let gone = Halving::new(lab, &cuts).halves()?;
    program = program.only(|unit| !gone.contains(&unit));
    while program.units.len() >= WORTH_CHUNKS {
        let cuts = Units::of(&program);
        let gone = Halving::new(lab, &cuts).in_chunks(2)?;
        if gone.is_empty() {
            break;
        }
        program = program.only(|unit| !gone.contains(&unit));
    }
    Ok(program)
}

/// What a hint leaves if that still fails: its units with what they are built on, or all up to the last of them.
fn hinted(lab: &mut Lab<'_>, program: Program) -> Result<Program, Halt> {
    let probable = hint(lab, &program);
    let Some(last) = probable.last().copied() else { return Ok(program) };
    // What stands in no frame of a fuzzed file is the ground that all statements stand on.
    let ground = (0..program.units.len()).filter(|at| program.has_frames() && program.units[*at].frame.is_none());
    let few = Dependencies::of(&program).with_binders(probable.iter().copied().chain(ground).collect());
    let tries = [program.only(|unit| few.contains(&unit)), program.only(|unit| unit <= last)];
    let texts = tries.each_ref().map(|one| (one.units.len() < program.units.len()).then(|| one.text()));
    let fails = lab.level(&texts)?;
    let holding = tries.into_iter().zip(fails).filter(|(_, fails)| *fails).map(|(one, _)| one);
    Ok(holding.min_by_key(|one| one.units.len()).unwrap_or(program))
}

/// The hint as positions of units.
fn hint(lab: &Lab<'_>, program: &Program) -> Chosen {
    let wanted = &lab.options().hint;
    let number = |at: usize| if program.has_frames() { program.units[at].frame } else { Some(at) };
    (0..program.units.len()).filter(|at| number(*at).is_some_and(|number| wanted.contains(&number))).collect()
}

/// Units to be left out, users with what they use.
struct Units<'p> {
    program: &'p Program,
    dependencies: Dependencies,
}

impl<'p> Units<'p> {
    fn of(program: &'p Program) -> Self {
        Self { program, dependencies: Dependencies::of(program) }
    }
}

impl Cuts for Units<'_> {
    fn count(&self) -> usize {
        self.program.units.len()
    }

    fn with_dependents(&self, chosen: Chosen) -> Chosen {
        self.dependencies.with_users(chosen)
    }

    fn candidate(&self, chosen: &Chosen) -> Option<String> {
        Some(self.program.text_of(|unit| !chosen.contains(&unit)))
    }
}
