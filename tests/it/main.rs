//! Tests of the whole: real processes, real sockets.

mod embedded;
mod program;

mod alarm;
mod back_end;
mod bisect;
mod bad_input;
mod bson_round;
mod capture;
mod clients;
mod connections;
mod corpus;
mod coverage;
mod crash_logs;
mod fidelity;
mod external_shells;
mod faults;
mod given_mongod;
mod hostile;
mod interrupts;
mod known_failures;
mod planted_bugs;
mod real_servers;
mod reduce;
mod repeated_failures;
mod repetition;
mod sandbox;
mod self_check;
mod server_file;
mod service;
mod shell_api;
mod taming;
mod tidy;
mod topologies;
mod triage_tools;
mod worker_memory;
