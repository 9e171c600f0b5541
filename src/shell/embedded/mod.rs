//! The embedded shell: a worker process with its own JavaScript engine and its own client.
