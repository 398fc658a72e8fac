//! Things around the robots: rigid bodies with a collider each, or fixed colliders.
use super::build::PROP;
use super::model::{quaternion, vector};
use crate::physics::{PropBody, PropShape};
use crate::robot::LinkPose;
use bevy_rapier3d::rapier::prelude::*;

/// Numbers of a thing's state: position, orientation, velocity, angular velocity.
pub(super) const STATE: usize = 13;

/// Where a thing is and how it moves, world.
#[derive(Clone, Copy)]
pub(super) struct State {
    /// Position of its middle, m; orientation (w, x, y, z).
    pub pose: LinkPose,
    /// m/s
    pub linear: [f32; 3],
    /// rad/s
    pub angular: [f32; 3],
}

impl State {
    /// At rest where it is put at first.
    pub fn start(prop: &PropBody) -> Self {
        Self { pose: prop.pose, linear: [0.0; 3], angular: [0.0; 3] }
    }

    /// Of a body.
    pub fn of(body: &RigidBody) -> Self {
        let q = body.rotation();
        let pose = LinkPose { pos_w: body.translation().to_array(), quat: [q.w, q.x, q.y, q.z] };
        Self { pose, linear: body.linvel().to_array(), angular: body.angvel().to_array() }
    }

    pub fn numbers(&self) -> [f32; STATE] {
        let all = [&self.pose.pos_w[..], &self.pose.quat, &self.linear, &self.angular].concat();
        std::array::from_fn(|i| all[i])
    }

    pub fn from_numbers(n: &[f32; STATE]) -> Self {
        let three = |i: usize| [n[i], n[i + 1], n[i + 2]];
        let pose = LinkPose { pos_w: three(0), quat: [n[3], n[4], n[5], n[6]] };
        Self { pose, linear: three(7), angular: three(10) }
    }

    /// Whether physics can go on from here.
    pub fn is_sane(&self) -> bool {
        let turned = self.pose.quat.iter().map(|v| v * v).sum::<f32>() > 1e-6;
        turned && self.numbers().iter().all(|v| v.abs() < 1e4)
    }
}

/// Puts a thing into a world.
pub(super) fn insert(world: &mut PhysicsWorld, prop: &PropBody, state: &State) -> RigidBodyHandle {
    let pose = Pose::from_parts(vector(state.pose.pos_w), quaternion(state.pose.quat));
    let body = match prop.mass {
        // what sleeps wakes late when a multibody touches it
        Some(_) => RigidBodyBuilder::dynamic().can_sleep(false),
        None => RigidBodyBuilder::fixed(),
    };
    let body = body.pose(pose).linvel(vector(state.linear)).angvel(vector(state.angular));
    let collider = shape(&prop.shape)
        .mass(prop.mass.unwrap_or(0.0))
        .friction(prop.friction)
        .friction_combine_rule(CoefficientCombineRule::Max)
        .collision_groups(InteractionGroups::new(PROP, Group::ALL, InteractionTestMode::And));
    world.insert(body, collider).0
}

fn shape(shape: &PropShape) -> ColliderBuilder {
    let cuboid = |[x, y, z]: [f32; 3]| ColliderBuilder::cuboid(x / 2.0, y / 2.0, z / 2.0);
    match *shape {
        PropShape::Box(size) => cuboid(size),
        PropShape::Ball(radius) => ColliderBuilder::ball(radius),
        PropShape::Wedge(size) => {
            let corners = PropShape::wedge(size).map(vector);
            // six corners of a body with a volume have a hull
            ColliderBuilder::convex_hull(&corners).unwrap_or_else(|| cuboid(size))
        }
        PropShape::Stairs(size, count) => {
            let step = |(middle, [x, y, z]): ([f32; 3], [f32; 3])| {
                let shape = SharedShape::cuboid(x / 2.0, y / 2.0, z / 2.0);
                (Pose::from_translation(vector(middle)), shape)
            };
            ColliderBuilder::compound(PropShape::steps(size, count.max(1)).map(step).collect())
        }
    }
}
