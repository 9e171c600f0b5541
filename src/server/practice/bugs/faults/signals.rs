//! Faults that the processor finds.
//!
//! Safe code cannot make a wild pointer or a broken instruction, but the kernel lets a process write its own memory as a
//! file. Where that file is not to be had the signal itself must do.

use rustix::process::{Signal, getpid, kill_process};
use std::hint::black_box;
use std::io::{Read, Seek, SeekFrom, Write};

/// No page is ever mapped there.
const NOWHERE: usize = 0x10;

/// A pointer type's size times the fields of a vector: pointer, capacity, length.
const VECTOR_BYTES: usize = size_of::<Vec<u8>>();

/// `ud2`
#[cfg(target_arch = "x86_64")]
const BROKEN: &[u8] = &[0x0f, 0x0b];
/// `xor edx, edx; xor ecx, ecx; div ecx`
#[cfg(target_arch = "x86_64")]
const DIVISION_BY_ZERO: &[u8] = &[0x31, 0xd2, 0x31, 0xc9, 0xf7, 0xf1];
/// `pushfq; or dword [rsp], 0x40000; popfq; mov eax, [rsp + 1]`: with alignment checks on an odd address is an error.
#[cfg(target_arch = "x86_64")]
const UNALIGNED_READ: &[u8] = &[0x9c, 0x81, 0x0c, 0x24, 0x00, 0x00, 0x04, 0x00, 0x9d, 0x8b, 0x44, 0x24, 0x01];

/// `udf #0`
#[cfg(target_arch = "aarch64")]
const BROKEN: &[u8] = &[0, 0, 0, 0];
// The processor divides by zero and reads odd addresses without a word.
#[cfg(target_arch = "aarch64")]
const DIVISION_BY_ZERO: &[u8] = &[];
#[cfg(target_arch = "aarch64")]
const UNALIGNED_READ: &[u8] = &[];

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const BROKEN: &[u8] = &[];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const DIVISION_BY_ZERO: &[u8] = &[];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const UNALIGNED_READ: &[u8] = &[];

/// Follows a wild pointer: the process ends with SIGSEGV.
pub fn segmentation_fault() -> ! {
    let mut victim: Vec<u8> = black_box(vec![1, 2, 3]);
    let _ = redirect(&mut victim);
    black_box(victim[0]);
    raise(Signal::SEGV)
}

/// Runs into an instruction that is none: SIGILL.
pub fn illegal_instruction() -> ! {
    run(BROKEN);
    raise(Signal::ILL)
}

/// Divides by zero: SIGFPE.
pub fn floating_point_exception() -> ! {
    run(DIVISION_BY_ZERO);
    raise(Signal::FPE)
}

/// Reads a word from an odd address where that is checked: SIGBUS.
pub fn bus_error() -> ! {
    run(UNALIGNED_READ);
    raise(Signal::BUS)
}

/// Calls itself until the stack is full: the run time says so and the process ends with SIGABRT.
pub fn endless_recursion(level: u64) -> u64 {
    let frame = black_box([level; 64]);
    // Without a way out the compiler would refuse it.
    if black_box(level) == u64::MAX {
        return 0;
    }
    endless_recursion(level + 1) + black_box(frame)[0]
}

/// Handlers of the run time may take the first one.
fn raise(signal: Signal) -> ! {
    loop {
        let _ = kill_process(getpid(), signal);
    }
}

/// Overwrites a function with other instructions and calls it.
fn run(code: &[u8]) {
    let function: fn(u64) -> u64 = black_box(victim);
    if !code.is_empty() && patch(function as usize as u64, code).is_ok() {
        black_box(function(1));
    }
}

/// Long enough to be overwritten.
#[inline(never)]
fn victim(number: u64) -> u64 {
    (0..black_box(number)).fold(black_box(7), |sum, next| black_box(sum) ^ black_box(next).rotate_left(3))
}

fn patch(address: u64, bytes: &[u8]) -> std::io::Result<()> {
    let mut memory = std::fs::File::options().read(true).write(true).open("/proc/self/mem")?;
    memory.seek(SeekFrom::Start(address))?;
    memory.write_all(bytes)
}

/// Overwrites a vector's pointer in place.
fn redirect(victim: &mut Vec<u8>) -> std::io::Result<()> {
    let pointer = victim.as_ptr() as usize;
    let place = std::ptr::from_mut(victim) as usize as u64;
    let mut memory = std::fs::File::options().read(true).write(true).open("/proc/self/mem")?;
    let mut words = [0; VECTOR_BYTES];
    memory.seek(SeekFrom::Start(place))?;
    memory.read_exact(&mut words)?;
    let field = words.chunks(size_of::<usize>()).position(|word| word == pointer.to_ne_bytes());
    let Some(field) = field else { return Ok(()) };
    patch(place + (field * size_of::<usize>()) as u64, &NOWHERE.to_ne_bytes())
}
