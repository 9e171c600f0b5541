//! Files to be reduced: statements of the shipped corpus, and between them, at distances, calls that must stay.

use camino::Utf8Path;
use jstestfuzz::corpus::Corpus;
use jstestfuzz::seed::{Dice, Seed};
use jstestfuzz::wrap::{Stock, push_framed};
use serde_json::{Value, json};

use crate::measure::CORPUS;

/// One file and what must stay in it.
pub struct Case {
    /// Lines, calls, `plain` or `wrapped`.
    pub name: String,
    /// The script.
    pub text: String,
    /// As `predicate.js` reads it.
    pub needed: Value,
    /// Words that stand in every text that `predicate.js` takes: a test in memory that is nearly as strict.
    pub words: Vec<String>,
}

/// Sixteen of them: four lengths, two numbers of calls, plain and wrapped. The same on every machine.
pub fn all() -> Vec<Case> {
    let corpus: Corpus = Corpus::load(&[Utf8Path::new(CORPUS).to_owned()]).expect("the shipped corpus");
    let stock = Stock::of(corpus);
    let mut cases = Vec::new();
    for (at, lines) in [200, 500, 1_000, 2_000].into_iter().enumerate() {
        for calls in [2 + at % 2, 3 + at % 2] {
            for wrapped in [false, true] {
                let seed = Seed::from_number(1).child("reduce", cases.len() as u64);
                cases.push(one(&stock, &mut seed.dice(), lines, calls, wrapped));
            }
        }
    }
    cases
}

fn one(stock: &Stock, dice: &mut Dice, lines: usize, calls: usize, wrapped: bool) -> Case {
    let mut statements = filler(stock, dice, lines, if wrapped { FRAME } else { 0 });
    let mut needed = Vec::new();
    let mut words = Vec::new();
    for call in 0..calls {
        let (method, key) = (*dice.pick(&["insert", "find", "update", "remove"]).expect("some"), format!("k{call}"));
        let collection = format!("needed_{call}");
        // The variable somewhere, its use somewhere after it.
        let binds = dice.below(statements.len());
        let uses = dice.between(binds, statements.len() - 1) + 1;
        statements.insert(binds, format!("var target{call} = db.{collection};"));
        statements
            .insert(uses, around(dice, &format!("target{call}.{method}({{a: {call}, {key}: [1, 2]}}, {{multi: 1}})")));
        words.extend([collection.clone(), format!(".{method}("), format!("{key}:")]);
        needed.push(json!({"collection": collection, "method": method, "key": key}));
    }
    let form = if wrapped { "wrapped" } else { "plain" };
    let text = written(&statements, wrapped);
    let name = format!("{} lines, {calls} calls, {form}", text.lines().count());
    Case { name, text, needed: Value::Array(needed), words }
}

/// Lines that a frame adds to its statement.
const FRAME: usize = 7;

/// Statements of the corpus, a test after another in drawn order, until there are enough lines with `extra` ones for each.
fn filler(stock: &Stock, dice: &mut Dice, lines: usize, extra: usize) -> Vec<String> {
    let mut files: Vec<usize> = (0..stock.files.len()).collect();
    dice.shuffle(&mut files);
    let texts = files.iter().flat_map(|file| &stock.files[*file]).filter_map(|piece| piece.text());
    let mut left = lines;
    let fitting = texts.take_while(|text| {
        let fits = left > 0;
        left = left.saturating_sub(text.lines().count() + extra);
        fits
    });
    fitting.map(ToOwned::to_owned).collect()
}

/// A call inside something.
fn around(dice: &mut Dice, call: &str) -> String {
    match dice.below(5) {
        0 => format!("assert.commandWorked({call});"),
        1 => format!("for (var i = 0; i < 7; i++) {{\n    print(i);\n    if (i > 2) {{\n        {call};\n    }}\n}}"),
        2 => format!(
            "function work(x, y) {{\n    var z = x + y;\n    try {{\n        {call};\n    }} catch (e) {{\n        print(e);\n    }}\n    return z;\n}}"
        ),
        3 => format!(
            "[1, 2, 3].forEach(function(x) {{\n    db.other.save({{_id: x}});\n    var result = {call};\n    assert(result);\n}});"
        ),
        _ => format!("while (db.other.count() < 3) {{\n    db.other.insert({{a: [1, {{b: {call}}}]}});\n}}"),
    }
}

fn written(statements: &[String], wrapped: bool) -> String {
    let mut text = String::new();
    for (number, statement) in statements.iter().enumerate() {
        if wrapped {
            push_framed(&mut text, number, statement);
        } else {
            text.push_str(statement);
            text.push('\n');
        }
    }
    text
}
