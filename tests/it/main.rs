//! Tests of the whole: real processes, real sockets.

mod shell_api;
