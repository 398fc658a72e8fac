//! The SIMD engine: articulated bodies with a floating base and revolute joints, sphere contacts with the ground.
//!
//! A [`BatchSim`] steps one block of [`crate::lane::WIDTH`] robots, one per lane; every model parameter may differ
//! per lane. One physics step is six stages, one file each, generic over the lane type and compiled once per
//! instruction set ([`Backend`]):
//!
//! 1. `forward`: poses, motion subspaces, velocities, spatial inertias and bias forces; actuator torques
//! 2. `backward`: composite inertias into a branch-sparse mass matrix; right-hand side
//! 3. `factor`: `M = LᵀL` without fill-in; free velocity in `z = L u`
//! 4. `contacts` on a plane (or `uneven` on height fields and boxes, `self_contacts` where robots hit themselves, and `limits`): which
//!    points touch, and their rows `Y = L⁻ᵀ Jᵀ`
//! 5. `solve`: projected Gauss-Seidel in z space with MuJoCo-like soft constraints
//! 6. `integrate`: back to velocities and positions
//!
//! All spatial quantities are world-oriented Plücker coordinates about a fixed point that coincides with the base
//! origin at the start of the step: tree recursions are plain additions, and lever arms stay small wherever the
//! robot is. After Featherstone, Rigid Body Dynamics Algorithms (2008); contact softness after MuJoCo.
//!
//! **Invariants.** A lane's numbers depend on nothing but that lane (not on its neighbours, its position, or the
//! thread); a non-finite lane stays alone. Everything that outlives a step is in the block's arena.

mod backend;
mod backward;
mod box_lists;
mod boxes;
mod contacts;
mod extra;
mod factor;
mod feet;
mod field;
mod forward;
mod ground;
mod hits;
mod integrate;
mod kinematics;
mod layout;
mod limits;
mod link;
mod model;
mod options;
mod pairs;
mod scratch;
mod self_contacts;
mod sim;
mod solve;
#[cfg(test)]
mod tests;
mod uneven;

pub use backend::Backend;
pub use model::Model;
pub use sim::BatchSim;
