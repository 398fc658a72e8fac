//! Benchmarks: each returns named numbers, taken in one run so that ratios mean something on a shared machine.
pub mod physics;
