//! What ends episodes, and the last seconds of some that failed.

use crate::robot::Posture;

/// An episode that ended in failure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FailedEpisode {
    /// Environment.
    pub env: usize,
    /// Iteration in which it ended.
    pub iteration: u64,
    /// Key of the termination.
    pub termination: String,
    /// Key of the reward term that cost most over the episode.
    pub costliest: String,
    /// Terrain tile (level, column) where it ended.
    pub tile: [u32; 2],
    /// Command at the end: forward m/s, left m/s, yaw rate rad/s.
    pub command: [f32; 3],
    /// Length of the episode, s.
    pub length_s: f32,
    /// The last two seconds, one per control tick, the oldest first.
    pub postures: Vec<Posture>,
    /// Control period, s.
    pub dt: f32,
}

/// One line of the table: failures with the same cause.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FailureRow {
    /// Key of the termination.
    pub termination: String,
    /// Key of the costliest reward term.
    pub costliest: String,
    /// Terrain tile (level, column).
    pub tile: [u32; 2],
    /// Episodes of the recent past.
    pub episodes: u32,
    /// Their share of all recently ended episodes.
    pub share: f64,
    /// Their mean length, s.
    pub mean_length_s: f64,
}

/// What ended the last episodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FailureTable {
    /// Recently ended episodes, time-outs included.
    pub ended: u32,
    /// Most frequent first.
    pub rows: Vec<FailureRow>,
}
