//! Facts about whole fuzzed files.

use super::*;
use crate::corpus::Corpus;
use camino::Utf8PathBuf;
use proptest::prelude::*;
use std::sync::LazyLock;

/// Small tests with everything that is hard to take apart.
const FILES: [(&str, &str); 6] = [
    (
        "iife.js",
        "(function() { 'use strict'; const t = db.iife; t.drop(); if (t.x) { return; } t.insert({a: 1}); }());",
    ),
    (
        "loops.js",
        "var t = db.loops; for (let i = 0; i < 5; i++) { t.insert({_id: i}); if (i > 2) break; } for (const k of [1]) { t.save({k}); } a: while (true) { do { continue a; } while (1); }",
    ),
    (
        "helpers.js",
        "var t = db.helpers; check(1); function check(n) { for (;;) { if (n) return n; } } try { t.insert({x: 1}); } catch (e) { print(e); } finally { t.drop(); }",
    ),
    (
        "module.js",
        "import {x} from 'jstests/libs/x.js'; const r = await db.m.find({a: {$gt: 1}}).toArray(); export const y = r;",
    ),
    (
        "odd.js",
        "var db = db.getSiblingDB('x'); db = 5; class A { b() { return super.toString(); } } var {c, d: [e = 1]} = {}; switch (c) { case 1: var z = 1; default: let w = 2; } with (e) { f; } x = (-1) ** 2;",
    ),
    (
        "values.js",
        "t = db.values; t.insert({a: NumberLong('5'), b: /x\\/y/g, c: 'it\\'s', d: -0, e: {f: [null, undefined, MinKey]}}); assert.throws(function() { t.find({$where: 'x'}).itcount(); }); t.find().forEach((doc) => { t.update({_id: doc._id}, {$set: {g: 1}}); });",
    ),
];

static CORPUS: LazyLock<(Stock, Index)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    let corpus = Corpus::load(&[root]).unwrap();
    assert_eq!(corpus.skipped, []);
    let index = Index::of(&corpus.files);
    (Stock::of(corpus), index)
});

fn made(seed: u64, set: u64) -> FuzzedFile {
    let (stock, index) = &*CORPUS;
    let all: Vec<usize> = (0..stock.files.len()).collect();
    let set = crate::corpus::draw(&stock.corpus, &all, &[], &Seed::from_number(seed), set, 30);
    make(stock, index, &set, seed, &Shape::default())
}

proptest! {
    #[test]
    fn every_file_is_a_sloppy_script(seed: u64) {
        let file = made(seed, 0);
        prop_assert!(is_sloppy_script(&file.text), "{}", file.text);
        prop_assert!(file.statements > 10);
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes(seed: u64, set in 0..5_u64) {
        prop_assert_eq!(made(seed, set).text, made(seed, set).text);
    }
}

#[test]
fn the_frame_is_the_one_that_engineers_know() {
    let mut text = String::new();
    frame::push(&mut text, 7, "f();");
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "var $startTime = Date.now();",
            "try {",
            "    f();",
            "} catch (e) {",
            "}",
            "var $endTime = Date.now();",
            "print('Top-level statement 7 completed in', $endTime - $startTime, 'ms');",
        ]
    );
}

#[test]
fn between_40_and_45_per_cent_of_the_statements_are_changed_mostly_once() {
    let files: Vec<FuzzedFile> = (0..60).map(|seed| made(seed, 0)).collect();
    let all: usize = files.iter().map(|file| file.recipe.statements.len()).sum();
    let changed: usize = files.iter().map(|file| file.recipe.mutated()).sum();
    let once = files.iter().flat_map(|file| &file.recipe.statements).filter(|one| one.mutators.len() == 1).count();
    let per_cent = changed * 100 / all;
    assert!((36..=46).contains(&per_cent), "{per_cent} % of {all}");
    assert!(once * 100 / changed >= 80, "{once} of {changed}");
}

#[test]
fn a_statement_that_comes_again_is_always_changed() {
    let statements = (0..40).flat_map(|seed| made(seed, 0).recipe.statements).collect::<Vec<_>>();
    let echoes = statements.iter().filter(|one| one.echo).count();
    assert!(statements.iter().all(|one| !one.echo || !one.mutators.is_empty()));
    assert!((2..=7).contains(&(echoes * 100 / statements.len())), "{echoes} of {}", statements.len());
}

#[test]
fn names_that_the_frame_stands_on_are_never_bound() {
    for seed in 0..20 {
        let text = made(seed, 0).text;
        let body = text.split_once("// ---").unwrap().1;
        assert!(!body.contains("var db") && !body.contains("db = 5"), "{body}");
    }
}

#[test]
fn loops_are_bounded_and_nothing_needs_a_module() {
    let text = made(3, 0).text;
    for line in text.lines().filter(|line| line.contains("while (") || line.contains("for(;")) {
        assert!(line.contains("$loop()"), "{line}");
    }
    assert!(!text.contains("import {") && !text.contains("export ") && !text.contains("await "));
}

#[test]
fn two_files_that_bind_one_name_do_not_share_it() {
    let text: String = CORPUS.0.files.iter().flatten().filter_map(Piece::text).collect();
    for name in ["var t = db.helpers", "var t$1 = db.iife", "var t$2 = db.loops", "t$3 = db.values"] {
        assert!(text.contains(name), "{name}: {text}");
    }
}
