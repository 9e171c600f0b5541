//! What stands before the first statement: the refusal to run without `TestData`, taming at run time, seeded random
//! numbers.

use crate::seed::Dice;

/// The taming rules as data: id, condition, action, ticket.
pub const RULES: &str = include_str!("../../harness/tame.json");

const SCRIPT: &str = include_str!("../../harness/tame.js");

/// The head of a file of that name.
pub fn text(name: &str, dice: &mut Dice) -> String {
    let seed = dice.below(1 << 31);
    format!(
        "// {name}, made by jstestfuzz {}. Run it with: fuzz run {name}\n\
         if (typeof TestData === 'undefined') {{\n    \
             throw new Error('{name} needs TestData: run it with fuzz run, or define TestData first');\n\
         }}\n\
         var $tameRules = {};\n\
         var $tameSeed = {seed};\n\
         {SCRIPT}",
        env!("CARGO_PKG_VERSION"),
        RULES.trim(),
    )
}
