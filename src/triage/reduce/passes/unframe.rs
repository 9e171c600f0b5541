//! Takes the frame off a fuzzed file's statement; at least the prints, if it must stay caught.

use super::{Pass, Plan};
use crate::js::DUMMY_SP;
use crate::js::ast::{BlockStmt, CatchClause, Stmt, TryStmt};
use crate::triage::reduce::halving::{Chosen, Cuts};
use crate::triage::reduce::program::Program;

/// See the module.
pub struct Unframe;

impl Pass for Unframe {
    fn name(&self) -> &'static str {
        "unframe"
    }

    fn plan<'p>(&'p self, program: &'p Program) -> Box<dyn Plan + 'p> {
        let framed = (0..program.units.len()).filter(|at| program.units[*at].frame.is_some());
        Box::new(Frames { program, framed: framed.collect(), before: program.text() })
    }
}

/// Edit 2n takes frame n off, edit 2n + 1 leaves a `try` in its place.
struct Frames<'p> {
    program: &'p Program,
    framed: Vec<usize>,
    before: String,
}

impl Cuts for Frames<'_> {
    fn count(&self) -> usize {
        self.framed.len() * 2
    }

    fn candidate(&self, chosen: &Chosen) -> Option<String> {
        self.program(chosen)?.smaller_than(&self.before)
    }
}

impl Plan for Frames<'_> {
    fn program(&self, chosen: &Chosen) -> Option<Program> {
        self.program.with(|at, unit| {
            let number = self.framed.binary_search(&at).ok()?;
            let statements = unit.statements.clone();
            if chosen.contains(&(number * 2)) {
                Some((statements, None))
            } else {
                chosen.contains(&(number * 2 + 1)).then(|| (vec![caught(statements)], None))
            }
        })
    }
}

fn caught(stmts: Vec<Stmt>) -> Stmt {
    let block = BlockStmt { span: DUMMY_SP, stmts, ..BlockStmt::default() };
    let handler = CatchClause { span: DUMMY_SP, param: None, body: BlockStmt::default() };
    Stmt::Try(Box::new(TryStmt { span: DUMMY_SP, block, handler: Some(handler), finalizer: None }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::{all, each};
    use crate::wrap::push_framed;

    #[test]
    fn a_frame_goes_or_leaves_a_try() {
        let mut text = String::new();
        push_framed(&mut text, 4, "f();");
        assert_eq!(each(&Unframe, &text), ["f();", "try { f(); } catch {}"]);
        push_framed(&mut text, 5, "g();");
        assert_eq!(all(&Unframe, &text), "f(); g();");
    }
}
