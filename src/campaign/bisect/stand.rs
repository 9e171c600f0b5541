//! Servers side by side on which candidates are run: each stand is a thread with a server and a shell of its own.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::together::Together;
use super::trial::Trial;
use super::wanted::Wanted;
use crate::campaign::clients::open_others;
use crate::campaign::desk::File;
use crate::campaign::job::job;
use crate::campaign::options::RunOptions;
use crate::campaign::rerun::given;
use crate::interrupt::Interrupts;
use crate::judge::{Judgement, judge, judge_note};
use crate::process::own_executable;
use crate::run::capture::Capturer;
use crate::run::check::Checks;
use crate::run::{Batch, Cut, Execution, HangTimer};
use crate::server::{Chosen, ServerChoice, choose};
use crate::shell::Shell;
use crate::wire::tap::{Tap, Tapped};
use crate::wire::turns::{Step, Turns};

/// A server that is asked to end may take so long.
const IN_PEACE: Duration = Duration::from_secs(60);
/// Ports between the first ports of two stands.
const PORTS: u16 = 50;

/// What a trial came to.
#[derive(Debug)]
pub struct Seen {
    /// Of the last file that was run.
    pub execution: Execution,
    /// What is to be said of it.
    pub judgement: Judgement,
    /// It is of the server's end, not of the files' runs.
    pub shows_at_end: bool,
    /// The server had run nothing else.
    pub fresh: bool,
    /// Files that ran, the last of which is the execution's.
    pub files: usize,
    /// The commands of the last file, if they were to be kept.
    pub tapped: Vec<Tapped>,
    /// The order of its clients' commands, if they took turns.
    pub order: Vec<Step>,
    /// Commands that did not get their turn.
    pub untimely: u32,
}

/// What every stand needs.
pub struct Setting<'a> {
    /// Server, shell and bounds.
    pub options: &'a RunOptions,
    /// Folders that `load()` may read.
    pub roots: &'a [Utf8PathBuf],
    /// Where servers and captures go.
    pub folder: &'a Utf8Path,
    /// Who may stop it.
    pub interrupts: &'a Interrupts,
    /// What other clients run beside the last file of a trial.
    pub together: &'a Together,
}

type Order = (Trial, Sender<Result<Seen, String>>);

/// The way to the stands, from any thread.
pub struct Stands {
    orders: Mutex<Sender<Order>>,
}

impl Stands {
    /// Sets up `count` stands as long as `work` runs. Their servers start with their first trial.
    pub fn set_up<T>(setting: &Setting<'_>, count: usize, work: impl FnOnce(&Self) -> T) -> T {
        let (sender, orders) = channel::<Order>();
        let orders = Mutex::new(orders);
        std::thread::scope(|scope| {
            for index in 0..count {
                let orders = &orders;
                scope.spawn(move || serve(setting, index, orders));
            }
            let stands = Self { orders: Mutex::new(sender) };
            work(&stands)
        })
    }

    /// Hands a trial to the next free stand; the answer comes on the receiver.
    pub fn order(&self, trial: Trial) -> Receiver<Result<Seen, String>> {
        let (sender, answer) = channel();
        let orders = self.orders.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Without stands nobody answers, which the receiver tells.
        let _ = orders.send((trial, sender));
        answer
    }

    /// Hands a trial over and waits for what it comes to.
    ///
    /// # Errors
    /// See [`answer_of`].
    pub fn run(&self, trial: Trial) -> Result<Seen, String> {
        answer_of(&self.order(trial))
    }
}

/// What is said if a stand's thread is gone.
pub const GONE: &str = "a server's thread ended; this is a bug of this program";

/// Waits for the answer to an order.
///
/// # Errors
/// Server, shell or disk could not be had, in one sentence.
pub fn answer_of(ordered: &Receiver<Result<Seen, String>>) -> Result<Seen, String> {
    ordered.recv().unwrap_or_else(|_| Err(GONE.into()))
}

fn serve(setting: &Setting<'_>, index: usize, orders: &Mutex<Receiver<Order>>) {
    let next = || orders.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv().ok();
    let Some(first) = next() else { return };
    match open(setting, index) {
        Ok((mut shell, others, mut chosen)) => {
            let timer = setting.options.timer(chosen.hang_min);
            let batch = Batch::new(&mut *shell, &mut *chosen.topology, setting.interrupts, timer, Checks::NONE);
            let batch = batch.with_others(others);
            let mut stand = Stand { setting, folder: setting.folder.join(format!("stand-{index}")), timer, batch };
            for (trial, answer) in std::iter::once(first).chain(std::iter::from_fn(next)) {
                let _ = answer.send(stand.run(&trial));
            }
        }
        Err(why) => {
            for (_, answer) in std::iter::once(first).chain(std::iter::from_fn(next)) {
                let _ = answer.send(Err(why.clone()));
            }
        }
    }
}

type Opened = (Box<dyn Shell>, Vec<Box<dyn Shell>>, Chosen);

fn open(setting: &Setting<'_>, index: usize) -> Result<Opened, String> {
    let own = own_executable().map_err(|error| error.to_string())?;
    let folder = setting.folder.join(format!("stand-{index}"));
    fs_err::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let choice = &setting.options.server;
    let base_port = choice.base_port.saturating_add(PORTS.saturating_mul(index as u16));
    let chosen = choose(&ServerChoice { base_port, ..choice.clone() }, &folder).map_err(|error| error.to_string())?;
    let shell = setting.options.shell.open(&own, &folder.join("shell")).map_err(|error| error.to_string())?;
    let others = open_others(setting.options, &own, &folder.join("shell")).map_err(|error| error.to_string())?;
    Ok((shell, others, chosen))
}

/// One server with its shell.
struct Stand<'a> {
    setting: &'a Setting<'a>,
    folder: Utf8PathBuf,
    /// The product's own.
    timer: HangTimer,
    batch: Batch<'a>,
}

impl Stand<'_> {
    fn run(&mut self, trial: &Trial) -> Result<Seen, String> {
        self.prepare(trial);
        let fresh = !self.batch.is_used();
        let (mut last, mut turns, mut files) = (None, None, 0);
        for (at, path) in trial.files.iter().enumerate() {
            let is_candidate = at + 1 == trial.files.len();
            if is_candidate {
                turns = self.tap(trial.tap).map_err(|error| format!("no tap: {error}"))?;
            }
            let together = if is_candidate { self.setting.together.files() } else { Vec::new() };
            let execution = self.execute(path, &together)?;
            let failed = !execution.exits.is_empty() || execution.hang.is_some();
            last = Some(execution);
            files = at + 1;
            if failed || self.setting.interrupts.requested().is_some() {
                break;
            }
        }
        let execution = last.ok_or("there is no file to run")?;
        let judgement = judge(&execution);
        let at_end = self.at_its_end(trial, &judgement);
        let tapped = self.batch.take_taps().iter().flat_map(Tap::take).collect();
        let (order, untimely) = turns.map(|turns: Arc<Turns>| turns.seen()).unwrap_or_default();
        let shows_at_end = at_end.is_some();
        let judgement = at_end.unwrap_or(judgement);
        Ok(Seen { judgement, shows_at_end, execution, fresh, files, tapped, order, untimely })
    }

    /// Keeps the next file's commands, or their order; gives who keeps the latter.
    fn tap(&mut self, commands: bool) -> std::io::Result<Option<Arc<Turns>>> {
        if commands {
            self.batch.set_taps(vec![Tap::open()?]);
            return Ok(None);
        }
        let taps = self.setting.together.taps(u32::from(self.setting.options.clients.count))?;
        Ok(taps.map(|(taps, turns)| {
            self.batch.set_taps(taps);
            turns
        }))
    }

    /// What the server's end comes to, where that is asked, nothing else failed and it does.
    fn at_its_end(&mut self, trial: &Trial, so_far: &Judgement) -> Option<Judgement> {
        let stop = self.setting.interrupts.requested().is_some();
        if stop || !trial.shows_in.end || so_far.failures().next().is_some() {
            return None;
        }
        let judgement = judge(&self.batch.shut_down(IN_PEACE)?);
        let fails = judgement.failures().next().is_some();
        fails.then_some(judgement)
    }

    fn prepare(&mut self, trial: &Trial) {
        if trial.fresh {
            self.batch.fresh_server();
        } else {
            self.batch.without_data();
        }
        let minimum = trial.patience.map_or(self.timer.minimum, |patience| patience.file);
        let reply = trial.patience.and_then(|patience| patience.reply);
        self.batch.set_timer(HangTimer { minimum, ..self.timer }, reply);
        self.batch.set_hasty(!trial.stacks);
        self.batch.set_cut(trial.cut.clone().filter(Wanted::is_in_a_note).map(cut));
        self.batch.set_checks(Checks::when(trial.shows_in.data));
        let capture = self.setting.options.capture.clone().filter(|_| trial.stacks);
        let own = own_executable().ok();
        self.batch.set_capturer(capture.zip(own).map(|(capture, own)| Capturer::new(capture, own)));
        self.batch.leave_captures_in(self.folder.join("capture"));
    }

    fn execute(&mut self, path: &Utf8Path, together: &[Utf8PathBuf]) -> Result<Execution, String> {
        let mut programs = Vec::new();
        for path in std::iter::once(path).chain(together.iter().map(AsRef::as_ref)) {
            let file: File = given(path).map_err(|error| error.to_string())?;
            programs.push((job(self.setting.options, self.setting.roots, &file), file.statements));
        }
        let execution = self.batch.execute_together(&programs, &mut std::io::sink());
        let mut execution = execution.map_err(|error| error.to_string())?;
        execution.infrastructure.take().map_or(Ok(execution), Err)
    }
}

/// True of the note that shows the failure.
fn cut(wanted: Wanted) -> Box<Cut> {
    Box::new(move |note| wanted.is_in(&judge_note(note)))
}
