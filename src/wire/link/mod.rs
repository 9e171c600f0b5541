//! What a user of connections holds: a way to one server, or to whoever is the primary of a replica set.
//!
//! [`Servers`] knows whom one may talk to and opens connections; a [`Link`] keeps those that it needs, logs in on each,
//! and decides for each command where it goes. Nothing is sent twice: a lost reply is the caller's to see.

mod error;
mod hello;
mod login;
mod members;
mod route;
mod servers;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::wire::bson::Document;
use crate::wire::client::Client;
use crate::wire::message::{Frame, MessageError};
use crate::wire::uri::{Host, Login};
pub use error::{ConnectError, LinkError, LoginError};
pub use hello::{Hello, Role};
use route::Wish;
pub use servers::{Greeted, Servers};

/// Replies by which a member says that it is not, or no longer, the primary: NotWritablePrimary,
/// NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary, InterruptedDueToReplStateChange, InterruptedAtShutdown,
/// PrimarySteppedDown, ShutdownInProgress.
const NOT_PRIMARY: [i32; 7] = [10107, 13435, 13436, 11602, 11600, 189, 91];
/// Cursors on secondaries whose place is remembered.
const MOST_CURSORS: usize = 1_000;

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To this server and no other.
    One(Host),
    /// To whoever is the primary, and to secondaries for reads that ask for them.
    Primary,
}

/// A way to a server, by a connection that is opened anew when it was lost.
#[derive(Debug)]
pub struct Link {
    servers: Arc<Servers>,
    target: Target,
    logins: Vec<Login>,
    timeout: Option<Duration>,
    open: Vec<Member>,
    cursors: BTreeMap<i64, Host>,
}

#[derive(Debug)]
struct Member {
    host: Host,
    client: Client,
    hello: Hello,
}

/// The connection that a command goes over; good until the link is used again.
#[derive(Clone, Copy, Debug)]
pub struct Slot(usize);

impl Link {
    /// Opens the first connection: to whom the settings name first, or to the primary where they say so.
    ///
    /// # Errors
    /// Nobody is there, or the login failed.
    pub fn open(servers: &Arc<Servers>, timeout: Option<Duration>) -> Result<Self, ConnectError> {
        let settings = servers.settings();
        let target = match settings.hosts.first() {
            Some(first) if !settings.follows_primary() => Target::One(first.clone()),
            _ => Target::Primary,
        };
        Self::open_to(servers, target, settings.login.iter().cloned().collect(), timeout)
    }

    /// Opens the first connection to `target`, as all of `logins`.
    ///
    /// # Errors
    /// Nobody is there, or the login failed.
    pub fn open_to(
        servers: &Arc<Servers>,
        target: Target,
        logins: Vec<Login>,
        timeout: Option<Duration>,
    ) -> Result<Self, ConnectError> {
        let timeout = match (timeout, servers.settings().socket_timeout) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        let mut link =
            Self { servers: Arc::clone(servers), target, logins, timeout, open: Vec::new(), cursors: BTreeMap::new() };
        link.slot_for(Wish::Primary)?;
        Ok(link)
    }

    /// `host:port`, or `set/host:port,host:port`.
    pub fn address(&self) -> String {
        let settings = self.servers.settings();
        match &self.target {
            Target::One(host) => host.to_string(),
            Target::Primary => {
                let set = settings.replica_set.as_ref().map(|name| format!("{name}/")).unwrap_or_default();
                let hosts: Vec<String> = settings.hosts.iter().map(Host::to_string).collect();
                format!("{set}{}", hosts.join(","))
            }
        }
    }

    /// Who is logged in on it, by each database.
    pub fn logins(&self) -> &[Login] {
        &self.logins
    }

    /// Where it leads.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// False once its last connection was lost.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Bounds every wait for a reply from now on.
    ///
    /// # Errors
    /// A zero duration is refused by the operating system.
    pub fn set_read_timeout(&mut self, timeout: Option<Duration>) -> std::io::Result<()> {
        self.timeout = timeout;
        self.open.iter_mut().try_for_each(|member| member.client.set_read_timeout(timeout))
    }

    /// Finds the connection for a command, and opens it where need be.
    ///
    /// # Errors
    /// There is nobody to send it to.
    pub fn prepare(&mut self, command: &[u8]) -> Result<Slot, ConnectError> {
        match self.target {
            Target::One(_) if !self.open.is_empty() => Ok(Slot(0)),
            Target::One(_) => self.slot_for(Wish::Primary),
            Target::Primary => self.slot_for(route::wish(command, &self.cursors)),
        }
    }

    /// Sends command bytes and gives the reply's frame. A connection that broke is dropped.
    ///
    /// # Errors
    /// The connection broke, timed out or gave no message.
    pub fn exchange(&mut self, slot: Slot, command: &[u8]) -> Result<Frame, Failure> {
        let Some(member) = self.open.get_mut(slot.0) else {
            return Err(Failure { error: MessageError::Closed, evidence: Vec::new() });
        };
        match member.client.round_trip(command) {
            Ok(frame) => {
                if self.target == Target::Primary {
                    self.remember_cursor(slot, &frame);
                }
                Ok(frame)
            }
            Err(error) => {
                let evidence = member.client.evidence().to_vec();
                self.lose(slot);
                Err(Failure { error, evidence })
            }
        }
    }

    /// The server's own number for that connection, where it tells.
    pub fn connection(&self, slot: Slot) -> Option<i64> {
        self.open.get(slot.0)?.hello.connection
    }

    /// What was odd about replies over that connection since the last call.
    pub fn take_oddities(&mut self, slot: Slot) -> Vec<crate::wire::client::Oddity> {
        self.open.get_mut(slot.0).map(|member| member.client.take_oddities()).unwrap_or_default()
    }

    /// Takes note of the code of a failed reply: whoever is the primary no longer is looked for anew.
    pub fn heed(&mut self, code: i32) {
        if self.target == Target::Primary && NOT_PRIMARY.contains(&code) {
            self.servers.forget_primary();
        }
    }

    /// Sends an owned command and gives the owned reply.
    ///
    /// # Errors
    /// There is nobody to send it to, or no reply came; a reply of `{ok: 0}` is no error here.
    pub fn command(&mut self, database: &str, command: &Document) -> Result<Document, LinkError> {
        let mut command = command.clone();
        command.set("$db", database);
        let bytes = command.to_bytes();
        let slot = self.prepare(&bytes)?;
        let frame = self.exchange(slot, &bytes).map_err(|failure| failure.error)?;
        let reply = Document::from_bytes(frame.reply()?.as_bytes()).map_err(MessageError::from)?;
        let code = reply.get("code").and_then(crate::wire::bson::Bson::as_i64);
        code.and_then(|code| i32::try_from(code).ok()).into_iter().for_each(|code| self.heed(code));
        Ok(reply)
    }

    /// Logs in on what is open, and on whatever will be opened.
    ///
    /// # Errors
    /// The server refuses, or there is none.
    pub fn log_in(&mut self, login: Login) -> Result<(), ConnectError> {
        if self.open.is_empty() {
            self.slot_for(Wish::Primary)?;
        }
        for member in &mut self.open {
            // Which mechanisms a user has is part of a greeting.
            let hello = hello::ask_new(&mut member.client, self.servers.settings(), Some(&login));
            let hello = hello.ok().filter(|hello| hello.max_wire_version.is_some());
            let hello = hello.unwrap_or_else(|| member.hello.clone());
            members::enter(&mut member.client, &login, &hello)?;
        }
        self.log_out(&login.source);
        self.logins.push(login);
        Ok(())
    }

    /// Whoever is looked up in that database will not be logged in again.
    pub fn log_out(&mut self, source: &str) {
        self.logins.retain(|known| known.source != source);
    }
}

/// A command without a reply, and the first bytes of what came instead.
#[derive(Debug)]
pub struct Failure {
    /// Why.
    pub error: MessageError,
    /// Empty where nothing came.
    pub evidence: Vec<u8>,
}

#[cfg(test)]
mod tests;
