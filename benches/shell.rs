//! The embedded shell: start, pings, inserts, decoding on the practice server; pings beside mongosh on ferretdb.

mod measure;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use jstestfuzz::doc;
use jstestfuzz::process::cpu_time;
use jstestfuzz::server::{ServerChoice, ServerError, Topology, choose};
use jstestfuzz::shell::embedded::EmbeddedShell;
use jstestfuzz::shell::{Job, Limits, Report, Shell, ShellEnd};
use jstestfuzz::wire::message::op_msg;
use jstestfuzz::wire::uri::Settings;
use measure::{FUZZ, Target, cpu_of_children, mebibytes, median, peer_path, peer_script, row, run, skipped, turns};

/// One script may take so long.
const LONGEST: Duration = Duration::from_secs(120);
/// CPU time of a process is told in hundredths of a second: a script has to use some tenths.
const STARTS: u32 = 30;
const PINGS: u32 = 50_000;
const INSERTS: u32 = 30_000;
const FINDS: u32 = 500;
const FILES: u32 = 300;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("a folder with a UTF-8 name");
    let mut practice = start("practice", None, &folder).expect("the practice server");
    let place = Place::new(&folder, &first_address(&*practice));
    starts(&place);
    contexts(&place);
    pings(&place);
    inserts(&place);
    finds(&place);
    practice.stop(Duration::from_secs(5));
    let entry = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/ferretdb_socket.toml");
    match start("ferretdb", Some(entry.into()), &folder) {
        Ok(mut ferretdb) => {
            let address = first_address(&*ferretdb);
            beside_mongosh(&Place::new(&folder, &address), "by TCP");
            bare_pings(&address);
            beside_mongosh(&Place::new(&folder, &socket_below(&folder.join("ferretdb"))), "by a Unix socket");
            ferretdb.stop(Duration::from_secs(10));
        }
        Err(error) => skipped("CPU time of a ping, beside mongosh on ferretdb", &error.to_string()),
    }
}

fn start(name: &str, file: Option<Utf8PathBuf>, folder: &Utf8Path) -> Result<Box<dyn Topology>, ServerError> {
    let folder = folder.join(name);
    std::fs::create_dir_all(&folder).map_err(|error| ServerError::Infrastructure(error.to_string()))?;
    let choice = ServerChoice {
        own: Some(FUZZ.into()),
        name: Some(name.into()),
        file,
        bugs: Some("none".into()),
        ..ServerChoice::default()
    };
    let mut topology = choose(&choice, &folder)?.topology;
    topology.start()?;
    Ok(topology)
}

fn first_address(topology: &dyn Topology) -> String {
    topology.addresses().into_iter().next().expect("a server has an address")
}

/// The socket in a process's own folder, as a connection string writes it.
fn socket_below(folder: &Utf8Path) -> String {
    let folders = folder.read_dir_utf8().expect("the servers' folder").flatten();
    let mut sockets = folders.map(|one| one.path().join("mongodb.sock"));
    sockets.find(|path| path.exists()).expect("FerretDB's socket").as_str().replace('/', "%2F")
}

/// Where scripts lie and what they speak to.
struct Place {
    folder: Utf8PathBuf,
    uri: String,
}

/// What one script took.
struct Taken {
    cpu: Duration,
    wall: Duration,
    /// Peak resident memory of the worker so far, in MiB.
    peak: f64,
    /// Resident memory at the end that is no file's.
    own: f64,
}

impl Place {
    fn new(folder: &Utf8Path, address: &str) -> Self {
        Self { folder: folder.to_owned(), uri: format!("mongodb://{address}/test") }
    }

    fn job(&self, script: &str) -> Job {
        let path = self.folder.join("script.js");
        std::fs::write(&path, script).expect("a script in the temporary folder");
        Job {
            name: "script.js".into(),
            path,
            server: Settings::parse(&self.uri).expect("a connection string"),
            database: "test".into(),
            roots: Vec::new(),
            test_data: "{}".into(),
            limits: Limits { interrupt_after: LONGEST, read_timeout: LONGEST, memory: 256 << 20, output: 1 << 20 },
        }
    }

    /// Runs a script in a shell whose worker may run already; CPU and wall time from its first statement to its end.
    fn run(&self, shell: &mut EmbeddedShell, script: &str) -> Taken {
        let mut running = shell.run(&self.job(script)).expect("the embedded shell");
        let pid = running.pid().expect("the embedded shell is a process");
        let cpu = || cpu_time(pid).unwrap_or_default();
        let (mut cpu_before, mut started) = (cpu(), Instant::now());
        let deadline = started + LONGEST;
        loop {
            match running.next(deadline) {
                Some(Report::Started) => (cpu_before, started) = (cpu(), Instant::now()),
                Some(Report::Ended(ended)) => {
                    assert_eq!(ended.end, ShellEnd::Completed);
                    let peak = mebibytes(pid, "VmHWM");
                    let own = mebibytes(pid, "RssAnon");
                    return Taken { cpu: cpu() - cpu_before, wall: started.elapsed(), peak, own };
                }
                Some(_) => {}
                None => panic!("a script did not end within {LONGEST:?}"),
            }
        }
    }

    /// The median of some runs of a script in one worker that is warm, in seconds of CPU and of wall time.
    fn medians(&self, script: &str) -> (f64, f64) {
        let mut shell = EmbeddedShell::new(FUZZ.into());
        self.run(&mut shell, "db.runCommand({ping: 1});");
        let taken: Vec<Taken> = (0..turns()).map(|_| self.run(&mut shell, script)).collect();
        let of =
            |part: fn(&Taken) -> Duration| median(&taken.iter().map(|one| part(one).as_secs_f64()).collect::<Vec<_>>());
        (of(|taken| taken.cpu), of(|taken| taken.wall))
    }
}

/// Whole workers that run one line: their CPU time is a bound for the way to the first statement.
fn starts(place: &Place) {
    let mut peaks = Vec::new();
    let before = cpu_of_children();
    for _ in 0..STARTS {
        let mut shell = EmbeddedShell::new(FUZZ.into());
        peaks.push(place.run(&mut shell, "print(1);").peak);
    }
    let cpu = (cpu_of_children() - before) * 1_000.0 / f64::from(STARTS);
    let what = "embedded shell: CPU from the start of the process to the end of its first file, of one line";
    row(what, &format!("{cpu:.1} ms"), "", cpu, &Target::AtMost(20.0, " ms"));
    let most = format!("{:.1} MiB", median(&peaks));
    row("embedded shell: peak memory of the process after that", &most, "", 0.0, &Target::None);
}

/// Files of one line one after another in one worker.
fn contexts(place: &Place) {
    let mut shell = EmbeddedShell::new(FUZZ.into());
    let mut pid = None;
    let mut before = Duration::ZERO;
    for _ in 0..=FILES {
        let mut running = shell.run(&place.job("print(1);")).expect("the embedded shell");
        let this = running.pid().expect("the embedded shell is a process");
        while !matches!(running.next(Instant::now() + LONGEST), Some(Report::Ended(_)) | None) {}
        if pid.replace(this) != Some(this) {
            before = cpu_time(this).unwrap_or_default();
        }
    }
    let after = pid.and_then(cpu_time).unwrap_or_default();
    let each = (after - before).as_secs_f64() * 1_000.0 / f64::from(FILES);
    let what = "embedded shell: CPU of a file of one line in a fresh context with the whole harness";
    row(what, &format!("{each:.2} ms"), "", 0.0, &Target::None);
}

fn ping_loop(pings: u32) -> String {
    format!("for (var at = 0; at < {pings}; at++) db.runCommand({{ping: 1}});")
}

fn pings(place: &Place) {
    let (cpu, wall) = place.medians(&ping_loop(PINGS));
    let rate = f64::from(PINGS) / wall;
    let what = "embedded shell: pings a second on one connection to the practice server";
    row(what, &format!("{rate:.0}"), "", rate, &Target::AtLeast(15_000.0, ""));
    let each = cpu * 1e6 / f64::from(PINGS);
    row("embedded shell: CPU of such a ping", &format!("{each:.1} us"), "", 0.0, &Target::None);
}

fn inserts(place: &Place) {
    let document = "{_id: at, a: 1, b: 'text', c: [1, 2, 3], d: {e: 1.5}, f: true, g: null, h: new Date(0), \
                    i: NumberLong(7), j: 'more text'}";
    let script = format!("db.c.drop(); for (var at = 0; at < {INSERTS}; at++) db.c.insert({document});");
    let (cpu, wall) = place.medians(&script);
    let rate = f64::from(INSERTS) / wall;
    let each = cpu * 1e6 / f64::from(INSERTS);
    let what = "embedded shell: inserts a second of a document of ten fields, practice server";
    row(what, &format!("{rate:.0} ({each:.1} us of CPU each)"), "", 0.0, &Target::None);
}

fn finds(place: &Place) {
    let script = format!("for (var at = 0; at < {FINDS}; at++) db.c.find().limit(100).toArray();");
    let (cpu, _) = place.medians(&script);
    let each = cpu * 1_000.0 / f64::from(FINDS);
    let what = "embedded shell: CPU of a find that decodes 100 such documents";
    row(what, &format!("{each:.2} ms"), "", 0.0, &Target::None);
}

fn beside_mongosh(place: &Place, way: &str) {
    let what = &format!("CPU of a ping, beside mongosh, both on ferretdb {way}");
    let Some(mongosh) = peer_path(".bin/mongosh") else {
        return skipped(what, "mongosh is not installed; run benches/run");
    };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut our_peaks, mut their_peaks) = (Vec::new(), Vec::new());
    let (mut our_own, mut their_own) = (Vec::new(), Vec::new());
    let mut shell = EmbeddedShell::new(FUZZ.into());
    for _ in 0..turns() {
        let taken = place.run(&mut shell, &ping_loop(PINGS / 2));
        ours.push(taken.cpu.as_secs_f64() * 1e6 / f64::from(PINGS / 2));
        our_peaks.push(taken.peak);
        our_own.push(taken.own);
        let [cpu, peak, own] = mongosh_pings(&mongosh, &place.uri);
        theirs.push(cpu);
        their_peaks.push(peak);
        their_own.push(own);
    }
    let (ours, theirs) = (median(&ours), median(&theirs));
    let less = theirs / ours;
    let shown = format!("{ours:.1} us ({less:.0}x less)");
    row(what, &shown, &format!("{theirs:.0} us"), less, &Target::AtLeast(50.0, "x less"));
    memory("peak memory of the shell's process after those pings, beside mongosh", &our_peaks, &their_peaks);
    memory("the same without pages of files, which all workers share", &our_own, &their_own);
}

fn memory(what: &str, ours: &[f64], theirs: &[f64]) {
    let (ours, theirs) = (median(ours), median(theirs));
    let less = theirs / ours;
    let shown = format!("{ours:.1} MiB ({less:.0}x less)");
    row(what, &shown, &format!("{theirs:.0} MiB"), less, &Target::AtLeast(30.0, "x less"));
}

/// The same bytes sent and received by a loop that does nothing else: what is left then is the kernel's, and no client
/// that waits for its replies can do with less.
fn bare_pings(address: &str) {
    let ping = op_msg(1, 0, 0, &doc! { "ping": 1, "$db": "test" }.to_bytes());
    let mut stream = TcpStream::connect(address).expect("ferretdb takes a connection");
    stream.set_nodelay(true).expect("a socket without delay");
    let mut reply = [0; 4096];
    let cpu = || cpu_time(std::process::id()).unwrap_or_default().as_secs_f64();
    let mut taken = Vec::new();
    for _ in 0..turns() {
        let before = cpu();
        for _ in 0..PINGS / 2 {
            stream.write_all(&ping).expect("ferretdb takes a ping");
            let size = stream.read(&mut reply).expect("ferretdb answers");
            assert_eq!(reply.first_chunk().map(|length| i32::from_le_bytes(*length)), Some(size as i32));
        }
        taken.push((cpu() - before) * 1e6 / f64::from(PINGS / 2));
    }
    let what = "the same ping sent by a bare loop over a socket by TCP: what the kernel takes";
    row(what, &format!("{:.1} us", median(&taken)), "", 0.0, &Target::None);
}

/// Microseconds of CPU a ping, the peak of its memory in MiB, and the memory of its own at the end.
fn mongosh_pings(mongosh: &Utf8Path, uri: &str) -> [f64; 3] {
    let mut command = Command::new(mongosh);
    command.args(["--quiet", "--norc", uri, "--file"]).arg(peer_script("pings.js"));
    // Its settings lie where `benches/run` turned its telemetry off.
    command.envs(std::env::var("JSTESTFUZZ_PEERS").map(|folder| ("HOME", folder)));
    let (_, said) = run(&mut command);
    let figure = |word| said.lines().find_map(|line| line.strip_prefix(word)?.trim().parse().ok());
    ["microseconds", "mebibytes", "own"].map(|word| figure(word).unwrap_or_else(|| panic!("mongosh said: {said}")))
}
