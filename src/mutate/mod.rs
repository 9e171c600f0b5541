//! Changes to syntax trees: the trait, the weighted list, one mutator a file, the dictionary.
//!
//! A statement that dies in the shell tests nothing. So names are only replaced by names that are bound at that place,
//! and most changes touch what travels to the server: literals, documents, keys, arguments.

mod argument;
mod dictionary;
mod edge_value;
mod generated_object;
mod identifier;
mod key;
mod literal;
mod method;
mod object;
mod operator;
mod remove_part;
mod repeat_part;
mod swap_arguments;

use crate::corpus::Index;
use crate::js::ast::Stmt;
use crate::seed::Dice;

/// What a mutator may draw from.
pub struct Material<'a> {
    /// Literals, objects, keys and methods of the corpus.
    pub index: &'a Index,
    /// Names that are bound where the statement stands.
    pub bound: &'a [String],
}

/// One kind of change.
pub trait Mutator: Sync {
    /// The word of `--only` and `--exclude`.
    fn name(&self) -> &'static str;

    /// One line for `fuzz mutators`, with an example.
    fn summary(&self) -> &'static str;

    /// At how many places of the statement this change is possible; 0 means "not applicable". The statement comes back
    /// as it was.
    fn sites(&self, statement: &mut Stmt) -> usize;

    /// Changes the place of that number, below what [`Mutator::sites`] gave. The result must be valid sloppy script
    /// wherever the statement was. False if the material offers nothing; then nothing was changed.
    fn mutate(&self, statement: &mut Stmt, site: usize, material: &Material<'_>, dice: &mut Dice) -> bool;
}

/// All mutators and how often each is drawn, relative to the others.
pub const MUTATORS: &[(&dyn Mutator, u32)] = &[
    (&literal::Literal, 20),
    (&edge_value::EdgeValue, 16),
    (&object::Object, 12),
    (&key::Key, 14),
    (&argument::Argument, 10),
    (&generated_object::GeneratedObject, 6),
    (&identifier::Identifier, 8),
    (&method::Method, 6),
    (&swap_arguments::SwapArguments, 4),
    (&remove_part::RemovePart, 4),
    (&repeat_part::RepeatPart, 4),
    (&operator::Operator, 4),
];

/// Applies one mutator, drawn by weight among those that `allowed` takes and that apply; gives its name.
pub fn mutate(
    statement: &mut Stmt,
    material: &Material<'_>,
    dice: &mut Dice,
    allowed: impl Fn(&str) -> bool,
) -> Option<&'static str> {
    let weight = |(one, weight): &(&dyn Mutator, u32)| if allowed(one.name()) { *weight } else { 0 };
    let mut weights: Vec<u32> = MUTATORS.iter().map(weight).collect();
    // Drawn first and asked then: to ask all twelve, each by a walk over the tree, would cost more than the change.
    while let Some(chosen) = dice.weighted(&weights) {
        let (mutator, _) = MUTATORS[chosen];
        match mutator.sites(statement) {
            0 => weights[chosen] = 0,
            sites => {
                let site = dice.below(sites);
                return mutator.mutate(statement, site, material, dice).then_some(mutator.name());
            }
        }
    }
    None
}

#[cfg(test)]
pub(crate) mod tests;
