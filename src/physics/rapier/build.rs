//! One environment's bodies, colliders and joints: the robot as a multibody on the ground.
use super::ground::Ground;
use super::model::{Model, vector};
use crate::robot::ModelDraw;
use bevy_rapier3d::rapier::prelude::*;

/// What the ground belongs to.
pub(super) const GROUND: Group = Group::GROUP_1;
const ROBOT: Group = Group::GROUP_2;
/// What things belong to.
pub(super) const PROP: Group = Group::GROUP_3;

/// A robot on its ground, at the origin with all joints at zero. Copied at the start of every tick.
#[derive(Clone)]
pub(super) struct Parts {
    pub bodies: RigidBodySet,
    pub colliders: ColliderSet,
    pub joints: MultibodyJointSet,
    pub names: Names,
}

/// Who is who among the parts.
#[derive(Clone, Default)]
pub(super) struct Names {
    /// Bodies in link order. The root's frame is at its centre of mass, all others are link frames.
    pub links: Vec<RigidBodyHandle>,
    /// Colliders in point order.
    pub balls: Vec<ColliderHandle>,
    /// Centre of mass of the base in its link frame, m.
    pub base_com: Vector,
}

/// Softness of joint limits.
pub(super) type Softness = SpringCoefficients<Real>;

impl Parts {
    pub fn new(model: &Model, ground: &Ground, draw: &ModelDraw, limits: Softness) -> Self {
        let mut p = Self {
            bodies: RigidBodySet::new(),
            colliders: ColliderSet::new(),
            joints: MultibodyJointSet::new(),
            names: Names::default(),
        };
        add_ground(&mut p.colliders, ground);
        p.names = Builder::new(&mut p.bodies, &mut p.colliders, &mut p.joints).robot(model, draw, limits);
        p
    }
}

/// Puts the ground into a world.
pub(super) fn add_ground(colliders: &mut ColliderSet, ground: &Ground) {
    for (pose, shape) in &ground.parts {
        let collider = ColliderBuilder::new(shape.clone())
            .position(*pose)
            .friction(0.0)
            .collision_groups(InteractionGroups::new(GROUND, Group::ALL, InteractionTestMode::And));
        colliders.insert(collider);
    }
}

/// Puts robots into a world, whatever else is in it.
pub(super) struct Builder<'a> {
    bodies: &'a mut RigidBodySet,
    colliders: &'a mut ColliderSet,
    joints: &'a mut MultibodyJointSet,
    names: Names,
}

impl<'a> Builder<'a> {
    pub fn new(
        bodies: &'a mut RigidBodySet,
        colliders: &'a mut ColliderSet,
        joints: &'a mut MultibodyJointSet,
    ) -> Self {
        Self { bodies, colliders, joints, names: Names::default() }
    }

    /// A robot at the origin with all joints at zero.
    pub fn robot(mut self, model: &Model, draw: &ModelDraw, limits: Softness) -> Names {
        self.names.base_com = model.links[0].com + vector(draw.base_com_offset);
        for i in 0..model.links.len() {
            self.add_link(model, i, draw, limits);
        }
        for point in &model.points {
            let center = point.center - if point.link == 0 { self.names.base_com } else { Vector::ZERO };
            let ball = ColliderBuilder::ball(point.radius)
                .translation(center)
                .density(0.0)
                .friction(draw.friction)
                // the robot's coefficient is that of the pair
                .friction_combine_rule(CoefficientCombineRule::Max)
                .restitution(draw.restitution)
                .restitution_combine_rule(CoefficientCombineRule::Max)
                .collision_groups(InteractionGroups::new(ROBOT, !ROBOT, InteractionTestMode::And));
            let body = self.names.links[point.link];
            self.names.balls.push(self.colliders.insert_with_parent(ball, body, self.bodies));
        }
        for link in &self.names.links {
            self.bodies[*link].recompute_mass_properties_from_colliders(self.colliders);
        }
        self.set_joint_params(model, draw);
        self.names
    }

    fn add_link(&mut self, model: &Model, i: usize, draw: &ModelDraw, limits: Softness) {
        let link = &model.links[i];
        let factor = if i == 0 { 1.0 + draw.base_mass_offset / link.mass } else { draw.mass_factor(i - 1) };
        // rapier turns a free root about the origin of its frame and takes its velocity as the centre of mass's: that is
        // the same thing only where the two coincide
        let com = if i == 0 { Vector::ZERO } else { link.com };
        let mass = MassProperties::with_inertia_matrix(com, link.mass * factor, link.inertia * factor);
        let body = RigidBodyBuilder::dynamic().additional_mass_properties(mass).can_sleep(false);
        let handle = self.bodies.insert(body);
        self.bodies[handle].set_allow_fast_rotation(true);
        self.names.links.push(handle);
        if i == 0 {
            return;
        }
        // the free axis of both frames is x
        let to_axis = Rotation::from_rotation_arc(Vector::X, link.axis);
        let up = if link.parent == 0 { self.names.base_com } else { Vector::ZERO };
        let frame1 = Pose::from_parts(link.origin.translation - up, link.origin.rotation * to_axis);
        let mut hinge = GenericJoint::new(JointAxesMask::LOCKED_REVOLUTE_AXES);
        hinge.set_local_frame1(frame1).set_local_frame2(Pose::from_rotation(to_axis));
        hinge.set_limits(JointAxis::AngX, link.limits).set_softness(limits).set_contacts_enabled(false);
        self.joints.insert(self.names.links[link.parent], handle, hinge, true);
    }

    fn set_joint_params(&mut self, model: &Model, draw: &ModelDraw) {
        let root = self.names.links[0];
        let Some(multibody) = multibody_mut(self.joints, root) else { return };
        multibody.set_self_contacts_enabled(false);
        // rapier gives every angular coordinate 0.1 N m s/rad
        multibody.damping_mut().fill(0.0);
        for (j, joint) in model.joints.iter().enumerate() {
            multibody.armature_mut()[6 + j] = joint.drawn(draw, j).armature;
        }
    }
}

/// The multibody of which a body is a part; none for a robot without joints.
pub(super) fn multibody(joints: &MultibodyJointSet, body: RigidBodyHandle) -> Option<&Multibody> {
    joints.rigid_body_link(body).and_then(|link| joints.get_multibody(link.multibody))
}

/// As [`multibody`], to write.
pub(super) fn multibody_mut(joints: &mut MultibodyJointSet, body: RigidBodyHandle) -> Option<&mut Multibody> {
    let index = joints.rigid_body_link(body)?.multibody;
    joints.get_multibody_mut(index)
}
