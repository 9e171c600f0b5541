//! The order of several clients' commands: seen in one run, forced in another.
//!
//! An order is made of sends and replies. What is forced are sends: a command waits until everything that happened before
//! it has happened again or cannot any more, because the program that did it is another now. A command that others came
//! into the midst of waits for them too, so that they meet again.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::bson::{Bson, Document};

/// How long a command is held at most: less than any threshold from which on its client seems to hang.
const HELD: Duration = Duration::from_millis(300);
/// Steps kept of one run.
const MOST: usize = 50_000;

/// One happening.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Step {
    /// Whose, from 0.
    pub client: u32,
    /// The command's name and namespace: what is in it may shrink without being another command.
    pub command: String,
    /// Its reply came; otherwise it was sent.
    pub replied: bool,
}

impl Display for Step {
    fn fmt(&self, to: &mut Formatter<'_>) -> std::fmt::Result {
        let Self { client, command, replied } = self;
        write!(to, "client {client} {} {command}", if *replied { "has its reply to" } else { "sends" })
    }
}

/// An order as text, one JSON object a line.
pub fn lines(order: &[Step]) -> String {
    order.iter().filter_map(|step| serde_json::to_string(step).ok()).map(|line| line + "\n").collect()
}

/// The order in such a text.
///
/// # Errors
/// A line is none: its number and why.
pub fn parse(text: &str) -> Result<Vec<Step>, String> {
    let step = |(at, line)| serde_json::from_str(line).map_err(|error| format!("line {}: {error}", at + 1));
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(step).collect()
}

/// What an order calls a command.
pub fn title(command: &Document) -> String {
    let (name, value) = command.first().unwrap_or(("", &Bson::Null));
    let collection = value.as_str().or_else(|| command.get_str("collection"));
    let place = command.get_str("$db").into_iter().chain(collection).collect::<Vec<_>>().join(".");
    format!("{name} {place}")
}

/// The clients of one run take their turns here.
#[derive(Debug)]
pub struct Turns {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct State {
    order: Vec<Step>,
    clients: BTreeMap<u32, Client>,
    seen: Vec<Step>,
    /// Commands that did not get their turn in time.
    untimely: u32,
}

#[derive(Debug, Default)]
struct Client {
    /// Its next steps stand here or later in the order.
    at: usize,
    /// Where the command stands that it waits with.
    waits: Option<usize>,
    connections: u32,
    /// Nothing is expected of it: it has hung up, or was waited for in vain.
    gone: bool,
}

impl Turns {
    /// Turns of so many clients; without an order everybody goes at once.
    pub fn new(order: Vec<Step>, clients: u32) -> Self {
        let clients = (0..clients).map(|number| (number, Client::default())).collect();
        Self { state: Mutex::new(State { order, clients, ..State::default() }), moved: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client has one connection more.
    pub fn connected(&self, client: u32) {
        let mut state = self.state();
        let one = state.clients.entry(client).or_default();
        one.connections += 1;
        one.gone = false;
    }

    /// A client has one connection less; without any it is gone.
    pub fn hung_up(&self, client: u32) {
        let mut state = self.state();
        let one = state.clients.entry(client).or_default();
        one.connections = one.connections.saturating_sub(1);
        one.gone = one.connections == 0;
        self.moved.notify_all();
    }

    /// Waits for the turn of a command that a client is about to send.
    pub fn send(&self, client: u32, command: &str) {
        let mut state = self.state();
        if let Some(place) = state.arrive(client, command) {
            self.moved.notify_all();
            let deadline = Instant::now() + HELD;
            while state.is_early(client, place) {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    state.wait_no_more(client, place);
                    break;
                }
                state = self.moved.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
        state.done(Step { client, command: command.to_owned(), replied: false });
        self.moved.notify_all();
    }

    /// The reply to a client's command came.
    pub fn replied(&self, client: u32, command: &str) {
        self.state().done(Step { client, command: command.to_owned(), replied: true });
        self.moved.notify_all();
    }

    /// What happened, in its order, and how many commands did not get their turn.
    pub fn seen(&self) -> (Vec<Step>, u32) {
        let state = self.state();
        (state.seen.clone(), state.untimely)
    }
}

impl State {
    /// The client's next step of that kind.
    fn next(&self, client: u32, is: impl Fn(&Step) -> bool) -> Option<usize> {
        let at = self.clients.get(&client).map_or(0, |client| client.at);
        let rest = self.order.iter().enumerate().skip(at);
        rest.into_iter().find(|(_, step)| step.client == client && is(step)).map(|(place, _)| place)
    }

    /// A client comes with a command; gives its place. What the order does not know may go at once.
    fn arrive(&mut self, client: u32, command: &str) -> Option<usize> {
        let place = self.next(client, |step| !step.replied && step.command == command)?;
        let one = self.clients.entry(client).or_default();
        (one.waits, one.gone) = (Some(place), false);
        Some(place)
    }

    fn is_early(&self, client: u32, place: usize) -> bool {
        self.clients.keys().any(|other| *other != client && self.holds(*other, client, place))
    }

    /// True while `other` has to do something before, or has to be there when, the client's command at `place` goes.
    fn holds(&self, other: u32, client: u32, place: usize) -> bool {
        let Some(Client { at, waits, gone: false, .. }) = self.clients.get(&other) else { return false };
        let begin = waits.unwrap_or(*at);
        let before = (begin..place).any(|at| self.order[at].client == other);
        let command = &self.order[place].command;
        let is_reply = |step: &&Step| step.client == client && step.replied && step.command == *command;
        let mut midst = self.order[place + 1..].iter().take_while(|step| !is_reply(step));
        let meets = midst.position(|step| step.client == other && !step.replied).map(|after| place + 1 + after);
        before || meets.is_some_and(|meets| begin < meets && *waits != Some(meets))
    }

    /// Those that are waited for are not expected any more.
    fn wait_no_more(&mut self, client: u32, place: usize) {
        self.untimely += 1;
        let others: Vec<u32> = self.clients.keys().copied().filter(|other| *other != client).collect();
        for other in others {
            if self.holds(other, client, place)
                && let Some(other) = self.clients.get_mut(&other)
            {
                other.gone = true;
            }
        }
    }

    fn done(&mut self, step: Step) {
        let place = self.next(step.client, |known| known.replied == step.replied && known.command == step.command);
        let client = self.clients.entry(step.client).or_default();
        client.waits = None;
        client.at = place.map_or(client.at, |place| place + 1);
        if self.seen.len() < MOST {
            self.seen.push(step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    fn sent(client: u32, command: &str) -> Step {
        Step { client, command: command.into(), replied: false }
    }

    fn replied(client: u32, command: &str) -> Step {
        Step { replied: true, ..sent(client, command) }
    }

    /// Each client sends its commands one after another, and has its reply at once.
    fn run(order: &[Step], programs: &[&[&str]]) -> (Vec<Step>, u32) {
        let turns = Turns::new(order.to_vec(), programs.len() as u32);
        (0..programs.len()).for_each(|client| turns.connected(client as u32));
        std::thread::scope(|scope| {
            for (client, program) in (0..).zip(programs) {
                let turns = &turns;
                scope.spawn(move || {
                    for command in *program {
                        turns.send(client, command);
                        turns.replied(client, command);
                    }
                    turns.hung_up(client);
                });
            }
        });
        turns.seen()
    }

    #[test]
    fn commands_come_in_the_order_of_another_run_whoever_is_first() {
        let order = [(1, "a"), (0, "x"), (1, "b"), (0, "y"), (0, "z"), (1, "c")];
        let order: Vec<Step> = order.iter().flat_map(|(who, what)| [sent(*who, what), replied(*who, what)]).collect();
        for _ in 0..20 {
            assert_eq!(run(&order, &[&["x", "y", "z"], &["a", "b", "c"]]), (order.clone(), 0));
        }
    }

    #[test]
    fn what_a_program_does_no_more_is_not_waited_for() {
        let order = [(1, "a"), (0, "x"), (1, "b"), (0, "y"), (1, "c"), (0, "z")];
        let order: Vec<Step> = order.iter().flat_map(|(who, what)| [sent(*who, what), replied(*who, what)]).collect();
        let began = Instant::now();
        let (seen, untimely) = run(&order, &[&["y", "new", "z"], &["b", "c"]]);
        let of = |what: &str| seen.iter().position(|step| step.command == what).unwrap();
        assert!(of("b") < of("y") && of("y") < of("c") && of("c") < of("z"), "{seen:?}");
        assert!(untimely == 0 && began.elapsed() < HELD);
    }

    #[test]
    fn a_command_into_whose_midst_another_came_waits_for_it() {
        let order = vec![sent(0, "waits"), sent(1, "drops"), replied(1, "drops"), replied(0, "waits")];
        let turns = Turns::new(order.clone(), 2);
        (0..2).for_each(|client| turns.connected(client));
        std::thread::scope(|scope| {
            scope.spawn(|| turns.send(0, "waits"));
            assert!(crate::process::poll(Instant::now() + HELD / 2, || turns.state().clients[&0].waits).is_some());
            assert_eq!(turns.seen().0, [], "alone it would be over before the other comes");
            turns.send(1, "drops");
            turns.replied(1, "drops");
        });
        turns.replied(0, "waits");
        assert_eq!(turns.seen(), (order, 0));
    }

    #[test]
    fn a_client_that_never_comes_is_waited_for_once() {
        let order = vec![sent(1, "a"), sent(0, "x"), sent(1, "b"), sent(0, "y")];
        let turns = Turns::new(order, 2);
        turns.connected(0);
        let began = Instant::now();
        turns.send(0, "x");
        turns.send(0, "y");
        assert!((HELD..HELD * 2).contains(&began.elapsed()));
        assert_eq!(turns.seen().1, 1);
    }

    #[test]
    fn an_order_survives_its_text_and_a_broken_line_is_named() {
        let order = vec![sent(0, "insert d.c"), replied(0, "insert d.c")];
        assert_eq!(parse(&lines(&order)), Ok(order));
        assert!(parse("\n{}").unwrap_err().starts_with("line 2: "));
    }

    #[test]
    fn a_title_is_the_same_whatever_the_command_holds() {
        assert_eq!(title(&doc! { "insert": "c", "documents": [], "$db": "d" }), "insert d.c");
        assert_eq!(title(&doc! { "getMore": (Bson::Int64(77)), "collection": "c", "$db": "d" }), "getMore d.c");
        assert_eq!(title(&doc! { "ping": 1, "$db": "admin" }), "ping admin");
    }
}
