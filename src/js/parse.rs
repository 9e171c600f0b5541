//! Text to tree: a script first, a module only where the syntax says so.

use swc_common::{BytePos, Spanned};
use swc_ecma_ast::{EsVersion, Expr, Module, ModuleItem, Program, Script, Stmt};
use swc_ecma_parser::{EsSyntax, Parser, StringInput, Syntax, error::Error};
use swc_ecma_visit::{VisitMut, VisitMutWith};

/// Brackets inside each other beyond which a file is refused: every later walk over the tree is recursive.
pub const MAX_NESTING: usize = 400;

/// swc keeps position 0 for what stands nowhere.
const FIRST: BytePos = BytePos(1);

/// How a file's text has to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sloppy unless it says otherwise.
    Script,
    /// Has import, export or top-level await.
    Module,
}

/// A tree and what it was read as.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// Statements and declarations.
    pub program: Program,
    /// Script or module.
    pub kind: Kind,
}

/// Why a text is no program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Not JavaScript.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// The parser's words.
        message: String,
    },
    /// Too deep to be walked.
    #[error("nested deeper than {MAX_NESTING} brackets")]
    TooDeep,
    /// Positions are numbers of 32 bits.
    #[error("longer than 4 GiB")]
    TooLong,
}

/// Reads a whole file.
///
/// # Errors
/// Where and why the text is no program. If it is neither script nor module the script's error is given, unless the
/// text has import, export or top-level await.
pub fn parse(text: &str) -> Result<Parsed, ParseError> {
    if nesting(text) > MAX_NESTING {
        return Err(ParseError::TooDeep);
    }
    match script(text) {
        Ok(script) => Ok(Parsed { program: Program::Script(script), kind: Kind::Script }),
        Err(as_script) => match module(text) {
            Ok(module) if is_really_a_module(&module) => {
                Ok(Parsed { program: Program::Module(module), kind: Kind::Module })
            }
            Err(as_module) if mentions_module_syntax(text) => Err(as_module),
            _ => Err(as_script),
        },
    }
}

/// True if a shell that takes scripts in sloppy mode can run the text.
pub fn is_sloppy_script(text: &str) -> bool {
    script(text).is_ok()
}

/// The statements of a script, without the brackets around expressions that printing puts back where they are needed.
///
/// # Errors
/// Where and why the text is no script.
pub fn parse_script(text: &str) -> Result<Vec<Stmt>, ParseError> {
    if nesting(text) > MAX_NESTING {
        return Err(ParseError::TooDeep);
    }
    let mut statements = script(text)?.body;
    statements.visit_mut_with(&mut WithoutBrackets);
    Ok(statements)
}

struct WithoutBrackets;

impl VisitMut for WithoutBrackets {
    fn visit_mut_expr(&mut self, node: &mut Expr) {
        while let Expr::Paren(brackets) = node {
            let inner = std::mem::take(&mut *brackets.expr);
            *node = inner;
        }
        node.visit_mut_children_with(self);
    }
}

fn script(text: &str) -> Result<Script, ParseError> {
    run(text, |parser| parser.parse_script())
}

fn module(text: &str) -> Result<Module, ParseError> {
    run(text, |parser| parser.parse_module())
}

type SwcParser<'a> = Parser<swc_ecma_parser::Lexer<'a>>;

fn run<T>(text: &str, parse: impl FnOnce(&mut SwcParser<'_>) -> Result<T, Error>) -> Result<T, ParseError> {
    // Without a source map, which would copy the text: nothing that is asked of a tree later needs one.
    let end = BytePos(FIRST.0 + u32::try_from(text.len()).map_err(|_| ParseError::TooLong)?);
    let syntax = Syntax::Es(EsSyntax { import_attributes: true, ..EsSyntax::default() });
    let lexer = swc_ecma_parser::Lexer::new(syntax, EsVersion::latest(), StringInput::new(text, FIRST, end), None);
    let mut parser = Parser::new_from(lexer);
    let tree = parse(&mut parser);
    let error = parser.take_errors().into_iter().next();
    match (tree, error) {
        (Ok(tree), None) => Ok(tree),
        (Ok(_), Some(error)) | (Err(error), _) => Err(describe(text, &error)),
    }
}

fn describe(text: &str, error: &Error) -> ParseError {
    let at = text.floor_char_boundary(error.span_lo().0.saturating_sub(FIRST.0) as usize);
    let line = text[..at].matches('\n').count() + 1;
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    ParseError::Syntax { line, column: text[start..at].chars().count() + 1, message: error.kind().msg().into_owned() }
}

/// A module by syntax: it imports, exports, or awaits outside of functions (then it did not parse as a script).
fn is_really_a_module(module: &Module) -> bool {
    let declares = module.body.iter().any(|item| matches!(item, ModuleItem::ModuleDecl(_)));
    declares || awaits_at_top(module)
}

fn awaits_at_top(module: &Module) -> bool {
    use swc_ecma_visit::{Visit, VisitWith};
    struct Awaits(bool);
    impl Visit for Awaits {
        fn visit_await_expr(&mut self, _: &swc_ecma_ast::AwaitExpr) {
            self.0 = true;
        }
        fn visit_for_of_stmt(&mut self, node: &swc_ecma_ast::ForOfStmt) {
            self.0 |= node.is_await;
            node.visit_children_with(self);
        }
        fn visit_function(&mut self, _: &swc_ecma_ast::Function) {}
        fn visit_arrow_expr(&mut self, _: &swc_ecma_ast::ArrowExpr) {}
        fn visit_class(&mut self, _: &swc_ecma_ast::Class) {}
    }
    let mut awaits = Awaits(false);
    module.visit_with(&mut awaits);
    awaits.0
}

/// True where a line begins as only a module's does: a cheap look before a parse.
pub fn mentions_module_syntax(text: &str) -> bool {
    let starts = |line: &str| ["import ", "import{", "export ", "await "].iter().any(|word| line.starts_with(word));
    text.lines().any(|line| starts(line.trim_start()))
}

/// The deepest run of open brackets, strings and comments counted like code: an upper bound is all that is needed.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_come_first_and_modules_by_syntax() {
        assert_eq!(parse("var a = 010; with (a) {}").unwrap().kind, Kind::Script);
        assert_eq!(parse("import {a} from 'b'; a();").unwrap().kind, Kind::Module);
        assert_eq!(parse("const x = await f();").unwrap().kind, Kind::Module);
        assert_eq!(parse("export const x = 1;").unwrap().kind, Kind::Module);
    }

    #[test]
    fn an_error_names_its_place() {
        let error = parse("var a = 1;\nvar b = ;").unwrap_err();
        assert!(matches!(error, ParseError::Syntax { line: 2, column: 9, .. }), "{error}");
    }

    #[test]
    fn brackets_go_and_come_back_where_they_are_needed() {
        let statements = parse_script("x = ((a + 1)) * (b); (function () {})();").unwrap();
        let text = crate::js::print_statements(statements).join(" ");
        assert_eq!(text, "x = (a + 1) * b; (function() {})();");
    }

    #[test]
    fn deep_nesting_is_refused_before_anything_recurses() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(parse(&deep).unwrap_err(), ParseError::TooDeep);
    }
}
