//! A robot in a rapier world, and the world of one environment.
//!
//! That world lives for one control tick: it is a copy of the environment's parts, put where the environment is. So nothing
//! that rapier remembers (the order of contacts, the shape of its search trees) can reach over the end of a tick: what an
//! environment is stands in its [`Motion`] alone, and a restored one goes on bit for bit. Worlds that are played in with
//! things around the robots are another matter: see [`super::play`].
use super::build::{Names, Parts, multibody, multibody_mut};
use super::extra::Extra;
use super::model::{JointParams, Model, vector};
use super::motion::Motion;
use super::options::Options;
use crate::actuator::{bend_after, dry_friction, motor_range, pd_torque, unsaturated, unsaturated_in};
use bevy_rapier3d::rapier::prelude::*;

/// A robot in a world, whatever else is in it.
#[derive(Clone, Copy)]
pub(super) struct Agent<'a> {
    pub names: &'a Names,
    pub model: &'a Model,
    pub options: &'a Options,
    pub joints: &'a [JointParams],
    /// rad
    pub targets: &'a [f32],
    pub extra: &'a Extra,
    /// Added to the world's gravity, m/s².
    pub gravity: &'a [f32; 3],
}

/// What one environment's tick needs besides its motion.
pub(super) struct Tick<'a> {
    pub parts: &'a Parts,
    pub agent: Agent<'a>,
}

impl Tick<'_> {
    /// Runs all physics steps of a control tick; returns the world as it was after the last one, if there was one at all.
    pub fn run(&self, motion: &mut Motion) -> Option<PhysicsWorld> {
        if !(motion.valid && motion.is_sane()) {
            motion.valid = false;
            return None;
        }
        let mut rapier = self.world(motion);
        for step in 0..self.agent.options.substeps {
            self.agent.drive(&mut rapier, motion, step);
            rapier.step();
            // rapier disables what stopped being finite: a leg would go limp and nobody would know why
            motion.valid &= rapier.quarantine().is_empty();
            self.agent.read(&rapier, motion);
        }
        self.agent.forces(&rapier, motion);
        motion.valid &= motion.is_sane();
        Some(rapier)
    }

    /// The world as it is before the tick.
    pub fn world(&self, motion: &Motion) -> PhysicsWorld {
        let mut rapier = empty(self.agent.options);
        rapier.bodies = self.parts.bodies.clone();
        rapier.colliders = self.parts.colliders.clone();
        rapier.multibody_joints = self.parts.joints.clone();
        self.agent.place(&mut rapier, motion);
        rapier
    }
}

/// A world with nothing in it.
pub(super) fn empty(options: &Options) -> PhysicsWorld {
    let mut rapier = PhysicsWorld::new();
    rapier.gravity = options.gravity;
    rapier.integration_parameters = options.integration;
    rapier
}

impl Agent<'_> {
    /// Puts the robot where `motion` has it.
    pub fn place(&self, rapier: &mut PhysicsWorld, motion: &Motion) {
        let root = self.names.links[0];
        let base = motion.pose();
        let com = base.rotation * self.names.base_com;
        let (angular, linear) = (vector(motion.angular), vector(motion.linear));
        let linear = linear + angular.cross(com);
        let bodies = &mut rapier.bodies;
        let body = &mut bodies[root];
        body.set_position(Pose::from_parts(base.translation + com, base.rotation), true);
        body.set_linvel(linear, true);
        body.set_angvel(angular, true);
        let Some(robot) = multibody_mut(&mut rapier.multibody_joints, root) else { return };
        let mut turns = vec![0.0; 6];
        let now = robot.links().skip(1).map(|link| link.joint().coords()[3]);
        turns.extend(motion.joints.iter().zip(now).map(|(wanted, now)| wanted - now));
        robot.apply_displacements(&turns);
        let mut velocity = robot.generalized_velocity_mut();
        let all =
            linear.to_array().into_iter().chain(angular.to_array()).chain(motion.velocities.iter().copied());
        for (to, from) in velocity.iter_mut().zip(all) {
            *to = from;
        }
        robot.forward_kinematics(bodies, true);
        robot.update_rigid_bodies(bodies, true);
    }

    /// Forces that differ from robot to robot: gravity's difference on every link, and a wrench on the base.
    fn load(&self, bodies: &mut RigidBodySet) {
        let gravity = vector(*self.gravity);
        if gravity == Vector::ZERO && self.extra.wrench.is_none() && !self.extra.was_pulled {
            return;
        }
        for link in &self.names.links {
            let body = &mut bodies[*link];
            body.reset_forces(false);
            body.add_force(gravity * body.mass(), true);
        }
        if let Some([fx, fy, fz, tx, ty, tz]) = self.extra.wrench {
            // torques were reset before, and the actuators' come on top
            let base = &mut bodies[self.names.links[0]];
            base.add_force(vector([fx, fy, fz]), true);
            base.add_torque(vector([tx, ty, tz]), true);
        }
    }

    /// Evaluates the actuators' law and applies their torques, equal and opposite, to child and parent.
    /// `step` is the number of the physics step within the tick.
    pub fn drive(&self, rapier: &mut PhysicsWorld, motion: &mut Motion, step: usize) {
        let n = self.joints.len();
        if let Some(torques) = self.extra.torques.get(step * n..(step + 1) * n) {
            motion.feedforward.copy_from_slice(torques);
        }
        let early = (step as f32) < self.extra.from && self.extra.before.len() == n;
        let targets = if early { &self.extra.before[..] } else { self.targets };
        let (dt, implicit_kd) = (self.options.dt, self.options.implicit_kd);
        let bodies = &mut rapier.bodies;
        for link in &self.names.links {
            bodies[*link].reset_torques(false);
        }
        self.load(bodies);
        let Some(robot) = multibody_mut(&mut rapier.multibody_joints, self.names.links[0]) else {
            return;
        };
        for (j, p) in self.joints.iter().enumerate() {
            let (position, velocity) = (motion.joints[j], motion.velocities[j]);
            let error = targets[j] - position;
            let mut torque = pd_torque(p.kp, p.kd, p.effort, error, velocity, motion.feedforward[j]);
            let mut damps = unsaturated(torque, p.effort);
            if let Some([no_load, fall]) = self.options.motors.get(j) {
                let range = motor_range(p.effort, velocity, *no_load, *fall);
                torque = torque.clamp(range.0, range.1);
                damps = unsaturated_in(torque, p.effort, range);
            }
            motion.torque[j] = torque;
            let (friction, friction_damping) = dry_friction(p.dry_friction, motion.bend[j], velocity, dt);
            let implicit_kd = if implicit_kd { damps * p.kd } else { 0.0 };
            // rapier's damping acts on the velocity after the step; what these torques hold of it already at the
            // velocity before the step would count twice
            let twice = friction_damping + implicit_kd;
            robot.damping_mut()[6 + j] = p.damping + twice;
            let total = torque + friction + twice * velocity;
            let Some(link) = robot.link(j + 1) else { continue };
            let torque_w = link.local_to_world().rotation * self.model.links[j + 1].axis * total;
            bodies[self.names.links[j + 1]].add_torque(torque_w, true);
            bodies[self.names.links[self.model.links[j + 1].parent]].add_torque(-torque_w, true);
        }
    }

    /// Positions and velocities after a step, and what the joints' friction remembers of it.
    pub fn read(&self, rapier: &PhysicsWorld, motion: &mut Motion) {
        let root = self.names.links[0];
        let robot = multibody(&rapier.multibody_joints, root);
        let (pose, linear, angular) = match robot {
            Some(robot) => {
                let u = robot.generalized_velocity();
                let pose = *robot.root().local_to_world();
                (pose, Vector::new(u[0], u[1], u[2]), Vector::new(u[3], u[4], u[5]))
            }
            None => {
                let body = &rapier.bodies[root];
                (*body.position(), body.linvel(), body.angvel())
            }
        };
        let rotation = pose.rotation.normalize();
        let com = rotation * self.names.base_com;
        motion.pos = (pose.translation - com).to_array();
        motion.quat = [rotation.w, rotation.x, rotation.y, rotation.z];
        motion.linear = (linear - angular.cross(com)).to_array();
        motion.angular = angular.to_array();
        let Some(robot) = robot else { return };
        for (j, link) in robot.links().skip(1).enumerate() {
            motion.joints[j] = link.joint().coords()[3];
            motion.velocities[j] = robot.generalized_velocity()[6 + j];
            motion.bend[j] = bend_after(motion.bend[j], motion.velocities[j], self.options.dt);
        }
    }

    /// Contact forces of the last physics step: upwards, along x and along y, world.
    pub fn forces(&self, rapier: &PhysicsWorld, motion: &mut Motion) {
        for (force, ball) in motion.force.iter_mut().zip(&self.names.balls) {
            let total = self.force_on(rapier, *ball);
            *force = [total.z, total.x, total.y];
        }
    }

    /// Force of whatever it touches on a ball in the last physics step, world, N.
    ///
    /// Rapier's own sums (`ContactPair::total_impulse`, contact force events) count the impulse with which the solver
    /// started once more: a steady contact reads (n + 1) / n times what it is after n solver iterations. What it keeps for
    /// the next warm start is the impulse of the last iteration alone, which is exact.
    pub fn force_on(&self, rapier: &PhysicsWorld, ball: ColliderHandle) -> Vector {
        let iterations = self.options.integration.num_solver_iterations as f32;
        let mut impulse = Vector::ZERO;
        for pair in rapier.narrow_phase.contact_pairs_with(ball) {
            let sign = if pair.collider2 == ball { 1.0 } else { -1.0 };
            for manifold in pair.solver_manifolds() {
                for contact in &manifold.data.solver_contacts {
                    let index = contact.contact_id[0] as usize & 0x7fff_ffff;
                    let Some(point) = manifold.points.get(index) else { continue };
                    let friction = point.data.warmstart_tangent_world;
                    impulse += (manifold.data.normal * point.data.warmstart_impulse - friction) * sign;
                }
            }
        }
        impulse * (iterations / self.options.dt)
    }
}
