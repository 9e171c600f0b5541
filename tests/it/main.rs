//! Tests of the whole: real processes, real sockets.

mod tidy;
mod shell_api;
