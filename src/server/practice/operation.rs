//! One running command: its deadline, its end by `killOp`, and the list of all of them for `currentOp`.

use super::errors::{CommandError, code};
use crate::wire::bson::Document;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::{Duration, Instant};

/// No command runs longer, asked for or not: a server under fuzzing has to come back from every request. It lies below the
/// threshold from which its commands hang (`hang_min` in servers.toml): what ends by itself is slow, not hung.
const OWN_LIMIT: Duration = Duration::from_secs(4);

/// What a command asks at every step: may it go on?
pub trait Interrupt {
    /// Cheap enough for every document.
    ///
    /// # Errors
    /// 50 past the deadline, 11601 once killed.
    fn check(&self) -> Result<(), CommandError>;
}

/// One running command.
#[derive(Debug)]
pub struct Operation {
    /// Number for `killOp`.
    pub id: i32,
    /// `conn7`
    pub connection: String,
    /// `db.collection`, or `db.$cmd`
    pub namespace: String,
    /// The command as sent, cut for display.
    pub command: Document,
    /// When it came in.
    pub started: Instant,
    deadline: Instant,
    killed: AtomicBool,
}

impl Operation {
    /// Ends it at its next step.
    pub fn kill(&self) {
        self.killed.store(true, Ordering::Relaxed);
    }

    /// [`Interrupt::check`] for callers that hold the operation itself.
    ///
    /// # Errors
    /// As there.
    pub fn check_now(&self) -> Result<(), CommandError> {
        self.check()
    }

    /// Time until the deadline.
    pub fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}

impl Interrupt for Operation {
    fn check(&self) -> Result<(), CommandError> {
        if self.killed.load(Ordering::Relaxed) {
            return Err(CommandError::new(code::INTERRUPTED, "operation was interrupted"));
        }
        if Instant::now() >= self.deadline {
            return Err(CommandError::new(code::MAX_TIME_MS_EXPIRED, "operation exceeded time limit"));
        }
        Ok(())
    }
}

/// All running commands.
#[derive(Debug, Default)]
pub struct Operations {
    next: AtomicI32,
    running: Mutex<BTreeMap<i32, Arc<Operation>>>,
}

impl Operations {
    /// Notes a command; it is forgotten when the guard goes.
    pub fn begin(
        &self,
        connection: &str,
        namespace: String,
        command: Document,
        limit: Option<Duration>,
    ) -> Running<'_> {
        let id = self.next.fetch_add(1, Ordering::Relaxed).wrapping_add(1) & i32::MAX;
        let started = Instant::now();
        let operation = Arc::new(Operation {
            id,
            connection: connection.to_owned(),
            namespace,
            command,
            started,
            deadline: started + limit.unwrap_or(OWN_LIMIT).min(OWN_LIMIT),
            killed: AtomicBool::new(false),
        });
        self.running.lock().insert(id, Arc::clone(&operation));
        Running { all: self, operation }
    }

    /// Those that run now, by number.
    pub fn list(&self) -> Vec<Arc<Operation>> {
        self.running.lock().values().cloned().collect()
    }
}

/// Keeps an [`Operation`] in the list as long as it lives.
#[derive(Debug)]
pub struct Running<'a> {
    all: &'a Operations,
    /// The operation.
    pub operation: Arc<Operation>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.all.running.lock().remove(&self.operation.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_killed_operation_stops_and_leaves_the_list() {
        let all = Operations::default();
        let running = all.begin("conn1", "test.c".to_owned(), Document::new(), None);
        assert_eq!(running.operation.check(), Ok(()));
        all.list()[0].kill();
        assert_eq!(running.operation.check().unwrap_err().code, code::INTERRUPTED);
        drop(running);
        assert!(all.list().is_empty());
    }

    #[test]
    fn a_limit_of_zero_has_passed_at_once() {
        let all = Operations::default();
        let running = all.begin("conn1", String::new(), Document::new(), Some(Duration::ZERO));
        assert_eq!(running.operation.check().unwrap_err().code, code::MAX_TIME_MS_EXPIRED);
    }
}
