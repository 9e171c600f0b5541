//! Reports of the sanitizers of C and C++, on standard error as their manuals show them.

use super::Place;

/// AddressSanitizer's exit status unless its options say otherwise.
const ADDRESS: i32 = 1;
/// LeakSanitizer's.
const LEAK: i32 = 23;

/// Reports a use after free and ends the process.
pub fn address_sanitizer(function: &str, place: Place) -> ! {
    let Place { file, line } = place;
    let rule = "=".repeat(65);
    let pid = std::process::id();
    eprintln!(
        "{rule}\n\
         =={pid}==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x55d0c0de1000 bp \
         0x7ffd00000010 sp 0x7ffd00000008\n\
         READ of size 8 at 0x602000000010 thread T7\n    \
         #0 0x55d0c0de0fff in {function} {file}:{line}:9\n    \
         #1 0x55d0c0de2abc in practice::CommandDispatcher::run() src/practice/commands/dispatch.cpp:88:5\n\n\
         0x602000000010 is located 0 bytes inside of 16-byte region [0x602000000010,0x602000000020)\n\
         freed by thread T7 here:\n    \
         #0 0x55d0c0d00000 in operator delete(void*)\n    \
         #1 0x55d0c0de0f00 in {function} {file}:{}:5\n\n\
         SUMMARY: AddressSanitizer: heap-use-after-free {file}:{line}:9 in {function}\n\
         =={pid}==ABORTING",
        line - 4
    );
    std::process::exit(ADDRESS)
}

/// Reports undefined behaviour; the process goes on.
pub fn undefined_behavior(what: &str, place: Place) {
    let Place { file, line } = place;
    eprintln!(
        "{file}:{line}:31: runtime error: {what}\n    \
         #0 0x55d0c0de3fff in practice::Increment::apply() {file}:{line}:31\n\
         SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior {file}:{line}:31"
    );
}

/// Reports blocks that nobody points to any more; gives the exit status that follows.
pub fn leak_sanitizer(blocks: u32) -> i32 {
    let pid = std::process::id();
    let bytes = 64 * blocks;
    eprintln!(
        "\n{}\n=={pid}==ERROR: LeakSanitizer: detected memory leaks\n\n\
         Direct leak of {bytes} byte(s) in {blocks} object(s) allocated from:\n    \
         #0 0x55d0c0d00100 in operator new(unsigned long)\n    \
         #1 0x55d0c0de4fff in practice::ClientCursor::pin() src/practice/query/client_cursor.cpp:144:12\n\n\
         SUMMARY: LeakSanitizer: {bytes} byte(s) leaked in {blocks} allocation(s).",
        "=".repeat(65)
    );
    LEAK
}
