//! Which connections a link keeps open.

use super::route::{self, Wish};
use super::{ConnectError, Greeted, Hello, Link, MOST_CURSORS, Member, Slot, Target, login};
use crate::wire::client::Client;
use crate::wire::message::Frame;
use crate::wire::uri::{Host, Login};

impl Link {
    pub(super) fn slot_for(&mut self, wish: Wish) -> Result<Slot, ConnectError> {
        let wanted = match (&self.target, wish) {
            (Target::One(host), _) => Some(host.clone()),
            (Target::Primary, Wish::Host(host)) => Some(host),
            (Target::Primary, Wish::Primary) => self.servers.primary(),
            (Target::Primary, Wish::Read(mode)) => self.servers.reader(mode).or_else(|| self.servers.primary()),
        };
        let known = |host: &Host| self.open.iter().position(|member| member.host == *host);
        if let Some(at) = wanted.as_ref().and_then(known) {
            return Ok(Slot(at));
        }
        let login = self.logins.first();
        let primary = self.servers.primary();
        let (host, greeted) = match (&self.target, wanted) {
            (Target::One(_), Some(host)) => (host.clone(), self.servers.open(&host, login)?),
            (Target::Primary, Some(host)) if Some(&host) != primary.as_ref() => match self.servers.open(&host, login) {
                Ok(greeted) => (host, greeted),
                Err(_) => {
                    self.servers.forget_secondary(&host);
                    self.servers.open_primary(login)?
                }
            },
            _ => self.servers.open_primary(login)?,
        };
        self.admit(host, greeted)
    }

    /// Logs in on a new connection and keeps it.
    pub(super) fn admit(&mut self, host: Host, (mut client, hello): Greeted) -> Result<Slot, ConnectError> {
        for login in &self.logins {
            enter(&mut client, login, &hello)?;
        }
        client.set_read_timeout(self.timeout)?;
        self.open.retain(|member| member.host != host);
        self.open.push(Member { host, client, hello });
        Ok(Slot(self.open.len() - 1))
    }

    pub(super) fn lose(&mut self, slot: Slot) {
        let lost = self.open.remove(slot.0);
        self.cursors.retain(|_, host| *host != lost.host);
        if self.servers.primary().as_ref() == Some(&lost.host) {
            self.servers.forget_primary();
        } else {
            self.servers.forget_secondary(&lost.host);
        }
    }

    pub(super) fn remember_cursor(&mut self, slot: Slot, frame: &Frame) {
        let host = &self.open[slot.0].host;
        let Some(cursor) = frame.reply().ok().and_then(route::cursor).filter(|_| self.open.len() > 1) else { return };
        if self.cursors.len() < MOST_CURSORS {
            self.cursors.insert(cursor, host.clone());
        }
    }
}

pub(super) fn enter(client: &mut Client, login: &Login, hello: &Hello) -> Result<(), ConnectError> {
    login::log_in(client, login, hello).map_err(|why| ConnectError::Login {
        user: login.user.clone(),
        source_database: login.source.clone(),
        why,
    })
}
