//! The corpus made ready to be mixed: names told apart once, and each statement printed once, when it is first wanted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::corpus::{Corpus, SourceFile};
use crate::js::ast::{Decl, Stmt};
use crate::js::{declared, rename};

/// A corpus and its statements as they go into fuzzed files.
#[derive(Debug)]
pub struct Stock {
    /// What it is made from.
    pub corpus: Corpus,
    /// One list a file of the corpus; function declarations first, as they would be hoisted.
    pub files: Vec<Vec<Piece>>,
}

/// One statement.
#[derive(Debug)]
pub struct Piece {
    /// Its tree, names told apart.
    pub statement: Stmt,
    /// Names that it binds.
    pub names: BTreeSet<String>,
    text: OnceLock<Option<String>>,
}

impl Stock {
    /// Makes a corpus ready. A name that several files bind gets a suffix in all but the first of them, so that one
    /// file's `t` is not suddenly another's; names of the shell itself are never touched.
    pub fn of(corpus: Corpus) -> Self {
        let mut binders: BTreeMap<String, usize> = BTreeMap::new();
        let files = corpus.files.iter().map(|file| pieces(file, &mut binders)).collect();
        Self { corpus, files }
    }
}

fn pieces(file: &SourceFile, binders: &mut BTreeMap<String, usize>) -> Vec<Piece> {
    let mut statements = file.statements.clone();
    rename(&mut statements, &new_names(&file.declared, binders));
    statements.sort_by_key(|statement| !matches!(statement, Stmt::Decl(Decl::Fn(_))));
    statements.into_iter().map(Piece::new).collect()
}

/// New names for what an earlier file binds already; counts who binds what.
fn new_names(names: &BTreeSet<String>, binders: &mut BTreeMap<String, usize>) -> BTreeMap<String, String> {
    let own = names.iter().filter(|name| !super::tame::SHELL_NAMES.contains(&name.as_str()));
    let suffixed = own.filter_map(|name| {
        let earlier = binders.entry(name.clone()).or_default();
        *earlier += 1;
        (*earlier > 1).then(|| (name.clone(), format!("{name}${}", *earlier - 1)))
    });
    suffixed.collect()
}

impl Piece {
    fn new(statement: Stmt) -> Self {
        Self { names: declared(std::slice::from_ref(&statement)), statement, text: OnceLock::new() }
    }

    /// The statement as it is, tamed and printed; nothing if it must not be used.
    pub fn text(&self) -> Option<&str> {
        self.text.get_or_init(|| super::print(self.statement.clone())).as_deref()
    }
}
