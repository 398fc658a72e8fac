//! The left zone: pick and inspect.
pub(super) mod robot;
pub(super) mod runs;
