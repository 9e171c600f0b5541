//! seccomp: system calls that a worker has no use for. They fail with EPERM; nobody is killed for trying.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};

/// Refused whatever their arguments are.
const REFUSED: &[c_long] = &[
    // Other programs.
    libc::SYS_execve,
    libc::SYS_execveat,
    // Other processes: to look into them, to signal them.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_tkill,
    // To be a server.
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    // What Landlock does not see: owners, modes and attributes of files.
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    // What would go round this filter, and the kernel's own gates.
    libc::SYS_io_uring_setup,
    libc::SYS_add_key,
    libc::SYS_bpf,
    libc::SYS_chroot,
    libc::SYS_keyctl,
    libc::SYS_mount,
    libc::SYS_perf_event_open,
    libc::SYS_request_key,
    libc::SYS_setns,
    libc::SYS_umount2,
    libc::SYS_unshare,
    libc::SYS_userfaultfd,
];

/// Older calls that newer processors never had.
#[cfg(target_arch = "x86_64")]
const OLD: &[c_long] = &[libc::SYS_fork, libc::SYS_vfork, libc::SYS_chmod, libc::SYS_chown, libc::SYS_lchown];
#[cfg(not(target_arch = "x86_64"))]
const OLD: &[c_long] = &[];

/// Binds the calling thread, and those that it starts. False where the kernel cannot.
pub fn restrict() -> bool {
    let filters = (filter(unknown(), libc::ENOSYS), refused().and_then(|rules| filter(rules, libc::EPERM)));
    let (Ok(unknown), Ok(refused)) = filters else { return false };
    apply_filter(&unknown).is_ok() && apply_filter(&refused).is_ok()
}

/// Its flags lie in memory, where no filter sees them: who is told that there is no such call takes `clone`.
fn unknown() -> BTreeMap<c_long, Vec<SeccompRule>> {
    BTreeMap::from([(libc::SYS_clone3, Vec::new())])
}

fn refused() -> Result<BTreeMap<c_long, Vec<SeccompRule>>, BackendError> {
    let mut rules: BTreeMap<_, _> = REFUSED.iter().chain(OLD).map(|&call| (call, Vec::new())).collect();
    let own = u64::from(std::process::id());
    rules.insert(libc::SYS_kill, first_argument(SeccompCmpOp::Ne, own)?);
    rules.insert(libc::SYS_tgkill, first_argument(SeccompCmpOp::Ne, own)?);
    // Zero stands for who calls.
    rules.insert(libc::SYS_prlimit64, first_argument(SeccompCmpOp::Ne, 0)?);
    // Without this flag it makes a process, not a thread.
    rules.insert(libc::SYS_clone, first_argument(SeccompCmpOp::MaskedEq(libc::CLONE_THREAD as u64), 0)?);
    Ok(rules)
}

fn first_argument(is: SeccompCmpOp, value: u64) -> Result<Vec<SeccompRule>, BackendError> {
    let condition = SeccompCondition::new(0, SeccompCmpArgLen::Dword, is, value)?;
    Ok(vec![SeccompRule::new(vec![condition])?])
}

fn filter(rules: BTreeMap<c_long, Vec<SeccompRule>>, error: i32) -> Result<BpfProgram, BackendError> {
    let architecture = std::env::consts::ARCH.try_into()?;
    SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(error as u32), architecture)?.try_into()
}
