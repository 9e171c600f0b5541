//! What makes a mutated program safe to run and readable to a judge.
//!
//! [`make`] takes one set all the way: mix the statements of its files, mutate, tame, put each into the timing frame,
//! and a prelude before them. The text is one self-contained script that every shell can run.

mod frame;
mod mix;
mod prelude;
mod recipe;
mod stock;
mod tame;

use crate::corpus::{Index, Set};
use crate::js::ast::Stmt;
use crate::js::{is_sloppy_script, print_statements};
use crate::mutate::{Material, mutate};
use crate::seed::{Dice, Seed};

pub use frame::{Piece as FramedPiece, push as push_framed, take_off as take_frames_off};
use mix::Mixed;
pub use prelude::RULES;
pub use recipe::{Recipe, Source, StatementRecipe};
pub use stock::{Piece, Stock};

/// What `fuzz` was told of the shape of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Per cent of the statements that carry a substitution.
    pub substitutions: usize,
    /// Names of the mutators that are used; all if empty.
    pub only: Vec<String>,
    /// Names of the mutators that are not used.
    pub exclude: Vec<String>,
}

impl Default for Shape {
    fn default() -> Self {
        // 40 to 45 per cent is what MongoDB's own fuzzer does.
        Self { substitutions: 42, only: Vec::new(), exclude: Vec::new() }
    }
}

impl Shape {
    fn allows(&self, name: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|one| one == name)) && !self.exclude.iter().any(|one| one == name)
    }
}

/// The program made from one set.
#[derive(Clone, Debug)]
pub struct FuzzedFile {
    /// `jstestfuzz-<seed>-<set>.js`
    pub name: String,
    /// The script.
    pub text: String,
    /// Top-level statements in timing frames.
    pub statements: u32,
    /// How it came about.
    pub recipe: Recipe,
}

/// Makes the fuzzed file of a set. The same arguments give the same bytes on every machine.
pub fn make(stock: &Stock, index: &Index, set: &Set, seed_number: u64, shape: &Shape) -> FuzzedFile {
    let seed = Seed::from_number(seed_number).child("make", set.index);
    let mixed = mix::statements(stock, set, &mut seed.child("mix", 0).dice());
    let mut made = Vec::new();
    for (at, one) in mixed.statements.into_iter().enumerate() {
        let mut dice = seed.child("mutate", at as u64).dice();
        let material = Material { index, bound: &mixed.names[..one.bound] };
        let (file, echo) = (one.file, one.echo);
        let finished = finish(one, &material, &mut dice, shape);
        made.extend(finished.map(|(text, mutators)| (text, StatementRecipe { file, echo, mutators })));
    }
    let name = format!("jstestfuzz-{seed_number}-{:04}.js", set.index);
    let (texts, statements): (Vec<String>, Vec<StatementRecipe>) = made.into_iter().unzip();
    let mut text = prelude::text(&name, &mut seed.child("prelude", 0).dice());
    for (number, statement) in texts.iter().enumerate() {
        frame::push(&mut text, number, statement);
    }
    let recipe = Recipe::new(seed_number, set, &stock.corpus, shape, statements);
    FuzzedFile { name, text, statements: texts.len() as u32, recipe }
}

/// Mutates, tames and prints one statement. A mutation that gives no program is taken back; a statement that gives none
/// even so is left out, and so is an echo that is not changed.
fn finish(
    Mixed { piece, echo, .. }: Mixed<'_>,
    material: &Material<'_>,
    dice: &mut Dice,
    shape: &Shape,
) -> Option<(String, Vec<&'static str>)> {
    let unchanged = || piece.text().map(|text| (text.to_owned(), Vec::new()));
    let wanted = changes(dice, shape.substitutions).max(usize::from(echo));
    if wanted == 0 {
        return unchanged();
    }
    let mut changed = piece.statement.clone();
    let mut mutators = Vec::new();
    for _ in 0..wanted {
        mutators.extend(mutate(&mut changed, material, dice, |name| shape.allows(name)));
    }
    if mutators.is_empty() {
        return if echo { None } else { unchanged() };
    }
    match print(changed).filter(|text| is_sloppy_script(text)) {
        Some(text) => Some((text, mutators)),
        None if echo => None,
        None => unchanged(),
    }
}

/// How many substitutions a statement gets: mostly none or one.
fn changes(dice: &mut Dice, per_cent: usize) -> usize {
    if !dice.chance(per_cent, 100) {
        return 0;
    }
    match dice.below(20) {
        0 => 3,
        1 | 2 => 2,
        _ => 1,
    }
}

fn print(mut statement: Stmt) -> Option<String> {
    if tame::is_forbidden(&statement) {
        return None;
    }
    tame::bound_loops(&mut statement);
    frame::catch_nested(&mut statement);
    print_statements(vec![statement]).pop()
}

#[cfg(test)]
mod tests;
