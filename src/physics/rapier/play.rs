//! A world to play in: all robots of a block that are looked at, and the things around them. It stays from tick to tick, so
//! that piles lie still, and is built anew only where it must be: when models, ground or the number of robots change, after
//! a restored snapshot, and when something stopped being finite.
//!
//! Contact goes both ways: things push robots as robots push things. Robots pass through each other. What it remembers
//! besides places and velocities (contact impulses) is not in snapshots: a restored world goes on from the same state, but
//! not bit for bit.
use super::build::{Builder, Names, add_ground};
use super::ground::Ground;
use super::model::{Model, vector};
use super::options::Options;
use super::props::{self, STATE, State};
use super::robot::Robot;
use super::world::{Agent, empty};
use crate::physics::{PropBody, PropForce, PropPull};
use crate::robot::LinkPose;
use bevy_rapier3d::rapier::prelude::*;
use std::f32::consts::TAU;

/// Natural frequency of the spring by which a thing is pulled, Hz; it is critically damped.
pub(super) const SPRING: f32 = 2.5;
/// Greatest force of a pull, N.
pub(super) const STRONGEST: f32 = 300.0;
/// A robot needs so much room around its base where it begins, m.
const ROOM: f32 = 0.35;
/// Damping of the turning of a thing that is held, 1/s: it hangs still instead of swinging.
const HELD: f32 = 8.0;

/// See the module.
pub struct PlayWorld {
    rapier: PhysicsWorld,
    props: Vec<Prop>,
    /// Robots that are in the world, in lane order.
    names: Vec<Names>,
    /// Whose motion was changed from outside since the last step.
    changed: u32,
    /// Who began anew since the last step.
    began: u32,
    /// Things go back when the next robot begins.
    back_at_start: bool,
    stale: bool,
    pull: Option<PropPull>,
    force: Option<PropForce>,
}

struct Prop {
    cfg: PropBody,
    state: State,
    body: RigidBodyHandle,
}

impl PlayWorld {
    pub(super) fn new(props: &[PropBody]) -> Self {
        let prop = |cfg: &PropBody| Prop {
            cfg: cfg.clone(),
            state: State::start(cfg),
            body: RigidBodyHandle::invalid(),
        };
        Self {
            rapier: PhysicsWorld::new(),
            props: props.iter().map(prop).collect(),
            names: vec![],
            changed: 0,
            began: 0,
            back_at_start: false,
            stale: true,
            pull: None,
            force: None,
        }
    }

    /// Where everything is, in the order of the scene: its middle, world.
    pub fn poses(&self) -> impl Iterator<Item = LinkPose> {
        self.props.iter().map(|p| p.state.pose)
    }

    /// Velocity of a thing's centre of mass, world, m/s.
    pub fn velocity(&self, prop: usize) -> Option<[f32; 3]> {
        Some(self.props.get(prop)?.state.linear)
    }

    /// Height of the highest thing above a place, world, m.
    pub fn height(&self, x: f32, y: f32) -> Option<f32> {
        let top = |prop: &Prop| {
            let [px, py, pz] = prop.state.pose.pos_w;
            let reach = prop.cfg.shape.reach();
            let collider = self.rapier.bodies.get(prop.body)?.colliders().first()?;
            let collider =
                self.rapier.colliders.get(*collider).filter(|_| (px - x).hypot(py - y) <= reach)?;
            let ray = Ray::new(vector([x, y, pz + reach + 0.01]), -Vector::Z);
            let distance = collider.shape().cast_ray(collider.position(), &ray, f32::MAX, true)?;
            Some(ray.origin.z - distance)
        };
        self.props.iter().filter_map(top).max_by(f32::total_cmp)
    }

    /// Pulls at a thing from now on, or lets go; false if there is no such thing or it cannot be moved.
    pub fn pull(&mut self, pull: Option<PropPull>) -> bool {
        let fits = pull.is_none_or(|p| {
            let finite = p.grip.iter().chain(&p.target_w).all(|v| v.is_finite());
            finite && self.props.get(p.prop).is_some_and(|prop| prop.cfg.mass.is_some())
        });
        if fits {
            self.pull = pull;
            self.force = None;
        }
        fits
    }

    /// The force of the pull in the last physics step.
    pub fn pull_force(&self) -> Option<PropForce> {
        self.force
    }

    /// Changes a thing's momentum at once: N s at a place, world, m; false if there is no such thing or it cannot be moved.
    pub fn push(&mut self, prop: usize, at_w: [f32; 3], impulse_w: [f32; 3]) -> bool {
        let finite = at_w.iter().chain(&impulse_w).all(|v| v.is_finite());
        let Some(prop) = self.props.get_mut(prop).filter(|p| finite && p.cfg.mass.is_some()) else {
            return false;
        };
        if let Some(body) = self.rapier.bodies.get_mut(prop.body) {
            body.apply_impulse_at_point(vector(impulse_w), vector(at_w), true);
            prop.state = State::of(body);
        }
        true
    }

    /// Puts everything back where it was at first, at rest.
    pub fn put_back(&mut self) {
        for prop in &mut self.props {
            prop.state = State::start(&prop.cfg);
        }
        self.stale = true;
    }

    /// Puts everything back when the next robot begins anew, and not before: where it stands now may be in the way.
    pub fn put_back_at_start(&mut self) {
        self.back_at_start = true;
    }

    /// The world is built anew before the next step.
    pub(super) fn build_anew(&mut self) {
        self.stale = true;
    }

    /// A robot's motion was changed from outside.
    pub(super) fn changed(&mut self, lane: usize) {
        self.changed |= 1 << lane;
    }

    /// A robot begins anew.
    pub(super) fn began(&mut self, lane: usize) {
        self.changed(lane);
        self.began |= 1 << lane;
    }

    pub(super) fn world(&self) -> &PhysicsWorld {
        &self.rapier
    }

    /// Runs all physics steps of a control tick.
    pub(super) fn step(&mut self, robots: &mut [Robot], model: &Model, options: &Options, ground: &Ground) {
        if self.began != 0 && std::mem::take(&mut self.back_at_start) {
            self.put_back();
        }
        for (lane, robot) in robots.iter().enumerate() {
            if self.began & (1 << lane) != 0 {
                self.make_room(robot.motion.pos);
            }
        }
        if std::mem::take(&mut self.stale) {
            self.build(robots, model, options, ground);
        }
        for (lane, robot) in robots.iter_mut().enumerate() {
            robot.motion.valid &= robot.motion.is_sane();
            if self.changed & (1 << lane) != 0 && robot.motion.valid {
                let (agent, motion) = agent(robot, &self.names[lane], model, options);
                agent.place(&mut self.rapier, motion);
            }
        }
        (self.changed, self.began) = (0, 0);
        for step in 0..options.substeps {
            self.substep(robots, model, options, step);
        }
        for (robot, names) in robots.iter_mut().zip(&self.names) {
            let (agent, motion) = agent(robot, names, model, options);
            agent.forces(&self.rapier, motion);
            motion.valid &= motion.is_sane();
            // its bodies must not go on as they are
            self.stale |= !motion.valid;
        }
        self.read_props();
    }

    /// Puts back what stands where a robot begins: both would be thrown out of each other.
    fn make_room(&mut self, at: [f32; 3]) {
        for prop in &mut self.props {
            let near = |state: &State| {
                let apart = vector(state.pose.pos_w) - vector(at);
                apart.length() < ROOM + prop.cfg.shape.reach()
            };
            if prop.cfg.mass.is_some() && near(&prop.state) && !near(&State::start(&prop.cfg)) {
                prop.state = State::start(&prop.cfg);
                self.stale = true;
            }
        }
    }

    fn substep(&mut self, robots: &mut [Robot], model: &Model, options: &Options, step: usize) {
        for (robot, names) in robots.iter_mut().zip(&self.names) {
            let (agent, motion) = agent(robot, names, model, options);
            // what is no number must not spread
            if motion.valid {
                agent.drive(&mut self.rapier, motion, step);
            }
        }
        self.apply_pull();
        self.rapier.step();
        let limp = self.rapier.quarantine().bodies();
        self.stale |= !limp.is_empty();
        for (robot, names) in robots.iter_mut().zip(&self.names) {
            robot.motion.valid &= !limp.iter().any(|body| names.links.contains(body));
            let (agent, motion) = agent(robot, names, model, options);
            agent.read(&self.rapier, motion);
        }
    }

    fn build(&mut self, robots: &mut [Robot], model: &Model, options: &Options, ground: &Ground) {
        self.rapier = empty(options);
        let world = &mut self.rapier;
        add_ground(&mut world.colliders, ground);
        let sets = |w: &mut PhysicsWorld, draw: &_| {
            Builder::new(&mut w.bodies, &mut w.colliders, &mut w.multibody_joints).robot(
                model,
                draw,
                options.limits,
            )
        };
        self.names = robots.iter().map(|robot| sets(world, &robot.draw)).collect();
        for prop in &mut self.props {
            if !prop.state.is_sane() {
                prop.state = State::start(&prop.cfg);
            }
            prop.body = props::insert(world, &prop.cfg, &prop.state);
        }
        // all robots stand at the origin now
        self.changed = u32::MAX;
    }

    /// The spring between the place that is held and the place where it is wanted.
    fn apply_pull(&mut self) {
        for prop in &self.props {
            if let Some(body) = self.rapier.bodies.get_mut(prop.body).filter(|b| b.is_dynamic()) {
                body.reset_forces(false);
                body.reset_torques(false);
                body.set_angular_damping(0.0);
            }
        }
        self.force = None;
        let Some(pull) = self.pull else { return };
        let Some(prop) = self.props.get(pull.prop) else { return };
        let Some(body) = self.rapier.bodies.get_mut(prop.body) else { return };
        let at = body.position().transform_point(vector(pull.grip));
        let (mass, turn) = (body.mass(), TAU * SPRING);
        let spring = (vector(pull.target_w) - at) * (mass * turn * turn);
        let damping = body.velocity_at_point(at) * (2.0 * mass * turn);
        let force = (spring - damping).clamp_length_max(STRONGEST);
        body.add_force_at_point(force, at, true);
        body.set_angular_damping(HELD);
        self.force = Some(PropForce { prop: pull.prop, at_w: at.to_array(), force_w: force.to_array() });
    }

    /// Takes over where things are now; one that stopped being finite is put back.
    fn read_props(&mut self) {
        for prop in &mut self.props {
            let Some(body) = self.rapier.bodies.get(prop.body) else { continue };
            let state = State::of(body);
            if state.is_sane() {
                prop.state = state;
            } else {
                prop.state = State::start(&prop.cfg);
                self.stale = true;
            }
        }
    }

    pub(super) fn snapshot_len(&self) -> usize {
        self.props.len() * STATE
    }

    pub(super) fn snapshot(&self, out: &mut Vec<f32>) {
        self.props.iter().for_each(|prop| out.extend(prop.state.numbers()));
    }

    /// Takes over what `snapshot` wrote: `snapshot_len` numbers.
    pub(super) fn restore(&mut self, data: &[f32]) {
        for (prop, numbers) in self.props.iter_mut().zip(data.as_chunks::<STATE>().0) {
            prop.state = State::from_numbers(numbers);
        }
        self.stale = true;
        // robots that were put back by this do not begin anew
        self.began = 0;
    }
}

/// A robot as it is in this world.
fn agent<'a>(
    robot: &'a mut Robot,
    names: &'a Names,
    model: &'a Model,
    options: &'a Options,
) -> (Agent<'a>, &'a mut super::motion::Motion) {
    let Robot { joints, motion, targets, extra, draw, .. } = robot;
    let gravity = &draw.gravity_offset;
    (Agent { names, model, options, joints, targets, extra, gravity }, motion)
}
