//! Every native under arguments that nobody should give it: whatever comes, it answers or throws, and in time.
//!
//! `PROPTEST_CASES=100000 cargo test --lib wrong_arguments` searches longer.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRng, TestRunner};
use rquickjs::{Context, Runtime};

use crate::doc;
use crate::shell::embedded::host::Host;
use crate::shell::embedded::outbox::Outbox;
use crate::shell::embedded::threads::{Mail, Threads};
use crate::shell::embedded::{bson_crossing, bytecode, engine};
use crate::shell::{Job, Limits};
use crate::wire::message::{Frame, op_msg};
use crate::wire::uri::Settings;

/// The file's time in one case: a native that waits, waits for this.
const TIME: Duration = Duration::from_millis(300);
/// What a case may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
const CALLS: usize = 25;

/// Values by their texts. `native` is what is under attack, and some call it from within a call.
const VALUES: &[&str] = &[
    "undefined",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "2",
    "-1",
    "0.5",
    "NaN",
    "Infinity",
    "-Infinity",
    "2147483648",
    "4294967295",
    "4294967296",
    "1e300",
    "5e-324",
    "9007199254740993",
    "7n",
    "-(2n ** 200n)",
    "''",
    "'admin'",
    "'a\\0b'",
    "'\\ud800'",
    "'1'",
    "'é'.repeat(70000)",
    "'../../etc/passwd'",
    "'127.0.0.1:1'",
    "'mongodb://u:p@h/?tls=true'",
    "'for (;;);'",
    "'throw null'",
    "'SCRAM-SHA-256'",
    "Symbol('s')",
    "Symbol.iterator",
    "/x/g",
    "new Date(NaN)",
    "new Date(8.64e15)",
    "new Date()",
    "() => 1",
    "class {}",
    "function* () {}",
    "async () => 1",
    "eval",
    "[]",
    "[1, [2, [3]]]",
    "new Array(4294967295)",
    "[,,1]",
    "({})",
    "({a: 1, b: {c: [1]}})",
    "Object.create(null)",
    "({__proto__: null, a: undefined})",
    "({'a\\0': 1})",
    "({'': 1, $db: 'x'})",
    "({ping: 1})",
    "({length: 4294967295})",
    "globalThis",
    "native",
    "Object.freeze({a: 1})",
    "new Map([[1, 2]])",
    "new Set([1])",
    "new WeakMap()",
    "Promise.reject(1)",
    "new Error('e')",
    "new String('s')",
    "Object(1n)",
    "Object(Symbol())",
    "(function () { return arguments; })(1, 2)",
    "new ArrayBuffer(0)",
    "new ArrayBuffer(9)",
    "new ArrayBuffer(8, {maxByteLength: 64})",
    "new SharedArrayBuffer(8)",
    "new Uint8Array(5)",
    "new Float64Array(3)",
    "new DataView(new ArrayBuffer(4))",
    "gone()",
    "new Uint8Array(gone())",
    "native.toBson({a: 1})",
    "native.toBson({values: [1]})",
    "bytes(5, 0, 0, 0, 0)",
    "bytes(255, 255, 255, 127, 0)",
    "bytes(12, 0, 0, 0, 5, 97, 0, 255, 255, 255, 255, 0)",
    "({get a() { throw new TypeError('t'); }})",
    "({get a() { throw null; }})",
    "({valueOf() { throw 1; }, toString() { throw 2; }})",
    "({toString() { return {}; }})",
    "({[Symbol.toPrimitive]() { return Symbol(); }})",
    "({toJSON() { throw 1; }})",
    "new Proxy({}, {})",
    "new Proxy(() => 1, {})",
    "new Proxy([], {})",
    "new Proxy({}, new Proxy({}, {get() { throw 5; }}))",
    "revoked()",
    "new Proxy({}, {ownKeys() { return ['a', 'a']; }})",
    "new Proxy({}, {getPrototypeOf() { throw 6; }})",
    "new Proxy({a: 1}, {get() { throw 7; }})",
    "new Proxy({}, {ownKeys() { return ['a']; }, getOwnPropertyDescriptor() { throw 8; }})",
    "around()",
    "deep(149)",
    "deep(160)",
    "deep(5000)",
    "NumberLong(5)",
    "NumberLong('9223372036854775807')",
    "NumberInt(-1)",
    "NumberDecimal('NaN')",
    "new ObjectId()",
    "MinKey",
    "MaxKey",
    "Timestamp(1, 2)",
    "BinData(0, 'AAAA')",
    "new Code('x')",
    "new Code('x', {a: 1})",
    "DBRef('a', 1)",
    "torn(NumberLong(1))",
    "torn(new ObjectId())",
    "torn(Timestamp(1, 1))",
    "torn(BinData(2, 'AAAA'))",
    "torn(NumberDecimal('1'))",
    "torn(new Code('x', {}))",
    "torn(DBRef('a', 1))",
    "Object.create(NumberLong.prototype)",
    "Object.create(BinData.prototype)",
    "within('runCommand', 0, 'x', {ping: 1})",
    "within('print', 'x')",
    "within('toBson', {a: 1})",
    "within('registerTypes', {})",
    "within('logIn', 0, 'a', 'b', 'c', '')",
    "within('openConnection', '')",
    "within('closeConnection', 1)",
    "within('sleep', 5)",
    "within('quit', 3)",
    "within('threadResult', new ArrayBuffer(3))",
    "within('gc')",
    "within('runJobs')",
    "within('evalScript', 'var q = 1', 'q')",
    "taking()",
];

/// What natives take: a wrong argument is only met if those before it are right.
const FITTING: &[&str] =
    &["0", "'x'", "''", "({ping: 1})", "({a: [1, {b: NumberLong(1)}]})", "native.toBson({values: []})"];

/// What the values are made with.
const MAKERS: &str = "
    const bytes = (...all) => new Uint8Array(all).buffer;
    const gone = () => { const one = new ArrayBuffer(16); one.transfer(); return one; };
    const revoked = () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; };
    const around = () => { const one = { a: [] }; one.a.push(one); return one; };
    const deep = (levels) => { let one = {}; while (levels--) one = { a: one }; return one; };
    const torn = (value) => { for (const name of Object.getOwnPropertyNames(value)) try { delete value[name]; } catch (e) {} return value; };
    const within = (name, ...values) => {
        const call = () => native[name](...values);
        return { get a() { return call(); }, toString: call, valueOf: call, get length() { return call(); } };
    };
    const taking = () => { const one = new ArrayBuffer(64); return { b: one, get a() { one.transfer(); return 1; }, c: one }; };
";

/// Which native, and its arguments.
type Call = (prop::sample::Index, Vec<&'static str>);

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let value = prop_oneof![1 => select(FITTING), 2 => select(VALUES)];
    prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(value, 0..7)), 1..=CALLS)
}

/// Answers `ok: 1` to whatever is asked, by as many threads as connections, until the process ends.
static SERVER: LazyLock<String> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let reply = doc! { "ok": 1.0, "isWritablePrimary": true, "maxWireVersion": 21, "a": [1, { "b": "c" }] }.to_bytes();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let reply = reply.clone();
            std::thread::spawn(move || {
                while let Ok(frame) = Frame::read(&mut stream) {
                    if stream.write_all(&op_msg(1, frame.request_id, 0, &reply)).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
});

static HARNESS: LazyLock<Arc<Vec<u8>>> = LazyLock::new(|| {
    let mut sent = Vec::new();
    bytecode::send(&mut sent).unwrap();
    Arc::new(bytecode::receive(&mut &sent[..]).unwrap())
});

fn job() -> Job {
    Job {
        name: "wrong.js".into(),
        path: "wrong.js".into(),
        server: Settings::of_addresses([SERVER.as_str()]),
        database: "test".into(),
        roots: vec!["harness/compat".into()],
        test_data: "{}".into(),
        limits: Limits { interrupt_after: TIME, read_timeout: TIME, memory: 64 << 20, output: 0 },
    }
}

/// One after another in one fresh engine, the natives as the harness has them. Gives how many gave a value, and the bytes
/// that the engine's heap holds after them.
fn run(calls: &[Call]) -> (usize, i64) {
    let outbox = Outbox::new(0);
    let threads = Threads::new(job(), outbox.clone(), Arc::clone(&HARNESS));
    let host = Rc::new(RefCell::new(Host::new(job(), outbox, threads.deadline())));
    let runtime = Runtime::new().unwrap();
    runtime.set_memory_limit(64 << 20);
    runtime.set_max_stack_size(engine::STACK);
    let file = threads.clone();
    runtime.set_interrupt_handler(Some(Box::new(move || file.must_end())));
    let context = Context::full(&runtime).unwrap();
    let _registered = bson_crossing::Registered;
    let answered = context.with(|ctx| {
        let quit = Rc::new(Cell::new(None));
        let native = super::install(&ctx, &host, &quit, (&threads, &Mail::default())).unwrap();
        if !bson_crossing::run_bytecode(&ctx, &HARNESS) {
            // A busy machine let the time pass. Where that is always so, too few calls are answered in the end.
            ctx.catch();
            return 0;
        }
        let names: Vec<String> = native.keys().map(Result::unwrap).collect();
        ctx.globals().set("native", native).unwrap();
        ctx.eval::<(), _>(MAKERS).unwrap();
        let answers = |(name, values): &&Call| {
            let call = format!("native[{:?}]({})", name.get(&names), values.join(", "));
            // What it throws is an answer, too, also what no `catch` of a script would see.
            ctx.eval::<rquickjs::Value<'_>, _>(call).inspect_err(|_| drop(ctx.catch())).is_ok()
        };
        calls.iter().filter(answers).count()
    });
    assert!(threads.end(PATIENCE), "a thread outlives its file");
    (answered, runtime.memory_usage().malloc_size)
}

#[test]
fn a_fresh_context_with_the_whole_harness_takes_less_than_a_mebibyte() {
    let (_, bytes) = run(&[]);
    // An engine without the harness has less than 200 KiB.
    assert!((300 << 10..1 << 20).contains(&bytes), "{bytes}");
}

#[test]
fn no_native_breaks_or_waits_for_ever_whatever_it_is_called_with() {
    let config = Config { failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let config = if std::env::var_os("PROPTEST_CASES").is_none() { Config { cases: 200, ..config } } else { config };
    let (made, answered, began) = (Cell::new(0), Cell::new(0), Instant::now());
    let mut runner = TestRunner::new_with_rng(config.clone(), TestRng::deterministic_rng(config.rng_algorithm));
    let outcome = runner.run(&calls(), |calls| {
        let started = Instant::now();
        let engine = std::thread::Builder::new().stack_size(engine::THREAD_STACK);
        let (count, shown) = (calls.len(), format!("{calls:?}"));
        let ended = engine.spawn(move || run(&calls)).unwrap().join();
        prop_assert!(ended.is_ok(), "a panic: {shown}");
        prop_assert!(started.elapsed() < PATIENCE, "{:?}: {shown}", started.elapsed());
        made.set(made.get() + count);
        answered.set(answered.get() + ended.map_or(0, |(answered, _)| answered));
        Ok(())
    });
    outcome.unwrap();
    println!("{} cases, {} of {} calls gave a value, {:?}", config.cases, answered.get(), made.get(), began.elapsed());
    assert!(answered.get() * 10 > made.get(), "hardly a call gets past the first look at its arguments");
}
