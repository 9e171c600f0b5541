//! The script under reduction: top-level units, each with its tree and its printed text.
//!
//! Units are shared between a program and its candidates, so that a candidate costs the printing and parsing of what it
//! changes and no more. Every unit's text was parsed as a sloppy script of its own, and so is their sequence one.

use std::rc::Rc;

use super::size::is_smaller;
use crate::js::ast::{BlockStmt, FunctionBody, Stmt, SwitchCase};
use crate::js::visit::{VisitMut, VisitMutWith};
use crate::js::{ParseError, parse_script, print_statements};
use crate::wrap::{FramedPiece, push_framed, take_frames_off};

/// A top-level statement; in a fuzzed file with its frame.
#[derive(Debug)]
pub struct Unit {
    /// Mostly one; several only in a frame.
    pub statements: Vec<Stmt>,
    /// The number of its frame.
    pub frame: Option<usize>,
    /// As it stands in the file, with a line end.
    pub text: String,
}

/// A script.
#[derive(Clone, Debug)]
pub struct Program {
    /// In the order of the text.
    pub units: Vec<Rc<Unit>>,
}

impl Unit {
    fn new(statements: Vec<Stmt>, frame: Option<usize>) -> Self {
        let mut text = print_statements(statements.clone()).join("\n");
        match frame {
            Some(number) => text = framed(number, &text),
            None => text.push('\n'),
        }
        Self { statements, frame, text }
    }

    /// Units of changed statements, read back from their print; nothing if that is no script.
    pub fn read_back(mut statements: Vec<Stmt>, frame: Option<usize>) -> Option<Vec<Rc<Self>>> {
        NoEmptyStatements.list(&mut statements);
        statements.visit_mut_with(&mut NoEmptyStatements);
        let texts = print_statements(statements);
        let read: Option<Vec<Vec<Stmt>>> = texts.iter().map(|text| parse_script(text).ok()).collect();
        let read: Vec<Stmt> = read?.into_iter().flatten().collect();
        if frame.is_some() {
            let unit = (!read.is_empty()).then(|| Rc::new(Self::new(read, frame)));
            return Some(unit.into_iter().collect());
        }
        Some(read.into_iter().map(|statement| Rc::new(Self::new(vec![statement], None))).collect())
    }
}

fn framed(number: usize, statements: &str) -> String {
    let mut text = String::new();
    push_framed(&mut text, number, statements);
    text
}

/// Each top-level statement of a script with the script without it; nothing for what is no script.
pub fn without_each(text: &str) -> Vec<(String, String)> {
    let Ok(program) = Program::read(text) else { return Vec::new() };
    let one = |at: usize| (program.units[at].text.clone(), program.text_of(|unit| unit != at));
    (0..program.units.len()).map(one).collect()
}

/// The statement in the frame of that number, without its frame.
pub fn framed_statement(text: &str, number: usize) -> Option<String> {
    framed_statements(text, |one| one == number).pop().map(|(_, text)| text)
}

/// The statements in the frames of the wanted numbers, without their frames; none of a text that is no script.
pub fn framed_statements(text: &str, wanted: impl Fn(usize) -> bool) -> Vec<(usize, String)> {
    let Ok(program) = Program::read(text) else { return Vec::new() };
    let framed = program.units.iter().filter_map(|unit| Some((unit.frame.filter(|number| wanted(*number))?, unit)));
    framed.map(|(number, unit)| (number, print_statements(unit.statements.clone()).join("\n"))).collect()
}

impl Program {
    /// Reads a script, frames apart from their statements.
    ///
    /// # Errors
    /// The text is no script.
    pub fn read(text: &str) -> Result<Self, ParseError> {
        let pieces = take_frames_off(parse_script(text)?);
        let units = pieces.into_iter().filter_map(|piece| match piece {
            FramedPiece::Bare(Stmt::Empty(_)) => None,
            FramedPiece::Bare(statement) => Some(Unit::new(vec![statement], None)),
            FramedPiece::Framed(number, inside) => Some(Unit::new(inside, Some(number))),
        });
        Ok(Self { units: units.map(Rc::new).collect() })
    }

    /// The whole text.
    pub fn text(&self) -> String {
        self.units.iter().map(|unit| unit.text.as_str()).collect()
    }

    /// The text of the units that `kept` takes.
    pub fn text_of(&self, kept: impl Fn(usize) -> bool) -> String {
        let units = self.units.iter().enumerate().filter(|(at, _)| kept(*at));
        units.map(|(_, unit)| unit.text.as_str()).collect()
    }

    /// The units that `kept` takes.
    #[must_use]
    pub fn only(&self, kept: impl Fn(usize) -> bool) -> Self {
        let units = self.units.iter().enumerate().filter(|(at, _)| kept(*at));
        Self { units: units.map(|(_, unit)| Rc::clone(unit)).collect() }
    }

    /// True if any statement stands in a frame.
    pub fn has_frames(&self) -> bool {
        self.units.iter().any(|unit| unit.frame.is_some())
    }

    /// All statements, without their frames.
    pub fn statements(&self) -> Vec<Stmt> {
        self.units.iter().flat_map(|unit| unit.statements.iter().cloned()).collect()
    }

    /// This program with each unit made anew: `change` gives nothing for those that stay. Nothing if it is no program.
    pub fn with(&self, mut change: impl FnMut(usize, &Unit) -> Option<(Vec<Stmt>, Option<usize>)>) -> Option<Self> {
        let mut units = Vec::with_capacity(self.units.len());
        for (at, unit) in self.units.iter().enumerate() {
            match change(at, unit) {
                None => units.push(Rc::clone(unit)),
                Some((statements, frame)) => units.extend(Unit::read_back(statements, frame)?),
            }
        }
        Some(Self { units })
    }

    /// Its text, if that is smaller than `text`.
    pub fn smaller_than(&self, text: &str) -> Option<String> {
        Some(self.text()).filter(|own| is_smaller(own, text))
    }
}

/// `;` alone does nothing and is dropped without asking.
struct NoEmptyStatements;

impl NoEmptyStatements {
    fn list(&self, statements: &mut Vec<Stmt>) {
        statements.retain(|statement| !matches!(statement, Stmt::Empty(_)));
    }
}

impl VisitMut for NoEmptyStatements {
    fn visit_mut_block_stmt(&mut self, node: &mut BlockStmt) {
        self.list(&mut node.stmts);
        node.visit_mut_children_with(self);
    }

    fn visit_mut_function_body(&mut self, node: &mut FunctionBody) {
        self.list(&mut node.stmts);
        node.visit_mut_children_with(self);
    }

    fn visit_mut_switch_case(&mut self, node: &mut SwitchCase) {
        self.list(&mut node.cons);
        node.visit_mut_children_with(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_back_and_empty_statements_go() {
        let program = Program::read("f();; var a = 1\nif (a) { ; g() }").unwrap();
        assert_eq!(program.text(), "f();\nvar a = 1;\nif (a) {\n    ;\n    g();\n}\n");
        let same = program.with(|_, unit| Some((unit.statements.clone(), None))).unwrap();
        assert_eq!(same.text(), "f();\nvar a = 1;\nif (a) {\n    g();\n}\n");
    }

    #[test]
    fn a_unit_keeps_its_frame_until_nothing_is_left_in_it() {
        let text = framed(3, "f();");
        let program = Program::read(&text).unwrap();
        assert_eq!((program.units.len(), program.units[0].frame), (1, Some(3)));
        assert_eq!(program.text(), text);
        assert_eq!(program.with(|_, unit| Some((Vec::new(), unit.frame))).unwrap().text(), "");
    }

    #[test]
    fn what_is_no_script_is_no_program() {
        let program = Program::read("function f() { return 1; }").unwrap();
        let body = parse_script("function f() { return 1; }").unwrap().remove(0);
        let Stmt::Decl(crate::js::ast::Decl::Fn(function)) = body else { unreachable!() };
        let inside = function.function.body.unwrap().stmts;
        assert!(program.with(|_, _| Some((inside.clone(), None))).is_none());
    }
}
