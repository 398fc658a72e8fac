//! The bottom zone: what you read.
pub(super) mod curves;
pub(super) mod failures;
pub(super) mod gait;
pub(super) mod joints;
pub(super) mod plot;
pub(super) mod reward_terms;
pub(super) mod sweep;
pub(super) mod timeline;
pub(super) mod torque_speed;
pub(super) mod tracking;

#[cfg(test)]
mod tests;
