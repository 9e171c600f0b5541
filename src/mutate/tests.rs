//! Before and after, for all mutators.

use super::*;
use crate::corpus::Corpus;
use crate::js::{is_sloppy_script, parse, print_statements};
use crate::seed::Seed;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn statement(text: &str) -> Stmt {
    parse(text).unwrap().program.expect_script().body.remove(0)
}

fn text(statement: Stmt) -> String {
    print_statements(vec![statement]).remove(0).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn index(texts: &[&str]) -> Index {
    let folder = tempfile::tempdir().unwrap();
    let body: String = texts.iter().map(|text| format!("f({text});\n")).collect();
    std::fs::write(folder.path().join("a.js"), body).unwrap();
    let root = camino::Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    Index::of(&Corpus::load(&[root]).unwrap().files)
}

fn first_change(mutator: &dyn Mutator, before: &str, index: &Index, bound: &[String]) -> String {
    let mut tree = statement(before);
    if mutator.sites(&mut tree) > 0 {
        let mut dice = Seed::from_number(1).dice();
        assert!(mutator.mutate(&mut tree, 0, &Material { index, bound }, &mut dice));
    }
    text(tree)
}

/// The first place changed, with a corpus of these expressions.
pub fn mutated(mutator: &dyn Mutator, before: &str, corpus: &[&str]) -> String {
    first_change(mutator, before, &index(corpus), &[])
}

/// The first place changed, with these names bound.
pub fn mutated_among(mutator: &dyn Mutator, before: &str, bound: &[&str]) -> String {
    let bound: Vec<String> = bound.iter().map(ToString::to_string).collect();
    first_change(mutator, before, &index(&["1"]), &bound)
}

/// The different outcomes of `tries` seeds, sorted, without the statement as it was.
pub fn changes(mutator: &dyn Mutator, before: &str, tries: u64) -> Vec<String> {
    let (index, bound) = (index(&["1", "'x'", "{a: 1}", "[2]", "{$set: {b: 3}}"]), ["t".to_owned(), "db".to_owned()]);
    let mut seen = BTreeSet::new();
    for seed in 0..tries {
        let mut tree = statement(before);
        let sites = mutator.sites(&mut tree);
        let mut dice = Seed::from_number(seed).dice();
        if sites > 0 {
            let site = dice.below(sites);
            mutator.mutate(&mut tree, site, &Material { index: &index, bound: &bound }, &mut dice);
        }
        seen.insert(text(tree));
    }
    seen.remove(&text(statement(before)));
    seen.into_iter().collect()
}

#[test]
fn names_are_unique_and_every_weight_counts() {
    let names: BTreeSet<_> = MUTATORS.iter().map(|(one, _)| one.name()).collect();
    assert_eq!(names.len(), MUTATORS.len());
    assert!(MUTATORS.len() >= 8 && MUTATORS.iter().all(|(_, weight)| *weight > 0));
}

#[test]
fn a_mutator_that_is_not_allowed_is_never_drawn() {
    let index = index(&["1", "{a: 2}"]);
    for seed in 0..50 {
        let mut tree = statement("t.update({a: 1}, {$set: {b: 2}}, true);");
        let mut dice = Seed::from_number(seed).dice();
        let name = mutate(&mut tree, &Material { index: &index, bound: &[] }, &mut dice, |name| name == "key");
        assert!(matches!(name, Some("key") | None));
    }
}

const STATEMENTS: [&str; 12] = [
    "t.update({a: 1}, {$set: {'b.c': [1, {d: /x/i}]}}, {upsert: true});",
    "var {a, b: [c = 1]} = f(x, ...y);",
    "for (var i = 0; i < 10; i++) { t.insert({_id: i, x: -i}); }",
    "for (var k in o) { delete o[k]; o.p++; }",
    "if (a === 'x' && !b) { g(`t${a}`); } else { h?.(a?.b, new Date(0)); }",
    "function f(a, b = 1, ...c) { return a ? b : (c, 2); }",
    "assert.throws(function() { t.find({$where: function() { return this.a; }}).itcount(); });",
    "x = y = {get a() { return 1; }, ['c' + d]: 2, e() {}, ...z};",
    "outer: while (true) { do { continue outer; } while (q); }",
    "switch (a) { case 1: f(1); break; default: g('2'); }",
    "[1, , 3].map((v) => ({v}));",
    "var g = function* () { yield [1]; }, h = async () => { await f(1); };",
];

proptest! {
    #[test]
    fn a_mutated_statement_is_always_a_program(seed: u64, which in 0..STATEMENTS.len(), times in 1..6_usize) {
        let index = index(&["1", "-0", "'x\\ud800'", "/a/i", "null", "{a: 1}", "[[]]", "{$set: {b: NumberLong(3)}}"]);
        let bound = ["t".to_owned(), "db".to_owned()];
        let mut tree = statement(STATEMENTS[which]);
        let mut dice = Seed::from_number(seed).dice();
        for _ in 0..times {
            mutate(&mut tree, &Material { index: &index, bound: &bound }, &mut dice, |_| true);
        }
        let printed = print_statements(vec![tree]).remove(0);
        prop_assert!(is_sloppy_script(&printed), "{}", printed);
    }
}
