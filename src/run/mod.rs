//! Runs: what a command does when it starts.
pub mod bench;
