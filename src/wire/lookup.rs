//! The addresses of a host's name. Where the system asks a network for them that may take longer than anybody waits.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

/// A look-up cannot be stopped, only left to itself; so many at most go on behind us.
const MOST_UNDER_WAY: usize = 16;

static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// Looks `name` up for at most `within`; an address in figures needs no look-up.
///
/// # Errors
/// [`io::ErrorKind::TimedOut`], or what the system says of the name.
pub fn addresses(name: &str, port: u16, within: Duration) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = name.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let name = name.to_owned();
    in_time(move || Ok((name.as_str(), port).to_socket_addrs()?.collect()), within)
}

fn in_time<T: Send + 'static>(
    look: impl FnOnce() -> io::Result<T> + Send + 'static,
    within: Duration,
) -> io::Result<T> {
    let under_way = UnderWay::begin()?;
    let (sender, found) = sync_channel(1);
    std::thread::Builder::new().spawn(move || {
        let looked = look();
        drop(under_way);
        let _ = sender.send(looked);
    })?;
    found.recv_timeout(within).unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// One that is counted until it is over.
struct UnderWay;

impl UnderWay {
    fn begin() -> io::Result<Self> {
        // Dropped where there are too many, and then not counted any more.
        let this = Self;
        match UNDER_WAY.fetch_add(1, Ordering::Relaxed) {
            MOST_UNDER_WAY.. => {
                Err(io::Error::other(format!("{MOST_UNDER_WAY} host names are being looked up already")))
            }
            _ => Ok(this),
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn addresses_in_figures_and_names_are_found_and_nobody_waits_for_long() {
        let within = Duration::from_secs(20);
        assert_eq!(addresses("::1", 7, within).unwrap(), ["[::1]:7".parse().unwrap()]);
        assert!(addresses("localhost", 7, within).unwrap().iter().all(|one| one.ip().is_loopback() && one.port() == 7));
        assert!(addresses("no such host", 7, within).is_err());
        one_that_does_not_end_is_left_in_time_and_there_are_never_many();
    }

    /// No test of its own, for what is under way is counted once for all.
    fn one_that_does_not_end_is_left_in_time_and_there_are_never_many() {
        let (release, wait) = std::sync::mpsc::channel::<()>();
        let wait = std::sync::Arc::new(std::sync::Mutex::new(wait));
        let started = Instant::now();
        let slow = || {
            let wait = std::sync::Arc::clone(&wait);
            in_time(move || wait.lock().unwrap().recv().map_err(io::Error::other), Duration::from_millis(5))
        };
        let errors: Vec<io::Error> = (0..MOST_UNDER_WAY * 2).filter_map(|_| slow().err()).collect();
        assert!(errors.iter().any(|error| error.kind() == io::ErrorKind::TimedOut), "{errors:?}");
        assert!(errors.last().unwrap().to_string().contains("already"), "{errors:?}");
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        drop(release);
        // Those that were left end, and others may begin.
        let ended = crate::process::poll(Instant::now() + Duration::from_secs(10), || {
            in_time(|| Ok(7), Duration::from_secs(5)).ok()
        });
        assert_eq!(ended, Some(7));
    }
}
