//! How a fuzzed file came about: enough to make it again, and to say where each statement is from.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Shape;
use crate::corpus::{Corpus, Set};

/// Written beside every fuzzed file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recipe {
    /// Version of this program; another one may make another file.
    pub generator: &'static str,
    /// `--seed`
    pub seed: u64,
    /// Number of the set.
    pub set: u64,
    /// `--substitutions`
    pub substitutions: usize,
    /// The files of the set, in order.
    pub sources: Vec<Source>,
    /// One entry a statement.
    pub statements: Vec<StatementRecipe>,
}

/// A file of the set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Path below its root.
    pub name: String,
    /// BLAKE3 of its bytes.
    pub digest: String,
    /// True if it is newly committed.
    pub new: bool,
}

/// Where a statement is from and what was done to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementRecipe {
    /// Position in [`Recipe::sources`].
    pub file: usize,
    /// It stands earlier in the file as well, and comes again with a change.
    pub echo: bool,
    /// Mutators in the order in which they were applied; mostly none or one.
    pub mutators: Vec<&'static str>,
}

impl Recipe {
    pub(super) fn new(seed: u64, set: &Set, corpus: &Corpus, shape: &Shape, statements: Vec<StatementRecipe>) -> Self {
        let sources = set.files.iter().map(|at| {
            let file = &corpus.files[*at];
            Source { name: file.name.clone(), digest: file.digest.clone(), new: set.new.contains(at) }
        });
        let generator = env!("CARGO_PKG_VERSION");
        let sources = sources.collect();
        Self { generator, seed, set: set.index, substitutions: shape.substitutions, sources, statements }
    }

    /// How often each mutator was applied.
    pub fn applied(&self) -> BTreeMap<&'static str, u64> {
        let mut applied = BTreeMap::new();
        for name in self.statements.iter().flat_map(|statement| &statement.mutators) {
            *applied.entry(*name).or_default() += 1;
        }
        applied
    }

    /// Statements that carry at least one substitution.
    pub fn mutated(&self) -> usize {
        self.statements.iter().filter(|statement| !statement.mutators.is_empty()).count()
    }
}
