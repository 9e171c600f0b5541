//! Ports for our own servers: free now, and not promised to another run of this program.

use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

use super::ServerError;

/// Ports tried from the base upward.
const PORTS: u16 = 200;

/// A port that no other run takes while this value lives.
///
/// Between the look whether a port is free and the server's own `listen` there is a second or two in which a run beside
/// ours would see it free as well. So a name of the kernel's is taken first, which goes with our process however it ends.
#[derive(Debug)]
pub(super) struct Port {
    number: u16,
    _claim: UnixListener,
}

impl Port {
    /// The first free port from `base` upward.
    ///
    /// # Errors
    /// All of them are in use; the text says which and what to do.
    pub(super) fn claim(base: u16) -> Result<Self, ServerError> {
        let last = base.saturating_add(PORTS - 1);
        (base.max(1)..=last).find_map(Self::try_claim).ok_or_else(|| {
            ServerError::Unusable(format!("the ports {base} to {last} are in use; choose others with --base-port"))
        })
    }

    /// That port and no other.
    ///
    /// # Errors
    /// It is in use.
    pub(super) fn claim_one(number: u16) -> Result<Self, ServerError> {
        let text = || ServerError::Unusable(format!("port {number} is in use; choose another with --port"));
        Self::try_claim(number).ok_or_else(text)
    }

    fn try_claim(number: u16) -> Option<Self> {
        let name = SocketAddr::from_abstract_name(format!("jstestfuzz-port-{number}")).ok()?;
        let claim = UnixListener::bind_addr(&name).ok()?;
        is_free(number).then_some(Self { number, _claim: claim })
    }

    pub(super) fn number(&self) -> u16 {
        self.number
    }

    /// `127.0.0.1:PORT`
    pub(super) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.number)
    }
}

/// True if somebody could listen there now.
pub(super) fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: u16 = 28_300;

    #[test]
    fn a_claimed_port_is_not_given_twice_although_nobody_listens_yet() {
        let first = Port::claim(BASE).unwrap();
        let second = Port::claim(BASE).unwrap();
        assert!(is_free(first.number()) && first.number() < second.number());
    }

    #[test]
    fn where_all_ports_are_in_use_the_range_and_the_flag_are_named() {
        let _taken = TcpListener::bind("127.0.0.1:65535").or_else(|_| TcpListener::bind("127.0.0.1:0")).unwrap();
        let error = Port::claim(65_535).unwrap_err().to_string();
        assert!(error.contains("65535") && error.contains("--base-port"), "{error}");
    }
}
