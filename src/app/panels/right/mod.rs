//! The right zone: what you change.
pub(super) mod changes;
pub(super) mod commands;
pub(super) mod export;
mod fields;
pub(super) mod knob;
pub(super) mod learner;
pub(super) mod physics;
pub(super) mod randomise;
pub(super) mod recorder;
pub(super) mod rewards;
pub(super) mod terrain;
pub(super) mod training;

#[cfg(test)]
mod tests;
