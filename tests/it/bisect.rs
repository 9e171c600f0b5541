//! `triage bisect` against planted bugs: large files become small, and those that cannot be reduced are refused.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jstestfuzz::interrupt::Interrupts;
use jstestfuzz::judge::judge;
use jstestfuzz::run::check::Checks;
use jstestfuzz::run::{Batch, HangTimer};
use jstestfuzz::server::practice::bugs::{Class, Depth, PlantedBug, all};
use jstestfuzz::server::{ServerChoice, Shape, choose};
use jstestfuzz::shell::embedded::EmbeddedShell;
use jstestfuzz::shell::{Job, Limits, Note};
use jstestfuzz::triage::reduce::without_each;
use jstestfuzz::wrap::push_framed;

use crate::given_mongod::{program, serve};
use crate::program::{FUZZ, Place, Said, TRIAGE};

fn bug(id: &str) -> &'static PlantedBug {
    all().iter().find(|bug| bug.id == id).unwrap()
}

/// A fuzzed file of `count` innocent statements with these put in, evenly.
fn buried(count: usize, statements: &[String]) -> String {
    let innocent = |at: usize| match at % 5 {
        0 => format!("db.plain.insert({{a: {at}, b: 'x{at}'}});"),
        1 => format!("var n{at} = db.plain.find({{a: {{$lt: {at}}}}}).itcount();"),
        2 => format!("for (var i = 0; i < 3; i++) {{ db.other{}.update({{a: i}}, {{$set: {{b: 1}}}}); }}", at % 7),
        3 => format!("db.plain.createIndex({{c{}: 1}});", at % 3),
        _ => format!("db.runCommand({{count: 'plain', query: {{b: 'x{at}'}}}});"),
    };
    let mut all: Vec<String> = (0..count).map(innocent).collect();
    for (nth, statement) in statements.iter().enumerate() {
        all.insert(count * (nth + 1) / (statements.len() + 1) + nth, statement.clone());
    }
    let mut text = String::new();
    all.iter().enumerate().for_each(|(number, statement)| push_framed(&mut text, number, statement));
    text
}

/// The statements of a planted bug's smallest program.
fn statements(program: &str) -> Vec<String> {
    without_each(program).into_iter().map(|(statement, _)| statement).collect()
}

fn triage(place: &Place, words: &[&str]) -> Said {
    place.command(TRIAGE, words).output().unwrap().into()
}

fn bisect(place: &Place, file: &str, bug: &str, more: &[&str]) -> Said {
    let mut words = vec!["bisect", file, "--server", "practice", "--bugs", bug, "--no-capture", "--jobs", "2"];
    words.extend(more);
    triage(place, &words)
}

/// The smallest program without the comment on top.
fn smallest(place: &Place) -> String {
    let text = std::fs::read_to_string(place.path().join("fail.min.js")).unwrap();
    text.lines().filter(|line| !line.starts_with("// ")).map(|line| line.trim().to_owned() + "\n").collect()
}

/// Size without blanks.
fn ink(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

#[test]
fn a_run_may_end_as_soon_as_the_wanted_reply_was_seen() {
    let place = Place::new();
    let folder = camino::Utf8Path::from_path(place.path()).unwrap();
    let text = "db.runCommand({nonsense: 1}); for (var i = 0; i < 1000; i++) { db.runCommand({ping: 1}); sleep(50); }";
    let path = place.file("long.js", text);
    let choice = ServerChoice { own: Some(FUZZ.into()), name: Some("practice".into()), ..ServerChoice::default() };
    let mut chosen = choose(&choice, folder).unwrap();
    let (mut shell, interrupts) = (EmbeddedShell::new(FUZZ.into()), Interrupts::default());
    let far = Duration::from_secs(300);
    let timer = HangTimer { minimum: far, multiple: 10 };
    let mut batch = Batch::new(&mut shell, &mut *chosen.topology, &interrupts, timer, Checks::NONE);
    batch.set_cut(Some(Box::new(|note| matches!(note, Note::Failed { command, .. } if command == "nonsense"))));
    let limits = Limits { interrupt_after: far, read_timeout: far, memory: 64 << 20, output: 1 << 20 };
    let job = Job {
        name: "long.js".into(),
        path: path.into(),
        server: Default::default(),
        database: "test".into(),
        roots: Vec::new(),
        test_data: "{}".into(),
        limits,
    };
    let execution = batch.execute(&job, 0, &mut std::io::sink()).unwrap();
    assert!(execution.elapsed < Duration::from_secs(20), "{:?}", execution.elapsed);
    assert!(judge(&execution).failures().next().is_none(), "{:?}", judge(&execution));
}

/// The bug's program among innocent statements comes out no larger than it is, give or take a statement.
fn is_reduced(id: &str, count: usize, more: &[&str]) {
    let (place, bug) = (Place::new(), bug(id));
    let file = place.file("fail.js", buried(count, &statements(bug.program)));
    let said = bisect(&place, &file, id, more);
    assert_eq!(said.code, Some(0), "{}", said.all());
    let small = smallest(&place);
    assert!(ink(&small) <= ink(bug.program) + 30, "{small}\n{}", said.all());
    assert!(said.out.contains("10 of 10 runs on fresh servers"), "{}", said.all());
}

/// Those with a reply or an end at once, as every time; hangs, races, growth and sets have tests of their own or take minutes.
#[test]
fn every_planted_bug_that_answers_at_once_is_reduced_to_its_smallest_program() {
    use Class::{Deadlock, Decoy, DescriptorLeak, GrowingHang, LostWakeUp, MemoryLeak, Spin, Unreachable};
    let takes_long = [Deadlock, Decoy, DescriptorLeak, GrowingHang, LostWakeUp, MemoryLeak, Spin, Unreachable];
    let alone =
        |bug: &&PlantedBug| bug.shape() == Shape::Standalone && bug.depth != Depth::TwoClients && bug.tries == 1;
    let quick: Vec<_> = all().iter().filter(|bug| !takes_long.contains(&bug.class)).filter(alone).collect();
    assert!(quick.len() >= 25, "{}", quick.len());
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(bug) = quick.get(next.fetch_add(1, Ordering::Relaxed)) {
                    is_reduced(bug.id, 40, &[]);
                }
            });
        }
    });
}

#[test]
fn a_crash_is_reduced() {
    is_reduced("PRACTICE-1", 300, &[]);
}

#[test]
fn a_hang_is_reduced() {
    is_reduced("PRACTICE-5", 300, &["--hang-min", "1s"]);
}

#[test]
fn broken_data_is_reduced() {
    is_reduced("PRACTICE-4", 300, &[]);
}

#[test]
fn an_internal_error_is_reduced() {
    is_reduced("PRACTICE-6", 300, &[]);
}

#[test]
fn a_failure_that_needs_an_earlier_file_is_joined_with_it() {
    let (place, id) = (Place::new(), "PRACTICE-5");
    let all = statements(bug(id).program);
    let (before, last) = all.split_at(all.len() - 1);
    let innocent = |name: &str| place.file(name, buried(20, &[]));
    let batch = [innocent("1.js"), place.file("2.js", buried(20, before)), innocent("3.js"), innocent("4.js")];
    let file = place.file("fail.js", buried(20, last));
    let mut more = vec!["--hang-min", "1s", "--batch"];
    more.extend(batch.iter().map(String::as_str));
    let said = bisect(&place, &file, id, &more);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(said.out.contains("needs 2.js, joined with it into one script"), "{}", said.all());
    assert!(ink(&smallest(&place)) <= ink(bug(id).program) + 30, "{}", said.all());
}

#[test]
fn a_failure_that_needs_a_server_the_file_has_used_before_is_found_by_running_it_over_and_over() {
    let (place, id) = (Place::new(), "PRACTICE-1");
    let counts = "db.passes.insert({}); if (db.passes.count() > 2) { db.c.find({$addFields: {}}).itcount(); }";
    let file = place.file("fail.js", buried(20, &[counts.to_owned()]));
    let said = bisect(&place, &file, id, &[]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(said.out.contains("fails 3 of 3 runs where everything runs 3 times over on one server"), "{}", said.all());
    assert!(said.out.contains("joined with it into one script"), "{}", said.all());
    assert!(ink(&smallest(&place)) <= ink(bug(id).program) + 30, "{}", said.all());
}

#[test]
fn a_failure_that_comes_now_and_then_is_reduced_with_its_rate() {
    let (place, id) = (Place::new(), "PRACTICE-38");
    let file = place.file("fail.js", buried(15, &statements(bug(id).program)));
    let said = bisect(&place, &file, id, &["--seldom", "--budget", "15s"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    let small = smallest(&place);
    // A few innocent statements may be left: the time is bounded here, and each test takes some runs.
    assert!(small.contains("skip") && ink(&small) <= 400, "{small}\n{}", said.all());
    assert!(said.out.contains("with 95 % certainty"), "{}", said.all());
}

#[test]
fn a_failure_of_many_parts_is_said_to_be_flaky_probably_and_still_reduced() {
    let (place, id) = (Place::new(), "PRACTICE-1");
    let mut parts: Vec<String> = (0..8).map(|at| format!("db.parts.insert({{_id: {at}}});")).collect();
    parts.push("db.c.find(db.parts.count() == 8 ? {$addFields: {}} : {}).itcount();".into());
    let file = place.file("fail.js", buried(60, &parts));
    let said = bisect(&place, &file, id, &["--budget", "90s"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(said.out.contains("many parts needed, probably flaky: from here on"), "{}", said.all());
    assert!(ink(&smallest(&place)) <= ink(bug(id).program) + 30, "{}", said.all());
}

#[test]
fn a_rare_failure_is_reduced_by_running_each_candidate_until_it_fails() {
    let (place, id) = (Place::new(), "PRACTICE-38");
    let file = place.file("fail.js", buried(15, &statements(bug(id).program)));
    let said = bisect(&place, &file, id, &["--repeat-until", "40", "--budget", "40s"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    let small = smallest(&place);
    assert!(small.contains("skip") && ink(&small) <= 400, "{small}\n{}", said.all());
}

#[test]
fn a_signature_of_the_last_run_is_all_that_is_needed() {
    let place = Place::new();
    let file = place.file("fail.js", buried(50, &statements(bug("PRACTICE-1").program)));
    let run = place.fuzz(&["run", &file, "--server", "practice", "--bugs", "PRACTICE-1"]);
    assert_eq!(run.code, Some(1), "{}", run.all());
    let signature = place.summary()["failures"]["blocks"][0]["signature"].as_str().unwrap().to_owned();
    // Neither server nor bug is named: the record of the run knows them.
    let said = triage(&place, &["bisect", &signature[..8], "--jobs", "2"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(ink(&smallest(&place)) <= ink(bug("PRACTICE-1").program) + 30, "{}", said.all());
    let record = place.latest().join("executions/fail/record.json");
    let said = triage(&place, &["bisect", record.to_str().unwrap(), "--tests", "10"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
}

#[test]
fn a_run_ends_with_the_smallest_program_of_each_new_failure() {
    let place = Place::new();
    let words =
        ["--seed", "1", "--sets", "40", "--server", "practice", "--bugs", "PRACTICE-6", "--triage-budget", "20s"];
    let said = place.fuzz(&[&words[..], &["--stop-at-first-failure"]].concat());
    assert_eq!(said.code, Some(1), "{}", said.all());
    let block = &place.summary()["failures"]["blocks"][0];
    let minimal = &block["minimal"];
    assert!(minimal["text"].as_str().unwrap().contains("getMore"), "{block}");
    assert!(said.out.contains("minimal         ") && ink(minimal["text"].as_str().unwrap()) < 2_000, "{}", said.all());
    let kept = std::fs::read_to_string(minimal["path"].as_str().unwrap()).unwrap();
    assert!(kept.starts_with("// shows       internal error: "), "{kept}");
}

#[test]
fn a_file_that_does_not_fail_is_refused_and_nothing_is_written() {
    let place = Place::new();
    let file = place.file("fail.js", buried(10, &[]));
    let said = bisect(&place, &file, "none", &[]);
    assert_eq!(said.code, Some(3), "{}", said.all());
    assert!(said.errors.contains("12 runs, alone and in every other way, showed no failure"), "{}", said.all());
    assert!(!place.path().join("fail.min.js").exists());
    assert!(!place.path().join("fail.min.state").exists(), "what was begun for it goes, too");
}

#[test]
fn a_refusal_leaves_the_answers_of_an_earlier_bisection() {
    let place = Place::new();
    let file = place.file("fail.js", buried(10, &[]));
    std::fs::create_dir(place.path().join("fail.min.state")).unwrap();
    place.file("fail.min.state/answers.jsonl", "");
    let said = bisect(&place, &file, "none", &[]);
    assert_eq!(said.code, Some(3), "{}", said.all());
    assert!(place.path().join("fail.min.state/answers.jsonl").exists());
}

#[test]
fn the_smallest_program_never_takes_the_place_of_a_file_that_is_run() {
    let place = Place::new();
    let text = buried(10, &statements(bug("PRACTICE-1").program));
    let (file, before) = (place.file("fail.js", &text), place.file("before.js", &text));
    std::os::unix::fs::symlink(&file, place.path().join("link.js")).unwrap();
    let link = place.path().join("link.js");
    for out in [&file, &before, link.to_str().unwrap()] {
        let said = bisect(&place, &file, "PRACTICE-1", &["--batch", &before, "--minimal", out]);
        assert_eq!(said.code, Some(2), "{}", said.all());
        assert!(said.errors.contains("would be lost; choose another file with --minimal"), "{}", said.all());
    }
    assert!([&file, &before].iter().all(|path| std::fs::read_to_string(path).unwrap() == text));
    let said = bisect(&place, &file, "PRACTICE-1", &["--minimal", "nowhere/small.js"]);
    assert_eq!(said.code, Some(2), "{}", said.all());
    assert!(!place.path().join("fail.min.state").exists(), "nothing was started for it");
}

#[test]
fn where_no_server_starts_any_more_the_best_so_far_is_named() {
    let place = Place::new();
    let starts = place.path().join("starts");
    // The check takes three starts, and each candidate that fails one more.
    let refuses = format!("echo x >> {0}\n[ $(wc -l < {0}) -gt 8 ] && exit 1", starts.display());
    let mongod = program(&place, "mongod", &format!("{refuses}\n{}", serve("PRACTICE-1")));
    let file = place.file("fail.js", buried(100, &statements(bug("PRACTICE-1").program)));
    let said = triage(&place, &["bisect", &file, "--mongod", &mongod, "--no-capture", "--jobs", "1"]);
    assert_eq!(said.code, Some(75), "{}", said.all());
    assert!(said.out.contains("fail.min.js; the same command goes on from there"), "{}", said.all());
    assert!(ink(&smallest(&place)) < 2_000, "{}", said.all());
    std::fs::remove_file(&starts).unwrap();
    std::fs::write(&mongod, std::fs::read_to_string(&mongod).unwrap().replace("-gt 8", "-gt 800")).unwrap();
    let said = triage(&place, &["bisect", &file, "--mongod", &mongod, "--no-capture", "--jobs", "1"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(ink(&smallest(&place)) <= ink(bug("PRACTICE-1").program) + 30, "{}", said.all());
}

#[test]
fn a_file_that_fails_otherwise_is_refused_with_what_it_shows() {
    let place = Place::new();
    let file = place.file("fail.js", buried(10, &statements(bug("PRACTICE-1").program)));
    let run = place.fuzz(&["run", &file, "--server", "practice", "--bugs", "PRACTICE-1"]);
    assert_eq!(run.code, Some(1), "{}", run.all());
    place.file("fail.js", buried(10, &statements(bug("PRACTICE-6").program)));
    let record = place.latest().join("executions/fail/record.json");
    let words = ["bisect", record.to_str().unwrap(), "--server", "practice", "--bugs", "PRACTICE-6"];
    let said = triage(&place, &words);
    assert_eq!(said.code, Some(3), "{}", said.all());
    assert!(said.errors.contains("fails otherwise") && said.errors.contains("(code 8)"), "{}", said.all());
}

#[test]
fn what_is_no_target_is_told_in_one_sentence() {
    let place = Place::new();
    let said = triage(&place, &["bisect", "nowhere.js"]);
    assert_eq!(said.code, Some(2), "{}", said.all());
    assert!(said.errors.contains("there is no file 'nowhere.js'"), "{}", said.all());
}

#[test]
fn killed_in_the_middle_it_goes_on_and_ends_with_the_same_bytes() {
    let text = buried(150, &statements(bug("PRACTICE-4").program));
    let straight = Place::new();
    let said = bisect(&straight, &straight.file("fail.js", &text), "PRACTICE-4", &[]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    let place = Place::new();
    let file = place.file("fail.js", &text);
    let words = ["bisect", &file, "--server", "practice", "--bugs", "PRACTICE-4", "--no-capture", "--jobs", "2"];
    let mut child = place.command(TRIAGE, &words).spawn().unwrap();
    let answers = place.path().join("fail.min.state/answers.jsonl");
    let deadline = Instant::now() + Duration::from_secs(60);
    while std::fs::read_to_string(&answers).map_or(0, |text| text.lines().count()) < 8 {
        assert!(Instant::now() < deadline && child.try_wait().unwrap().is_none(), "it ended before it was killed");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let known = std::fs::read_to_string(&answers).unwrap().lines().count();
    let said = bisect(&place, &file, "PRACTICE-4", &[]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(known >= 8);
    assert_eq!(smallest(&place), smallest(&straight));
    assert!(!answers.exists(), "the state goes when it is done");
}
