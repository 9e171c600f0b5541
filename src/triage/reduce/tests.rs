//! The engine as a whole, with tests that answer in memory.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use camino::Utf8Path;
use proptest::prelude::*;

use super::*;
use crate::process::pause;
use crate::triage::reduce::passes::PASSES;
use crate::triage::reduce::program::Program;
use crate::wrap::push_framed;

/// Fails where all of these stand in the text.
struct Needs(Vec<&'static str>);

impl Test for Needs {
    fn name(&self) -> String {
        format!("needs {:?}", self.0)
    }

    fn try_it(&self, candidate: &str, _: &Cancel<'_>) -> Outcome {
        let fails = self.0.iter().all(|needed| candidate.contains(needed));
        if fails { Outcome::StillFails } else { Outcome::Passes }
    }
}

/// Fails where all of these stand in the text one after another.
struct InOrder(Vec<&'static str>);

impl Test for InOrder {
    fn name(&self) -> String {
        format!("in order {:?}", self.0)
    }

    fn try_it(&self, candidate: &str, _: &Cancel<'_>) -> Outcome {
        let rest = self.0.iter().try_fold(candidate, |rest, needed| rest.split_once(needed).map(|(_, rest)| rest));
        if rest.is_some() { Outcome::StillFails } else { Outcome::Passes }
    }
}

/// Answers as another test does, after a while that differs from call to call; counts, and gives up after some.
struct Slow<'a> {
    inner: &'a dyn Test,
    calls: AtomicUsize,
    most: usize,
}

impl<'a> Slow<'a> {
    fn new(inner: &'a dyn Test, most: usize) -> Self {
        Self { inner, calls: AtomicUsize::new(0), most }
    }
}

impl Test for Slow<'_> {
    fn name(&self) -> String {
        self.inner.name()
    }

    fn try_it(&self, candidate: &str, stop: &Cancel<'_>) -> Outcome {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        if call >= self.most {
            return Outcome::Stopped;
        }
        let hash = blake3::hash(&[candidate.as_bytes(), &call.to_le_bytes()].concat());
        pause(Duration::from_micros(u64::from(hash.as_bytes()[0]) * 4));
        self.inner.try_it(candidate, stop)
    }
}

fn with(test: &dyn Test, options: Options, journal: Journal, text: &str) -> Result<Reduced, ReduceError> {
    let mut progress = |_: &Progress<'_>| Ok(());
    Reduction { test, options, journal, stop: &|| false, progress: &mut progress }.run(text)
}

fn reduced(test: &dyn Test, text: &str) -> Reduced {
    with(test, Options::default(), Journal::in_memory(), text).unwrap()
}

/// Statements of several kinds around those that matter.
fn file(statements: usize, needed: &[(usize, &str)]) -> String {
    let filler = |at: usize| match at % 5 {
        0 => format!("var v{at} = db.c{at};\n"),
        1 => format!("v{}.insert({{a: {at}, b: ['x', {{c: null}}]}});\n", at - 1),
        2 => format!("for (var i = 0; i < {at}; i++) {{ f(i); g({at}); }}\n"),
        3 => format!("function h{at}(p) {{ return p + {at}; }}\n"),
        _ => format!("try {{ h{}(1); }} catch (e) {{ print(e); }}\n", at - 1),
    };
    let one =
        |at| needed.iter().find(|(place, _)| *place == at).map_or_else(|| filler(at), |(_, text)| format!("{text}\n"));
    (0..statements).map(one).collect()
}

const SPREAD: [(usize, &str); 3] = [
    (13, "function deep(x) { if (x) { while (a) { first(b, {c: 1}); } } else { c(); } return 1; }"),
    (31, "var long = [1, 2, second(3), {d: 'text'}], other = 5;"),
    (38, "g(function () { try { third(long); } finally { e(); } });"),
];

#[test]
fn what_matters_is_left() {
    let test = Needs(vec!["first(", "second(", "third("]);
    let small = reduced(&test, &file(40, &SPREAD));
    assert_eq!(small.text, "first();\nsecond();\nthird();\n");
    assert_eq!(small.ending, Ending::Minimal);
    assert!(small.stages.iter().any(|stage| stage.stage == "statements" && stage.removed > 0));
}

#[test]
fn a_number_and_a_string_that_matter_shrink_in_few_tests() {
    struct AtLeast;
    impl Test for AtLeast {
        fn name(&self) -> String {
            "f(n) with n of at least 777, and the middle of a text".into()
        }
        fn try_it(&self, candidate: &str, _: &Cancel<'_>) -> Outcome {
            let number = candidate.split_once("f(").and_then(|(_, rest)| rest.split(')').next()?.parse::<f64>().ok());
            let fails = number.is_some_and(|number| number >= 777.0) && candidate.contains("needle");
            if fails { Outcome::StillFails } else { Outcome::Passes }
        }
    }
    let small = reduced(&AtLeast, &format!("f(100000);\ng('{}needle{}');\n", "hay".repeat(40), "stack".repeat(30)));
    assert_eq!(small.text, "f(777);\n\"needle\";\n");
    assert!(small.tests() < 350, "{}", small.tests());
}

#[test]
fn the_test_is_checked_first() {
    let error = |needed| with(&Needs(needed), Options::default(), Journal::in_memory(), "f();").unwrap_err();
    assert!(matches!(error(vec!["g"]), ReduceError::PassesOnOriginal));
    assert!(matches!(error(vec![]), ReduceError::FailsOnEmpty));
}

#[test]
fn what_is_no_script_is_refused_before_any_test() {
    let inner = Needs(vec!["f"]);
    let test = Slow::new(&inner, usize::MAX);
    let error = |text| with(&test, Options::default(), Journal::in_memory(), text).unwrap_err();
    assert!(matches!(error("f(;"), ReduceError::DoesNotParse(reason) if reason.contains("line 1, column 3")));
    assert!(matches!(error("import f from 'f'; f();"), ReduceError::Module));
    assert_eq!(test.calls.load(Ordering::Relaxed), 0);
}

#[test]
fn a_broken_file_is_reduced_by_lines() {
    let text = "a(;\nb\nkeep {\nc\nalso(\nd\n";
    let test = Needs(vec!["keep {", "also("]);
    let mut progress = |_: &Progress<'_>| Ok(());
    let reduction = Reduction {
        test: &test,
        options: Options::default(),
        journal: Journal::in_memory(),
        stop: &|| false,
        progress: &mut progress,
    };
    assert_eq!(reduction.run_lines(text).unwrap().text, "keep {\nalso(\n");
}

#[test]
fn neither_threads_nor_timing_change_the_result() {
    let test = Needs(vec!["first(", "second(", "third(long"]);
    let text = file(40, &SPREAD);
    let plain = reduced(&test, &text);
    for jobs in [1, 2, 5] {
        let slow = Slow::new(&test, usize::MAX);
        let options = Options { jobs, ..Options::default() };
        let again = with(&slow, options, Journal::in_memory(), &text).unwrap();
        assert_eq!((again.text, again.ending), (plain.text.clone(), plain.ending), "{jobs} jobs");
        let tests =
            |stages: &[StageCost]| stages.iter().map(|one| (one.stage, one.tests, one.removed)).collect::<Vec<_>>();
        assert_eq!(tests(&again.stages), tests(&plain.stages), "{jobs} jobs");
    }
}

#[test]
fn a_budget_ends_with_the_best_so_far_whatever_the_number_of_threads() {
    let test = Needs(vec!["first(", "second("]);
    let text = file(40, &SPREAD);
    let ended = |jobs| {
        let options = Options { jobs, tests: Some(17), ..Options::default() };
        with(&test, options, Journal::in_memory(), &text).unwrap()
    };
    let (one, three) = (ended(1), ended(3));
    assert_eq!((one.ending, one.tests()), (Ending::TestsSpent, 17));
    assert!(one.text.len() < text.len() && test.0.iter().all(|needed| one.text.contains(needed)));
    assert_eq!(one.text, three.text);
}

#[test]
fn spent_time_and_interrupts_end_with_the_best_so_far() {
    let test = Needs(vec!["first("]);
    let text = file(20, &SPREAD[..1]);
    let options = Options { time: Some(Duration::from_secs(0)), ..Options::default() };
    assert!(matches!(
        with(&test, options, Journal::in_memory(), &text),
        Err(ReduceError::EndedEarly(Ending::TimeSpent))
    ));
    let slow = Slow::new(&test, 9);
    let small = with(&slow, Options::default(), Journal::in_memory(), &text).unwrap();
    assert_eq!(small.ending, Ending::Interrupted);
    assert!(small.text.len() < text.len() && small.text.contains("first("));
}

#[test]
fn a_test_that_cannot_be_made_ends_the_reduction() {
    struct Broken;
    impl Test for Broken {
        fn name(&self) -> String {
            "broken".into()
        }
        fn try_it(&self, _: &str, _: &Cancel<'_>) -> Outcome {
            Outcome::Broken("no server comes up".into())
        }
    }
    let error = with(&Broken, Options::default(), Journal::in_memory(), "f();").unwrap_err();
    assert_eq!(error.to_string(), "no server comes up");
}

#[test]
fn a_hint_saves_tests_and_a_wrong_one_does_no_harm() {
    let test = Needs(vec!["first(", "third("]);
    let text = file(40, &SPREAD);
    let hinted = |hint: &[usize]| {
        let options = Options { hint: hint.to_vec(), ..Options::default() };
        with(&test, options, Journal::in_memory(), &text).unwrap()
    };
    let (without, right, wrong) = (hinted(&[]), hinted(&[13, 38]), hinted(&[2, 9_999]));
    assert_eq!((&right.text, &wrong.text), (&without.text, &without.text));
    assert!(right.tests() < without.tests(), "{} {}", right.tests(), without.tests());
    assert!(wrong.tests() <= without.tests() + 2);
}

fn wrapped() -> String {
    let mut text = "var $tameSeed = 1;\n".to_owned();
    for (at, statement) in ["f();", "var a = first();", "g();", "second(a);", "h();"].iter().enumerate() {
        push_framed(&mut text, at, statement);
    }
    text
}

#[test]
fn frames_go_with_their_statements() {
    let test = Needs(vec!["first(", "second("]);
    assert_eq!(reduced(&test, &wrapped()).text, "first();\nsecond();\n");
}

#[test]
fn frames_stay_when_they_are_wanted() {
    let test = Needs(vec!["first(", "second("]);
    let options = Options { keep_wrapping: true, ..Options::default() };
    let small = with(&test, options, Journal::in_memory(), &wrapped()).unwrap().text;
    let mut expected = String::new();
    push_framed(&mut expected, 1, "first();");
    push_framed(&mut expected, 3, "second();");
    assert_eq!(small, expected);
}

#[test]
fn frames_that_matter_stay() {
    // As if the first threw: nothing of the second is met without a catch around it.
    let test = InOrder(vec!["try {", "first(", "} catch", "second("]);
    assert_eq!(reduced(&test, &wrapped()).text, "try {\n    first();\n} catch  {}\nsecond();\n");
}

/// Texts whose failure hangs on several words of a file.
fn words() -> impl Strategy<Value = (usize, BTreeSet<usize>, u64)> {
    (5_usize..40, prop::collection::btree_set(0_usize..12, 1..4), any::<u64>())
}

const WORDS: [&str; 12] =
    ["v0", ".insert(", "f(i)", "null", "return", "print(e)", "x", "for", "function", "catch", "b:", "7"];

/// Fails where most of the words stand, and only in texts of some hashes: not monotone at all.
struct Jumpy(Vec<&'static str>, u64);

impl Test for Jumpy {
    fn name(&self) -> String {
        format!("jumpy {:?} {}", self.0, self.1)
    }

    fn try_it(&self, candidate: &str, _: &Cancel<'_>) -> Outcome {
        let all = self.0.iter().all(|needed| candidate.contains(needed));
        let hash = blake3::keyed_hash(&[self.1 as u8; 32], candidate.as_bytes());
        let large = candidate.lines().count() > 20;
        if all && (large || hash.as_bytes()[0] > 63) { Outcome::StillFails } else { Outcome::Passes }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn results_still_fail_and_are_one_minimal((statements, words, seed) in words()) {
        let text = file(statements, &[]);
        let needed: Vec<&'static str> = words.iter().map(|at| WORDS[*at]).filter(|word| text.contains(word)).collect();
        prop_assume!(!needed.is_empty());
        let test = Jumpy(needed, seed);
        let never = || false;
        let fails = |text: &str| test.try_it(text, &Cancel::new(&never, None)) == Outcome::StillFails;
        prop_assume!(fails(&text));
        let small = reduced(&test, &text);
        prop_assert!(fails(&small.text));
        prop_assert!(!is_smaller(&text, &small.text));
        if small.text == text {
            return Ok(());
        }
        let program = Program::read(&small.text).unwrap();
        for pass in PASSES {
            let plan = pass.plan(&program);
            for edit in 0..plan.count() {
                if let Some(smaller) = plan.candidate(&BTreeSet::from([edit])) {
                    prop_assert!(!fails(&smaller), "{} makes {:?} of {:?}", pass.name(), smaller, small.text);
                }
            }
        }
    }

    #[test]
    fn a_killed_reduction_goes_on_and_ends_alike((statements, words, seed) in words(), killed in 2_usize..60, jobs in 1_usize..4) {
        let text = file(statements, &[]);
        let needed: Vec<&'static str> = words.iter().map(|at| WORDS[*at]).filter(|word| text.contains(word)).collect();
        prop_assume!(!needed.is_empty());
        let test = Jumpy(needed, seed);
        prop_assume!(test.try_it(&text, &Cancel::new(&|| false, None)) == Outcome::StillFails);
        let whole = reduced(&test, &text);
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let first = Slow::new(&test, killed);
        let options = Options { jobs, ..Options::default() };
        let _ = with(&first, options.clone(), Journal::open(folder).unwrap(), &text);
        let known = Journal::open(folder).unwrap().len();
        let second = Slow::new(&test, usize::MAX);
        let again = with(&second, options, Journal::open(folder).unwrap(), &text).unwrap();
        prop_assert_eq!(&again.text, &whole.text);
        prop_assert_eq!(again.tests(), whole.tests());
        prop_assert_eq!(second.calls.load(Ordering::Relaxed) as u64, whole.tests() - known as u64);
    }
}

#[test]
fn the_same_text_is_never_tested_twice() {
    struct Once(Needs, Mutex<BTreeSet<String>>);
    impl Test for Once {
        fn name(&self) -> String {
            self.0.name()
        }
        fn try_it(&self, candidate: &str, stop: &Cancel<'_>) -> Outcome {
            assert!(self.1.lock().unwrap().insert(candidate.to_owned()), "twice: {candidate}");
            self.0.try_it(candidate, stop)
        }
    }
    let test = Once(Needs(vec!["first(", "second(", "third("]), Mutex::default());
    let options = Options { jobs: 3, ..Options::default() };
    with(&test, options, Journal::in_memory(), &file(40, &SPREAD)).unwrap();
}

#[test]
fn a_failure_of_many_parts_is_told_and_ended_where_that_is_wanted() {
    let words = ["a1", "b2", "c3", "d4", "e5", "f6", "g7", "h8"];
    let lines = (0..64).map(|at| if at % 8 == 3 { format!("{}();\n", words[at / 8]) } else { format!("x{at}();\n") });
    let (text, test) = (lines.collect::<String>(), Needs(words.to_vec()));
    let run = |words: &[&'static str], wary| {
        let (test, mut told) = (Needs(words.to_vec()), 0);
        let mut progress = |event: &Progress<'_>| {
            told += u32::from(matches!(event, Progress::ManyParts { parts } if *parts > 6));
            Ok(())
        };
        let (options, journal) = (Options { wary, ..Options::default() }, Journal::in_memory());
        let reduction = Reduction { test: &test, options, journal, stop: &|| false, progress: &mut progress };
        (reduction.run(&text).unwrap(), told)
    };
    let (reduced, told) = run(&words, false);
    assert_eq!((reduced.ending, told), (Ending::Minimal, 1));
    let (reduced, told) = run(&words, true);
    assert_eq!((reduced.ending, told), (Ending::ManyParts, 1));
    assert_eq!(test.try_it(&reduced.text, &Cancel::new(&|| false, None)), Outcome::StillFails);
    let (reduced, told) = run(&words[..4], true);
    assert_eq!((reduced.ending, told), (Ending::Minimal, 0), "few parts are nothing to speak of");
}
