//! The guard: our own executable under a hidden word, which binds itself to its parent's life, allows cores, and then
//! turns into the program wanted. It needs no code between fork and exec, so none of it is unsafe.

use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::{Resource, Rlimit, Signal, getppid, getrlimit, set_parent_process_death_signal, setrlimit};

/// The hidden word of our own executable under which it turns itself into another program (see [`become_program`]).
pub const GUARD: &str = "guard";

/// A core larger than this is cut off: it bounds the disk that one crash takes, and holds all of a server with the
/// small data of fuzzed tests.
const CORE_BYTES: u64 = 4 << 30;

/// Makes this process end with its parent. For executables of our own.
pub fn die_with_parent() {
    // A kernel without it leaves the polite ways: closed pipes and signals.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
}

/// Turns this process into a program, bound to its parent's life and allowed to dump core. `arguments` are the parent's
/// process id, the program and the program's arguments. Returns only if that fails, with the reason; 127 is the status
/// to end with then, as shells do.
pub fn become_program(arguments: &[String]) -> String {
    let [parent, program, arguments @ ..] = arguments else { return "no program was named".into() };
    die_with_parent();
    // A parent that died before the line above will send no signal any more.
    if getppid().map(|pid| pid.as_raw_nonzero().to_string()).as_ref() != Some(parent) {
        return format!("{program} is not started: who asked for it is gone");
    }
    allow_cores();
    format!("cannot start {program}: {}", Command::new(program).args(arguments).exec())
}

/// What a core holds (core(5)): private and shared memory without a file, and the heads of mapped programs.
const CORE_HOLDS: &str = "0x13";

fn allow_cores() {
    // Where it cannot be set the kernel's own choice stands.
    let _ = std::fs::write("/proc/self/coredump_filter", CORE_HOLDS);
    let wanted = Some(CORE_BYTES);
    if setrlimit(Resource::Core, Rlimit { current: wanted, maximum: wanted }).is_err() {
        // Without the right to raise the hard limit, what it allows is all there is.
        let hard = getrlimit(Resource::Core).maximum;
        let _ = setrlimit(Resource::Core, Rlimit { current: hard, maximum: hard });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_started_for_a_parent_that_is_gone() {
        let words = become_program(&["1".into(), "/no/such/program".into()]);
        assert!(words.contains("is gone"), "{words}");
        assert_eq!(become_program(&[]), "no program was named");
    }
}
