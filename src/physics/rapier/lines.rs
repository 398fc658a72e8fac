//! What rapier sees, as lines: shapes of everything but the ground, joints, axes of bodies, contacts.
use super::build::GROUND;
use crate::physics::DebugLine;
use bevy_rapier3d::rapier::prelude::*;

/// Length of a body's axes, m.
const AXES: f32 = 0.05;
/// Length of a contact's normal, m.
const NORMAL: f32 = 0.08;
/// More lines than anybody can tell apart.
const MOST: usize = 200_000;

/// Takes lines as they come.
struct Lines<'a>(&'a mut Vec<DebugLine>);

impl DebugRenderBackend for Lines<'_> {
    fn filter_object(&self, object: DebugRenderObject) -> bool {
        // the ground is there to be seen, and a height field has as many lines as everything else together
        !matches!(object, DebugRenderObject::Collider(_, c) if c.collision_groups().memberships == GROUND)
    }

    fn draw_line(&mut self, _: DebugRenderObject, a: Vector, b: Vector, color: DebugColor) {
        if self.0.len() < MOST && a.is_finite() && b.is_finite() {
            self.0.push(DebugLine { ends_w: [a.to_array(), b.to_array()], color });
        }
    }
}

/// Appends the lines of a world.
pub(super) fn of(world: &PhysicsWorld, out: &mut Vec<DebugLine>) {
    let style = DebugRenderStyle {
        rigid_body_axes_length: AXES,
        contact_normal_length: NORMAL,
        collider_dynamic_color: [165.0, 0.9, 0.55, 1.0],
        collider_fixed_color: [30.0, 0.9, 0.55, 1.0],
        multibody_joint_anchor_color: [285.0, 0.8, 0.65, 1.0],
        ..DebugRenderStyle::default()
    };
    let mode = DebugRenderMode::default() | DebugRenderMode::CONTACTS;
    let mut pipeline = DebugRenderPipeline::new(style, mode);
    pipeline.render(
        &mut Lines(out),
        &world.bodies,
        &world.colliders,
        &world.impulse_joints,
        &world.multibody_joints,
        &world.narrow_phase,
    );
}
