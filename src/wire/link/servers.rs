//! The servers that settings name, and what is known of them: shared by all connections of a process.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::error::ConnectError;
use super::hello::{Hello, Role, ask_new, ask_old, no_greeting};
use crate::process::pause;
use crate::wire::client::Client;
use crate::wire::stream::{Stream, Timed, left_until, open_tcp, open_unix};
use crate::wire::tls::Encryption;
use crate::wire::uri::{Host, Login, ReadMode, Settings};

/// Opening a connection may take so long where nobody says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// An election may take so long: electionTimeoutMillis is 10 s.
const ELECTION: Duration = Duration::from_secs(12);
/// While members elect they are not asked more often.
const BETWEEN_SURVEYS: Duration = Duration::from_millis(200);
/// Members that did not answer are not asked again for a read before this time has passed.
const BETWEEN_QUESTIONS: Duration = Duration::from_secs(10);
/// Members that are remembered: a replica set has no more.
const MOST_KNOWN: usize = 50;

/// Opens connections to the hosts of its settings and to the members of their set, and to nobody else.
#[derive(Debug)]
pub struct Servers {
    settings: Settings,
    /// Nobody is waited for any longer.
    deadline: Option<Instant>,
    encryption: OnceLock<Encryption>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    hosts: Vec<Host>,
    primary: Option<Host>,
    secondaries: Vec<Host>,
    /// When all were asked whether they can be read from.
    asked: Option<Instant>,
}

/// An open connection that nobody is logged in on, and the server's own words.
pub type Greeted = (Client, Hello);

impl Servers {
    /// Nothing is opened yet.
    pub fn new(settings: Settings) -> Self {
        let known = Known { hosts: settings.hosts.clone(), ..Known::default() };
        Self { settings, deadline: None, encryption: OnceLock::new(), known: Mutex::new(known) }
    }

    /// Whatever is opened here, and every wait on it, ends at `deadline`; looking up a host's name is the system's and
    /// takes as long as it takes.
    pub fn until(self, deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// What they were made from.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The host that is meant, if it is one of ours.
    pub fn find(&self, host: &Host) -> Option<Host> {
        self.known().hosts.iter().find(|one| one.is_same_server(host)).cloned()
    }

    /// Opens a connection and asks who is there; `login` is who shall log in afterwards.
    ///
    /// # Errors
    /// Nobody is there, or he does not speak the protocol, or belongs to another set.
    pub fn open(&self, host: &Host, login: Option<&Login>) -> Result<Greeted, ConnectError> {
        let mut client = self.connect(host)?;
        let mut greeting = ask_old(&mut client, &self.settings, login);
        if greeting.as_ref().is_err_and(|error| !error.timed_out()) {
            // Whoever broke the connection over a message that he does not know gets a new one.
            client = self.connect(host)?;
            greeting = ask_new(&mut client, &self.settings, login);
        }
        let hello = greeting.map_err(no_greeting)?;
        self.right_set(&hello)?;
        client.speak_old(hello.is_old());
        client.set_compressor(hello.compressor);
        client.take_oddities();
        Ok((client, hello))
    }

    fn connect(&self, host: &Host) -> Result<Client, ConnectError> {
        let timeout = self.settings.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
        let within = self.deadline.map_or(Ok(timeout), left_until)?.min(timeout);
        let mut stream = match (host, &self.settings.tls) {
            (Host::Unix(path), None) => Stream::Unix(Timed::new(open_unix(path, within)?, self.deadline)),
            (Host::Unix(_), Some(_)) => return Err(ConnectError::LocalTls),
            (Host::Tcp { name, port }, tls) => {
                let stream = open_tcp(name, *port, within)?;
                let mut stream = Timed::new(stream, self.deadline);
                stream.set_timeout(Some(timeout))?;
                match tls {
                    Some(_) => Stream::Tls(Box::new(self.encryption()?.encrypt(stream, name)?)),
                    None => Stream::Tcp(stream),
                }
            }
        };
        stream.set_timeout(Some(timeout))?;
        Ok(Client::over(stream))
    }

    fn encryption(&self) -> Result<&Encryption, ConnectError> {
        if let (None, Some(tls)) = (self.encryption.get(), &self.settings.tls) {
            let _ = self.encryption.set(Encryption::new(tls)?);
        }
        self.encryption.get().ok_or(ConnectError::LocalTls)
    }

    fn right_set(&self, hello: &Hello) -> Result<(), ConnectError> {
        match &self.settings.replica_set {
            Some(wanted) if self.settings.follows_primary() && hello.set_name.as_ref() != Some(wanted) => {
                Err(ConnectError::WrongSet { wanted: wanted.clone(), found: hello.set_name.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Opens a connection to whoever takes writes now; waits for an election as long as one may take.
    ///
    /// # Errors
    /// Nobody answers, or nobody was elected.
    pub fn open_primary(&self, login: Option<&Login>) -> Result<(Host, Greeted), ConnectError> {
        if let Some(primary) = self.primary() {
            match self.open(&primary, login) {
                Ok(greeted) if greeted.1.role.takes_writes() => return Ok((primary, greeted)),
                _ => self.forget_primary(),
            }
        }
        let deadline = self.deadline.into_iter().fold(Instant::now() + ELECTION, Instant::min);
        loop {
            match self.survey(login) {
                Survey::Primary(host, greeted) => return Ok((host, *greeted)),
                Survey::Nobody(error) => return Err(error),
                Survey::NoPrimary(last) if Instant::now() >= deadline => {
                    return Err(ConnectError::NoPrimary { hosts: self.settings.host_list(), last });
                }
                Survey::NoPrimary(_) => pause(BETWEEN_SURVEYS),
            }
        }
    }

    /// Asks every known member, and whom they name, until one takes writes.
    fn survey(&self, login: Option<&Login>) -> Survey {
        let (mut error, mut answered) = (None, None);
        let mut at = 0;
        while let Some(host) = self.nth(at) {
            at += 1;
            match self.open(&host, login) {
                Ok(greeted) => {
                    self.learn(&host, &greeted.1);
                    if greeted.1.role.takes_writes() {
                        return Survey::Primary(host, Box::new(greeted));
                    }
                    answered = Some(format!("{host} is {:?}", greeted.1.role));
                }
                Err(other) => {
                    self.known().secondaries.retain(|one| *one != host);
                    error = Some(other);
                }
            }
        }
        match (answered, error) {
            (Some(words), _) => Survey::NoPrimary(words),
            (None, Some(error)) => Survey::Nobody(error),
            (None, None) => Survey::NoPrimary("there is no host to ask".into()),
        }
    }

    fn nth(&self, at: usize) -> Option<Host> {
        self.known().hosts.get(at).cloned()
    }

    fn learn(&self, host: &Host, hello: &Hello) {
        let mut known = self.known();
        known.secondaries.retain(|one| one != host);
        match hello.role {
            Role::Secondary => known.secondaries.push(host.clone()),
            role if role.takes_writes() => known.primary = Some(host.clone()),
            _ => {}
        }
        for member in &hello.hosts {
            let new = !known.hosts.iter().any(|one| one.is_same_server(member));
            if new && known.hosts.len() < MOST_KNOWN {
                known.hosts.push(member.clone());
            }
        }
    }

    /// Who takes writes, as far as is known.
    pub fn primary(&self) -> Option<Host> {
        self.known().primary.clone()
    }

    /// It said that it is the primary no longer, or was lost.
    pub fn forget_primary(&self) {
        self.known().primary = None;
    }

    /// A member that such reads should go to; `None` where the primary will do.
    pub fn reader(&self, mode: ReadMode) -> Option<Host> {
        if matches!(mode, ReadMode::Primary) || matches!(mode, ReadMode::PrimaryPreferred) && self.primary().is_some() {
            return None;
        }
        self.ask_the_others();
        let known = self.known();
        match mode {
            // The first in the set's own order, so that a run can be repeated.
            ReadMode::Nearest => known.hosts.iter().find(|host| known.secondaries.contains(host)).cloned(),
            _ => known.secondaries.first().cloned(),
        }
    }

    /// The search for a primary ends at the primary: members behind it were never asked.
    fn ask_the_others(&self) {
        let recently = |asked: Option<Instant>| asked.is_some_and(|asked| asked.elapsed() < BETWEEN_QUESTIONS);
        if !self.known().secondaries.is_empty() || recently(self.known().asked) {
            return;
        }
        self.known().asked = Some(Instant::now());
        let mut at = 0;
        while let Some(host) = self.nth(at).filter(|_| self.known().secondaries.is_empty()) {
            at += 1;
            if self.primary().as_ref() != Some(&host)
                && let Ok((_, hello)) = self.open(&host, None)
            {
                self.learn(&host, &hello);
            }
        }
    }

    /// It could not be read from.
    pub fn forget_secondary(&self, host: &Host) {
        self.known().secondaries.retain(|one| one != host);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Survey {
    Primary(Host, Box<Greeted>),
    /// Somebody answers; what the last one is.
    NoPrimary(String),
    Nobody(ConnectError),
}
