//! Cores: gdb's `gcore` of a living process, the kernel's own by SIGABRT, found, moved, compressed and bounded.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::process::{Pid, Resource, Rlimit, Signal, prlimit};

use super::budget::Budget;
use super::suspend::{Member, resume};
use crate::process::poll;

/// Fast, and still a tenth of the size of a typical heap.
const ZSTD_LEVEL: i32 = 1;
const CHUNK: usize = 1 << 20;
/// How long the kernel may take for a core.
const KERNEL_TAKES: Duration = Duration::from_secs(20);
const PATTERN: &str = "/proc/sys/kernel/core_pattern";

/// Bytes of address space that a core holds: memory without a file behind it.
pub fn estimate(pid: u32) -> u64 {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
    maps.lines().filter_map(anonymous).sum()
}

/// The size of a mapping in a line of /proc/PID/maps, if it has no file.
fn anonymous(line: &str) -> Option<u64> {
    let mut fields = line.split_whitespace();
    let (begin, end) = fields.next()?.split_once('-')?;
    let path = fields.nth(4).unwrap_or_default();
    let size = u64::from_str_radix(end, 16).ok()?.checked_sub(u64::from_str_radix(begin, 16).ok()?)?;
    (!path.starts_with('/')).then_some(size)
}

/// Where the kernel puts cores: nothing if into the process's folder, else the reason why they are not found there.
pub fn pattern_trouble() -> Option<String> {
    let pattern = std::fs::read_to_string(PATTERN).unwrap_or_default();
    let pattern = pattern.trim();
    (pattern.is_empty() || pattern.starts_with('|') || pattern.contains('/')).then(|| {
        format!("{PATTERN} is '{pattern}', so the kernel puts cores elsewhere; `core` puts them where we look")
    })
}

/// Lets a process die by SIGABRT and gives the core that the kernel wrote.
///
/// # Errors
/// Why there is none.
pub fn abort(member: &Member, bytes: u64, budget: &Budget) -> Result<Utf8PathBuf, String> {
    let pid = member.identity.pid;
    let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
    let _ = prlimit(Pid::from_raw(pid as i32), Resource::Core, limit);
    member.identity.signal(Signal::ABORT);
    resume(member);
    let gone = poll(budget.deadline(KERNEL_TAKES), || (!member.identity.is_alive()).then_some(()));
    gone.ok_or("it did not end by SIGABRT in time")?;
    pattern_trouble().map_or(Ok(()), Err)?;
    let found = find(&member.leader.log).into_iter().next();
    found.ok_or_else(|| "the kernel wrote none; is the core limit 0?".into())
}

/// Makes a process die without a core: where nobody looks at it, writing it only takes time. What it starts from now on does
/// likewise.
pub fn forbid(pid: u32) {
    // A process that is gone needs no limit.
    let _ = prlimit(Pid::from_raw(pid as i32), Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

/// Cores in a process's own folder and its data folder.
pub fn find(log: &Utf8Path) -> Vec<Utf8PathBuf> {
    let Some(folder) = log.parent().filter(|folder| !folder.as_str().is_empty()) else { return Vec::new() };
    let folders = [folder.to_owned(), folder.join("data")];
    let entries = folders.iter().flat_map(|folder| folder.read_dir_utf8().into_iter().flatten().flatten());
    let mut found: Vec<Utf8PathBuf> =
        entries.filter(|entry| is_core(entry.file_name())).map(|entry| entry.path().to_owned()).collect();
    found.sort();
    found
}

fn is_core(name: &str) -> bool {
    name == "core" || name.strip_prefix("core.").is_some_and(|pid| pid.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Moves a core, also to another file system.
///
/// # Errors
/// The disk refused.
pub fn take(from: &Utf8Path, to: &Utf8Path) -> std::io::Result<()> {
    if fs_err::rename(from, to).is_err() {
        fs_err::copy(from, to)?;
        fs_err::remove_file(from)?;
    }
    Ok(())
}

/// Replaces a file by its compressed form and gives that one's path.
///
/// # Errors
/// Why it stays as it is.
pub fn compress(path: &Utf8Path, budget: &Budget) -> Result<Utf8PathBuf, String> {
    let target = Utf8PathBuf::from(format!("{path}.zst"));
    match squeeze(path, &target, budget) {
        Ok(()) => {
            let _ = fs_err::remove_file(path);
            Ok(target)
        }
        Err(error) => {
            let _ = fs_err::remove_file(&target);
            Err(error.to_string())
        }
    }
}

fn squeeze(from: &Utf8Path, to: &Utf8Path, budget: &Budget) -> std::io::Result<()> {
    let mut input = fs_err::File::open(from)?;
    let mut output = zstd::stream::write::Encoder::new(fs_err::File::create(to)?, ZSTD_LEVEL)?;
    let mut chunk = vec![0; CHUNK];
    loop {
        if let Some(why) = budget.over() {
            return Err(std::io::Error::other(why));
        }
        let read = input.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        output.write_all(&chunk[..read])?;
    }
    output.finish()?;
    Ok(())
}

/// The program that a core is of, from the list of mapped files in its notes (ELF64, little-endian; core(5)).
pub fn executable(core: &Utf8Path) -> Option<Utf8PathBuf> {
    const NOTES: u64 = 4;
    let mut head = vec![0; 64 << 10];
    let mut file = fs_err::File::open(core).ok()?;
    let read = file.read(&mut head).ok()?;
    head.truncate(read);
    let word = |at: usize| Some(u64::from_le_bytes(head.get(at..at + 8)?.try_into().ok()?));
    if !head.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let (first, size, count) = (word(32)? as usize, word(54)? & 0xffff, word(56)? & 0xffff);
    let headers = (0..count as usize).map(|index| first + index * size as usize);
    let notes = headers.into_iter().find(|at| word(*at).is_some_and(|kind| kind & 0xffff_ffff == NOTES))?;
    let (offset, length) = (word(notes + 8)?, word(notes + 32)?.min(16 << 20));
    let mut bytes = vec![0; length as usize];
    std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(offset)).ok()?;
    file.read_exact(&mut bytes).ok()?;
    first_mapped_file(&bytes)
}

/// The file mapped at the lowest address: the program itself, as libraries lie above it.
fn first_mapped_file(notes: &[u8]) -> Option<Utf8PathBuf> {
    const NT_FILE: u32 = 0x4649_4c45;
    let half = |at: usize| Some(u32::from_le_bytes(notes.get(at..at + 4)?.try_into().ok()?));
    let mut at = 0;
    loop {
        let (name, size, kind) = (half(at)? as usize, half(at + 4)? as usize, half(at + 8)?);
        let begin = at + 12 + name.next_multiple_of(4);
        if kind == NT_FILE {
            let note = notes.get(begin..begin + size)?;
            let count = u64::from_le_bytes(note.get(..8)?.try_into().ok()?) as usize;
            let names = note.get(count.checked_mul(24)?.checked_add(16)?..)?;
            let first = names.split(|byte| *byte == 0).next()?;
            return std::str::from_utf8(first).ok().map(Utf8PathBuf::from);
        }
        at = begin + size.next_multiple_of(4);
    }
}

/// A deadline for one core, so that a large one does not eat the time of the stacks.
pub fn deadline(budget: &Budget, left: usize) -> Instant {
    budget.share(u32::try_from(left + 1).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interrupt::Interrupts;

    #[test]
    fn only_memory_without_a_file_counts() {
        assert_eq!(anonymous("00400000-00401000 r--p 00000000 fe:00 12 /usr/bin/x"), None);
        assert_eq!(anonymous("7f00-7f10 rw-p 00000000 00:00 0 "), Some(16));
        assert_eq!(anonymous("7f00-7f20 rw-p 00000000 00:00 0   [heap]"), Some(32));
        assert!(estimate(std::process::id()) > 1 << 20);
    }

    #[test]
    fn a_compressed_file_takes_the_place_of_the_plain_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("a.core")).unwrap();
        std::fs::write(&path, vec![7; 3 << 20]).unwrap();
        let late = Budget::new(Duration::ZERO, &Interrupts::default());
        assert!(compress(&path, &late).is_err() && path.exists());
        let made = compress(&path, &Budget::new(Duration::from_secs(60), &Interrupts::default())).unwrap();
        assert!(!path.exists() && made.metadata().unwrap().len() < 10_000);
        let back = zstd::stream::decode_all(std::fs::File::open(&made).unwrap()).unwrap();
        assert_eq!(back, vec![7; 3 << 20]);
    }
}
