//! A task on other ground than its own.
use crate::task::{self, Plan};
use crate::terrain::{Terrain, edges};
use anyhow::Result;
use std::sync::Arc;

/// The same task on this ground: everybody starts where they are put, facing along x, and nothing ends at a rim.
///
/// # Errors
/// None that the task itself has not.
pub fn on_terrain(plan: &Plan, terrain: Terrain) -> Result<Plan> {
    let mut other = task::compile_like(plan.doc.clone(), plan)?;
    other.terrain = Arc::new(terrain);
    other.edges = other.edges.map(|_| edges(&other.terrain));
    other.env.terrain = None;
    other.env.events.start.yaw = 0.0;
    Ok(other)
}
