//! The whole way: the check of the test, whole statements, the passes until nothing changes.

use super::halving::Halving;
use super::lab::{Halt, Lab};
use super::lines;
use super::passes::{PASSES, Pass, unframe};
use super::program::Program;
use super::statements;
use super::{Ending, ReduceError, Reduced, Reduction, is_smaller};
use crate::js::{Kind, parse};

/// The check of the test, as the table of stages shows it.
const CHECK: &str = "check";

/// The original in our own print, without comments.
const PRINT: &str = "print";

impl Reduction<'_> {
    /// Reduces a script.
    ///
    /// # Errors
    /// See [`ReduceError`]; nothing is tested if the text does not parse.
    pub fn run(self, text: &str) -> Result<Reduced, ReduceError> {
        let program = script(text)?;
        let mut lab = Lab::new(self, text);
        check(&mut lab, text)?;
        let outcome = search(&mut lab, program);
        end(lab, outcome)
    }

    /// Reduces any text by leaving lines out.
    ///
    /// # Errors
    /// See [`ReduceError`].
    pub fn run_lines(self, text: &str) -> Result<Reduced, ReduceError> {
        let mut lab = Lab::new(self, text);
        check(&mut lab, text)?;
        let outcome = lines::reduce(&mut lab, text);
        end(lab, outcome)
    }
}

fn script(text: &str) -> Result<Program, ReduceError> {
    match parse(text) {
        Ok(parsed) if parsed.kind == Kind::Module => Err(ReduceError::Module),
        Ok(_) => Program::read(text).map_err(|error| ReduceError::DoesNotParse(error.to_string())),
        Err(error) => Err(ReduceError::DoesNotParse(error.to_string())),
    }
}

/// The test must fail on the original and not on the empty file.
fn check(lab: &mut Lab<'_>, text: &str) -> Result<(), ReduceError> {
    let fails = lab.begin(CHECK, 1).and_then(|()| lab.level(&[Some(text.to_owned()), Some(String::new())]));
    match fails {
        Ok(fails) if !fails[0] => Err(ReduceError::PassesOnOriginal),
        Ok(fails) if fails[1] => Err(ReduceError::FailsOnEmpty),
        Ok(_) => Ok(()),
        Err(Halt::Ended(ending)) => Err(ReduceError::EndedEarly(ending)),
        Err(Halt::Failed(error)) => Err(error),
    }
}

fn end(lab: Lab<'_>, outcome: Result<(), Halt>) -> Result<Reduced, ReduceError> {
    let ending = match outcome {
        Ok(()) => Ending::Minimal,
        Err(Halt::Ended(ending)) => ending,
        Err(Halt::Failed(error)) => return Err(error),
    };
    let (text, stages) = lab.into_best();
    Ok(Reduced { text, ending, stages })
}

fn search(lab: &mut Lab<'_>, mut program: Program) -> Result<(), Halt> {
    program = without_frames(lab, program)?;
    program = statements::reduce(lab, program)?;
    // Every round but the last makes the text smaller, and no text has endlessly many below it.
    for round in 1.. {
        let before = program.text();
        program = all_passes(lab, program, round)?;
        if program.text() != before {
            continue;
        }
        lab.begin(PRINT, round)?;
        lab.one(program.smaller_than(lab.best()))?;
        // A candidate that was tested on another way may be smaller than where this one ended.
        match Program::read(lab.best()) {
            Ok(best) if is_smaller(lab.best(), &before) && best.text() != before => program = best,
            _ => return Ok(()),
        }
    }
    Ok(())
}

/// All frames off at once: mostly it holds, and everything after it is cheaper.
fn without_frames(lab: &mut Lab<'_>, program: Program) -> Result<Program, Halt> {
    if lab.options().keep_wrapping || !program.has_frames() {
        return Ok(program);
    }
    lab.begin(unframe::Unframe.name(), 1)?;
    let bare = {
        let plan = unframe::Unframe.plan(&program);
        plan.program(&(0..plan.count()).collect())
    };
    match bare {
        Some(bare) if lab.one(bare.smaller_than(&program.text()))? => Ok(bare),
        _ => Ok(program),
    }
}

/// Every pass: in the first round by halving its edits; later each edit alone, because few are left that hold, and again
/// as long as some do, because what one step made smaller mostly gets smaller still.
fn all_passes(lab: &mut Lab<'_>, mut program: Program, round: u32) -> Result<Program, Halt> {
    for pass in PASSES {
        if lab.options().keep_wrapping && pass.name() == unframe::Unframe.name() {
            continue;
        }
        while let Some(smaller) = one_pass(lab, *pass, &program, round)? {
            program = smaller;
            if round == 1 {
                break;
            }
        }
    }
    Ok(program)
}

/// What one pass makes of the program, if anything.
fn one_pass(lab: &mut Lab<'_>, pass: &dyn Pass, program: &Program, round: u32) -> Result<Option<Program>, Halt> {
    let plan = pass.plan(program);
    if plan.count() == 0 {
        return Ok(None);
    }
    lab.begin(pass.name(), round)?;
    let search = Halving::new(lab, &*plan);
    let made = if round == 1 { search.all_then_halves()? } else { search.one_by_one()? };
    Ok(if made.is_empty() { None } else { plan.program(&made) })
}
