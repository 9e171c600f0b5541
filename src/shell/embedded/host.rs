//! What stands behind the natives: connections and limits of one file, all outside JavaScript.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::account::Account;
use super::named::named;
use super::outbox::Outbox;
use super::trail;
use crate::shell::{Job, Note, SentCommand};
use crate::wire::link::{ConnectError, Failure, Link, Servers, Target};
use crate::wire::uri::{Login, Mechanism, Secret};

/// A longer name or password is nobody's, and the keys that it comes to are kept.
const MOST_LOGIN_BYTES: usize = 16_384;
/// Connections that one file may hold open.
const MOST_CONNECTIONS: usize = 100;
/// Once so many connections in a row were refused the server is gone: the rest fails at once.
const MOST_REFUSALS: u32 = 20;

const NOT_OPEN: &str = "this connection is not open: the script has closed it";

/// One file's dealings with the servers.
pub struct Host {
    pub job: Job,
    pub account: Account,
    servers: Arc<Servers>,
    links: BTreeMap<u32, Link>,
    /// No number is given twice: a closed connection stays closed.
    next_link: u32,
    refusals: u32,
    /// Who logs in where a script names nobody.
    logins: Vec<Login>,
}

impl Host {
    /// Nobody is waited for beyond `deadline`.
    pub fn new(job: Job, outbox: Outbox, deadline: Instant) -> Self {
        let account = Account::new(outbox);
        let servers = Arc::new(Servers::new(job.server.clone()).until(deadline));
        let logins = job.server.login.iter().cloned().collect();
        Self { job, account, servers, links: BTreeMap::new(), next_link: 0, refusals: 0, logins }
    }

    /// Opens a connection to one of the given servers; an empty name is the server that `db` speaks to.
    pub fn open(&mut self, name: &str) -> Result<u32, String> {
        let (target, login) = named(name, &self.servers)?;
        let logins = login.map_or_else(|| self.logins.clone(), |login| vec![login]);
        if self.links.len() == MOST_CONNECTIONS {
            return Err(format!("couldn't connect: {MOST_CONNECTIONS} connections are open"));
        }
        self.not_given_up()?;
        let within = Some(self.job.limits.read_timeout);
        match Link::open_to(&self.servers, target.clone(), logins, within) {
            Ok(link) => {
                self.refusals = 0;
                let id = self.next_link;
                self.links.insert(id, link);
                self.next_link += 1;
                Ok(id)
            }
            Err(error) => {
                let address = match target {
                    Target::One(host) => host.to_string(),
                    Target::Primary => self.servers.settings().host_list(),
                };
                Err(self.refused(&address, &error))
            }
        }
    }

    /// The same for a thread of the file, whose maker was logged in like this.
    pub fn of_thread(mut self, number: u32, prefix: String, logins: Vec<Login>) -> Self {
        self.account = self.account.of_thread(number, prefix);
        self.logins = logins;
        self
    }

    /// Who is logged in on a connection; whoever names none is taken for one who has not logged in himself.
    pub fn logins(&self, id: u32) -> Vec<Login> {
        self.links.get(&id).map_or_else(|| self.logins.clone(), |link| link.logins().to_vec())
    }

    /// True for the file itself, false for its threads.
    pub fn is_main(&self) -> bool {
        self.account.is_main()
    }

    fn not_given_up(&self) -> Result<(), String> {
        if self.refusals < MOST_REFUSALS {
            return Ok(());
        }
        Err(format!("couldn't connect to server: it refused {MOST_REFUSALS} times"))
    }

    fn refused(&mut self, address: &str, error: &ConnectError) -> String {
        // Whoever is let in with another password is not gone.
        if !matches!(error, ConnectError::Login { .. }) {
            self.refusals += 1;
            self.account.note(Note::CannotConnect { error: error.to_string() });
        }
        format!("couldn't connect to server {address}: {error}")
    }

    fn link(&mut self, id: u32) -> Option<&mut Link> {
        self.links.get_mut(&id)
    }

    /// Closes a connection; whatever is asked of it from now on is refused.
    pub fn close(&mut self, id: u32) {
        self.links.remove(&id);
    }

    /// The address of a connection; of a closed one, where the file's servers are.
    pub fn address(&self, id: u32) -> String {
        self.links.get(&id).map_or_else(|| self.servers.settings().host_list(), Link::address)
    }

    /// True where a connection follows the primary of a set.
    pub fn follows(&mut self, id: u32) -> bool {
        self.link(id).is_some_and(|link| *link.target() == Target::Primary)
    }

    /// One command and its reply; the whole account is kept here. A lost connection is opened anew by the next call.
    pub fn run_command(&mut self, id: u32, database: &str, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
        let sent = trail::read(&bytes, database);
        let name = sent.name.clone();
        let given_up = self.not_given_up();
        let Some(link) = self.links.get_mut(&id) else { return Err(NOT_OPEN.into()) };
        let was_open = link.is_open();
        if !was_open {
            given_up?;
        }
        let slot = match link.prepare(&bytes) {
            Ok(slot) => slot,
            Err(error) => {
                let address = link.address();
                return Err(self.refused(&address, &error));
            }
        };
        self.refusals = if was_open { self.refusals } else { 0 };
        self.account.command_sent(SentCommand { connection: link.connection(slot), ..sent }, database);
        let started = Instant::now();
        let reply = link.exchange(slot, &bytes).and_then(|frame| {
            // It was looked at before; the error cannot come.
            frame.into_document().map_err(|error| Failure { error, evidence: Vec::new() })
        });
        let code = self.account.command(&name, reply.as_deref(), started.elapsed());
        code.into_iter().for_each(|code| link.heed(code));
        for oddity in link.take_oddities(slot) {
            self.account.odd(&name, oddity);
        }
        reply.map_err(|failure| {
            let (host, error) = (link.address(), failure.error);
            format!("network error while attempting to run command '{name}' on host '{host}' : {error}")
        })
    }

    /// Logs in on a connection; the text of a failure is for the script.
    pub fn log_in(
        &mut self,
        id: u32,
        source: String,
        user: String,
        password: String,
        mechanism: &str,
    ) -> Result<(), String> {
        let mechanism = match Mechanism::named(mechanism) {
            None if !mechanism.is_empty() => return Err("this mechanism is not spoken".into()),
            known => known,
        };
        if [&source, &user, &password].iter().any(|text| text.len() > MOST_LOGIN_BYTES) {
            return Err(format!("a name or password of more than {MOST_LOGIN_BYTES} bytes is nobody's"));
        }
        let Some(link) = self.link(id) else { return Err(NOT_OPEN.into()) };
        let login = Login { user, password: Secret::new(password), source, mechanism };
        link.log_in(login).map_err(|error| error.to_string())
    }

    /// Forgets who logged in by that database, so that a connection opened anew does not log him in again.
    pub fn log_out(&mut self, id: u32, source: &str) {
        if let Some(link) = self.link(id) {
            link.log_out(source);
        }
    }
}
