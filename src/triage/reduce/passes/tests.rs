//! What every pass's tests use, and what holds of all passes.

use std::collections::BTreeSet;

use super::{PASSES, Pass};
use crate::triage::reduce::program::Program;

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What each edit makes of the text when it is made alone; those that give no smaller program are left out.
pub(super) fn each(pass: &dyn Pass, text: &str) -> Vec<String> {
    let program = Program::read(text).unwrap();
    let plan = pass.plan(&program);
    let alone = (0..plan.count()).filter_map(|edit| plan.candidate(&BTreeSet::from([edit])));
    alone.map(|text| in_one_line(&text)).collect()
}

/// What all edits together make of it.
pub(super) fn all(pass: &dyn Pass, text: &str) -> String {
    let program = Program::read(text).unwrap();
    let plan = pass.plan(&program);
    in_one_line(&plan.program(&(0..plan.count()).collect()).unwrap().text())
}

#[test]
fn names_are_told_apart() {
    let names: BTreeSet<&str> = PASSES.iter().map(|pass| pass.name()).collect();
    assert_eq!(names.len(), PASSES.len());
}

#[test]
fn every_pass_survives_every_kind_of_syntax() {
    let text = "label: for (var i = 0, j; i < 3; i++) { if (i) continue label; else break label; }\n\
        for (const [k, v = 1] of Object.entries({a: 1, ...b, [c]: 2, get d() { return 1; }})) f(k, ...v);\n\
        for (x in y) ; while (a) { a--; } do { a++; } while (!a); with (a) { b; }\n\
        switch (a) { case 1: f(); break; default: g(); }\n\
        try { throw new Error(`a${b}c`); } catch ({message}) { h(message); } finally { }\n\
        class A extends B { static #p = 1; constructor() { super(); } async *m(a, ...b) { yield* a; await b; } }\n\
        async function* g(a = 1, {b, c: [d]}) { for await (const e of a) yield e; return (a, b); }\n\
        var {q, r: {s}} = a?.b?.[c]?.(d) ?? e, t = (u, w) => ({u}), z = async x => { await x; };\n\
        delete a.b; void 0; typeof a; a ||= b; a = b ? c : d; tag`x${y}`; /re/g.test('s'); 10n; -1.5; new.target;\n\
        (function () { return arguments; })(1); debugger; !function () {}();";
    let text = text.replace(" new.target;", "");
    let program = Program::read(&text).unwrap();
    for pass in PASSES {
        let plan = pass.plan(&program);
        for edit in 0..plan.count() {
            plan.program(&BTreeSet::from([edit]));
        }
        plan.program(&(0..plan.count()).collect());
    }
}
