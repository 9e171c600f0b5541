//! What a planted bug does, how deep it lies, and what a judge has to say of it.

use serde::Serialize;

/// What a planted bug does to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Class {
    /// A real SIGSEGV, SIGBUS, SIGILL or SIGFPE.
    Crash,
    /// A recursion without end: the run time says so and aborts.
    StackOverflow,
    /// The process ends by itself with status 0, and nobody asked it to.
    Exit,
    /// An exception that nobody catches: exit status 100.
    UncaughtException,
    /// `Invariant failure` in the log, then abort().
    Invariant,
    /// `Fatal assertion` with its number in the log, then abort().
    FatalAssertion,
    /// WT_PANIC in the log, then abort().
    StorageEngine,
    /// A tripwire assertion: the server goes on, and aborts when it is told to end.
    Tripwire,
    /// No memory is left: exit status 42.
    OutOfMemory,
    /// AddressSanitizer reports and ends the process.
    AddressSanitizer,
    /// UndefinedBehaviorSanitizer reports and lets the process go on.
    UndefinedBehavior,
    /// LeakSanitizer reports when the process is stopped, and gives it status 23.
    LeakSanitizer,
    /// A thread panics, and the process lives.
    Panic,
    /// Two locks wait for each other, or one for itself.
    Deadlock,
    /// A loop without end under a collection's lock.
    Spin,
    /// Nobody works and nobody answers.
    LostWakeUp,
    /// A loop without end that takes more and more memory.
    GrowingHang,
    /// Memory that is never given back, a little with every command.
    MemoryLeak,
    /// Descriptors that are never closed.
    DescriptorLeak,
    /// The connection is closed instead of a reply.
    DroppedConnection,
    /// Bytes that are no reply.
    BrokenReply,
    /// A reply that shows the server's insides.
    InternalError,
    /// Stored data contradicts itself; `validate` says so.
    Inconsistency,
    /// The nodes of a replica set do not hold the same; `dbHash` or their oplogs say so.
    Divergence,
    /// The process lives and takes no connection any more.
    Unreachable,
    /// Looks like trouble and is none: whoever gives a verdict is wrong.
    Decoy,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 26] = [
        Self::Crash,
        Self::StackOverflow,
        Self::Exit,
        Self::UncaughtException,
        Self::Invariant,
        Self::FatalAssertion,
        Self::StorageEngine,
        Self::Tripwire,
        Self::OutOfMemory,
        Self::AddressSanitizer,
        Self::UndefinedBehavior,
        Self::LeakSanitizer,
        Self::Panic,
        Self::Deadlock,
        Self::Spin,
        Self::LostWakeUp,
        Self::GrowingHang,
        Self::MemoryLeak,
        Self::DescriptorLeak,
        Self::DroppedConnection,
        Self::BrokenReply,
        Self::InternalError,
        Self::Inconsistency,
        Self::Divergence,
        Self::Unreachable,
        Self::Decoy,
    ];

    /// The names of the judge's classes that say it right; every failure seen must have one of them. None for a decoy.
    pub fn verdicts(self) -> &'static [&'static str] {
        match self {
            Self::Crash | Self::Exit => &["Crash"],
            Self::StackOverflow => &["Crash", "Panic"],
            Self::UncaughtException => &["Crash", "UncaughtException"],
            Self::Invariant => &["Invariant"],
            Self::FatalAssertion => &["FatalAssertion", "Invariant"],
            Self::StorageEngine => &["StorageEngine", "FatalAssertion", "Invariant"],
            Self::Tripwire => &["Shutdown", "Tripwire"],
            Self::OutOfMemory => &["OutOfMemory"],
            Self::AddressSanitizer | Self::UndefinedBehavior => &["Sanitizer"],
            Self::LeakSanitizer => &["Sanitizer", "Shutdown"],
            Self::Panic => &["Panic"],
            Self::Deadlock | Self::Spin | Self::LostWakeUp => &["Hang"],
            Self::GrowingHang => &["Hang", "Resource"],
            Self::MemoryLeak | Self::DescriptorLeak => &["Resource"],
            Self::DroppedConnection => &["DroppedConnection"],
            Self::BrokenReply => &["BrokenReply"],
            Self::InternalError => &["InternalError"],
            Self::Inconsistency => &["InvalidData"],
            Self::Divergence => &["Inconsistency"],
            Self::Unreachable => &["Unreachable"],
            Self::Decoy => &[],
        }
    }
}

/// How much must come together before a bug fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Depth {
    /// One command of a certain form.
    OneCommand,
    /// A value at an edge.
    EdgeValue,
    /// Two statements in order.
    TwoStatements,
    /// Three statements that share a collection.
    ThreeStatements,
    /// What is there before the statement.
    State,
    /// A cursor whose collection is gone.
    Cursor,
    /// Two clients at once.
    TwoClients,
    /// One time in ten.
    NowAndThen,
    /// Two nodes of a replica set: only a secondary does it wrong.
    TwoNodes,
}

impl Depth {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::OneCommand,
        Self::EdgeValue,
        Self::TwoStatements,
        Self::ThreeStatements,
        Self::State,
        Self::Cursor,
        Self::TwoClients,
        Self::NowAndThen,
        Self::TwoNodes,
    ];

    /// The words of lists.
    pub fn words(self) -> &'static str {
        match self {
            Self::OneCommand => "one command",
            Self::EdgeValue => "a value at an edge",
            Self::TwoStatements => "two statements in order",
            Self::ThreeStatements => "three statements that share a collection",
            Self::State => "state",
            Self::Cursor => "a cursor without its collection",
            Self::TwoClients => "two clients at once",
            Self::NowAndThen => "one time in ten",
            Self::TwoNodes => "two nodes of a replica set",
        }
    }
}

/// What was measured to find a bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum FoundBy {
    /// A run of at most 40 sets with seed 1 and this bug alone.
    Fuzzing,
    /// Its smallest program; such a run did not meet it.
    SmallestProgram,
    /// Nobody may find it.
    Nobody,
}
