//! Functions of a stack as signatures show them: no arguments, templates, addresses or numbers that compilers make.

use std::sync::LazyLock;

use regex::Regex;

use super::symptom::glob;
use crate::run::{Frame, Tongue};

/// Frames in a symptom: fewer tell too little apart, more drift with every refactoring.
const FRAMES: usize = 3;
/// A function that stands so often in one stack is part of a recursion.
const RECURSION: usize = 3;

/// Patterns of functions that say nothing about a bug.
static LIBRARY: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let lines = include_str!("library_frames.txt").lines();
    lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
});

/// What compilers add to a name: clones, hashes, versions of symbols.
static ADDED: LazyLock<Regex> = LazyLock::new(|| {
    let text = r"(?:\+0x[0-9a-f]+|@@?[A-Z]\w*[\d.]*|\.(?:cold|part|isra|constprop|llvm|lto_priv|localalias)(?:\.\d+)*|::h[0-9a-f]{16}| \[clone [^\]]*\]|\[abi:\w+\])+";
    Regex::new(text).expect("the pattern is well formed")
});
/// `{closure#0}`, `{impl#3}`
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{(\w+)#\d+\}").expect("the pattern is well formed"));
static GO_CLOSURE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:\.func\d+|\.gowrap\d+|\.\d+|-fm)+$").expect("the pattern is well formed"));
static JAVA_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:\$\$Lambda[/$.\w]*|\$\d+|Accessor\d+|/0x[0-9a-f]+)").expect("the pattern is well formed")
});

/// The functions that tell a stack from others.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Telling {
    /// At most three, innermost first.
    pub functions: Vec<String>,
    /// False where only libraries were met, which many bugs share.
    pub own: bool,
}

/// The first three functions of the project, or simply the first three where all are of libraries. Of a stack that ran
/// over it is the recursion, in the order of the alphabet, as the place where it ends is chance.
pub fn telling(stack: &[Frame]) -> Telling {
    let names: Vec<String> = stack.iter().map(clean).filter(|name| !name.is_empty()).collect();
    let project: Vec<&String> = names.iter().filter(|name| !is_library(name)).collect();
    let own = !project.is_empty();
    let count = |name: &&&String| project.iter().filter(|other| other == name).count();
    let recursion: std::collections::BTreeSet<&String> =
        project.iter().filter(|name| count(name) >= RECURSION).copied().collect();
    let mut functions: Vec<&String> = if !recursion.is_empty() {
        recursion.into_iter().collect()
    } else if own {
        project
    } else {
        names.iter().collect()
    };
    functions.dedup();
    functions.truncate(FRAMES);
    Telling { functions: functions.into_iter().map(|name| without_package_path(name)).collect(), own }
}

/// Go names functions by the whole path of their package, versions included.
fn without_package_path(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).to_owned()
}

/// True for a function that says nothing about a bug.
pub fn is_library(name: &str) -> bool {
    LIBRARY.iter().any(|pattern| glob(pattern, name))
}

/// A function's name as signatures show it.
pub fn clean(frame: &Frame) -> String {
    match frame.tongue {
        Tongue::Go => {
            let name = frame.function.rsplit_once('(').filter(|(_, tail)| tail.ends_with(')') && !tail.contains('*'));
            let name = name.map_or(frame.function.as_str(), |(name, _)| name);
            GO_CLOSURE.replace(&name.replace("[...]", ""), "").into_owned()
        }
        Tongue::Java => JAVA_NUMBER.replace_all(&frame.function, "").into_owned(),
        Tongue::Rust => path(&rust_trait(&NUMBERED.replace_all(&ADDED.replace_all(&frame.function, ""), "$1"))),
        Tongue::Native => native(&frame.function),
    }
}

/// `<a::B as c::D>::e` is `a::B::e`.
fn rust_trait(name: &str) -> String {
    let name = name.replace("{{closure}}", "closure");
    let Some(rest) = name.strip_prefix('<') else { return name };
    let mut depth = 1;
    let end = rest.char_indices().find(|(_, c)| {
        depth += i32::from(*c == '<') - i32::from(*c == '>');
        depth == 0
    });
    let Some((end, _)) = end else { return name };
    let (inner, tail) = (&rest[..end], &rest[end + 1..]);
    let kind = inner.split(" as ").next().unwrap_or(inner).trim_start_matches("impl ");
    format!("{kind}{tail}")
}

fn native(symbol: &str) -> String {
    let plain = ADDED.replace_all(symbol, "");
    let mangled = plain.starts_with("_Z").then(|| cpp_demangle::Symbol::new(plain.as_bytes()).ok()?.demangle().ok());
    let name = mangled.flatten().unwrap_or_else(|| plain.into_owned());
    if let Some(rust) = name.strip_prefix('<').filter(|_| name.contains(" as ")) {
        return path(&rust_trait(&format!("<{rust}")));
    }
    let name = name
        .replace("(anonymous namespace)", "anon")
        .replace("operator()", "call")
        .replace("operator new", "operator")
        .replace("operator delete", "operator");
    path(&ADDED.replace_all(&lambdas(&operators(&name)), ""))
}

/// `{lambda(int)#1}` and `$_0` are numbered by the compiler.
fn lambdas(name: &str) -> String {
    static LAMBDA: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\{lambda\(.*?\)(?: const)?#\d+\}|'lambda\d*'(?:\([^)]*\))?|\$_\d+")
            .expect("the pattern is well formed")
    });
    LAMBDA.replace_all(name, "lambda").into_owned()
}

/// `operator<<` holds brackets that open nothing.
fn operators(name: &str) -> String {
    static OPERATOR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"operator(?:<=>|<<=?|>>=?|->\*?|[<>]=?|\[\])").expect("the pattern is well formed")
    });
    OPERATOR.replace_all(name, "operator").into_owned()
}

/// Takes away everything in brackets, then a return type before the name.
fn path(name: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::new();
    let mut before = ' ';
    for c in name.chars() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' if before == '-' => {}
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
        before = c;
    }
    let mut words =
        out.split_whitespace().filter(|word| !matches!(*word, "const" | "&" | "&&" | "noexcept" | "volatile"));
    words.next_back().unwrap_or_default().replace("::::", "::").trim_matches(':').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(tongue: Tongue, function: &str) -> String {
        clean(&Frame { tongue, function: function.into() })
    }

    fn native_stack(names: &[&str]) -> Vec<String> {
        let frame = |name: &&str| Frame { tongue: Tongue::Native, function: (*name).into() };
        telling(&names.iter().map(frame).collect::<Vec<_>>()).functions
    }

    #[test]
    fn names_of_cpp_lose_arguments_templates_and_clones() {
        for (shown, wanted) in [
            ("_ZN5mongo15printStackTraceERSo", "mongo::printStackTrace"),
            ("mongo::Foo<int, std::less<int>>::bar(mongo::BSONObj const&) const", "mongo::Foo::bar"),
            ("void mongo::call<int>(int) [clone .cold]", "mongo::call"),
            ("mongo::(anonymous namespace)::abruptQuit(int)", "mongo::anon::abruptQuit"),
            ("mongo::f()::{lambda(int)#2}::operator()(int) const", "mongo::f::lambda::call"),
            ("mongo::operator<<(std::ostream&, int)", "mongo::operator"),
            ("mongo::g.isra.0", "mongo::g"),
            ("raise@@GLIBC_2.2.5", "raise"),
        ] {
            assert_eq!(cleaned(Tongue::Native, shown), wanted, "{shown}");
        }
    }

    #[test]
    fn names_of_rust_go_and_java_lose_what_compilers_number() {
        assert_eq!(cleaned(Tongue::Rust, "<a::B<T> as c::D>::e::{{closure}}::h0123456789abcdef"), "a::B::e::closure");
        assert_eq!(cleaned(Tongue::Rust, "a::b::c::h0123456789abcdef"), "a::b::c");
        assert_eq!(cleaned(Tongue::Rust, "a::{impl#3}::b::{closure#0}"), "a::impl::b::closure");
        assert_eq!(cleaned(Tongue::Go, "x.org/y/v2.(*Handler).msgFind.func1.2"), "x.org/y/v2.(*Handler).msgFind");
        assert_eq!(cleaned(Tongue::Java, "a.B$1.lambda$f$12"), "a.B.lambda$f");
        assert_eq!(cleaned(Tongue::Java, "a.B$$Lambda$14/0x0000000800c0.run"), "a.B");
    }

    #[test]
    fn library_frames_are_passed_over() {
        let stack = native_stack(&[
            "raise",
            "abort",
            "mongo::invariantFailed",
            "mongo::A::f()",
            "std::x",
            "mongo::g",
            "mongo::h",
            "mongo::i",
        ]);
        assert_eq!(stack, ["mongo::A::f", "mongo::g", "mongo::h"]);
        assert_eq!(native_stack(&["raise", "abort"]), ["raise", "abort"]);
        let library = Frame { tongue: Tongue::Native, function: "raise".into() };
        assert!(!telling(std::slice::from_ref(&library)).own && !telling(&[]).own);
    }

    #[test]
    fn of_a_recursion_it_does_not_matter_where_it_ended() {
        let from = |start: usize| -> Vec<&str> { ["a::f", "a::g"].into_iter().cycle().skip(start).take(12).collect() };
        assert_eq!(native_stack(&from(0)), native_stack(&from(1)));
        assert_eq!(native_stack(&from(0)), ["a::f", "a::g"]);
    }
}
