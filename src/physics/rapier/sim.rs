//! One block of worlds behind the [`Simulator`] trait.
use super::build::Parts;
use super::extra::Extra as Own;
use super::ground::Ground;
use super::lines;
use super::model::Model;
use super::motion::Motion;
use super::options::Options;
use super::play::PlayWorld;
use super::robot::Robot;
use crate::lane::{Lane, V3, WIDTH, Wide};
use crate::physics::{DebugLine, Extra, GroundShape, PhysicsCfg, PropBody, Simulator};
use crate::robot::{LinkPose, ModelDraw, StartState, StateView, Twist};
use crate::terrain::Terrain;
use rayon::prelude::*;
use std::sync::Arc;

/// A block of [`WIDTH`] robots, each in a world of its own, or all in one with things around them.
pub struct RapierSim {
    model: Arc<Model>,
    terrain: Arc<Terrain>,
    ground: Ground,
    ground_shape: GroundShape,
    pub(super) options: Options,
    pub(super) robots: Vec<Robot>,
    /// How many of them are looked at.
    attended: usize,
    play: Option<PlayWorld>,
    shown: Shown,
}

/// The motions of all environments, turned into lanes.
#[derive(Default)]
struct Shown {
    pos: V3<Wide>,
    quat: [Wide; 4],
    linear: V3<Wide>,
    angular: V3<Wide>,
    joints: Vec<Wide>,
    velocities: Vec<Wide>,
    torque: Vec<Wide>,
    force: Vec<[Wide; 3]>,
    foot_pos: Vec<V3<Wide>>,
    foot_vel: Vec<V3<Wide>>,
    foot_ground: Vec<Wide>,
    foot_axes: Vec<[V3<Wide>; 2]>,
    point_offset: Vec<V3<Wide>>,
    valid: Wide,
}

impl RapierSim {
    /// All environments stand in the nominal pose at the nominal height above z = 0, with the robot's own parameters and
    /// friction 1.
    pub fn new(model: Arc<Model>, terrain: Arc<Terrain>, cfg: &PhysicsCfg) -> RapierSim {
        let options = Options::new(cfg, &model.speeds);
        let ground = Ground::of(&terrain, cfg.ground);
        let draw = ModelDraw::default();
        let parts = Parts::new(&model, &ground, &draw, options.limits);
        let start = StartState {
            pos_w: [0.0, 0.0, model.nominal_height],
            quat: [1.0, 0.0, 0.0, 0.0],
            twist: Twist::default(),
            joint_pos: model.nominal_joints.clone(),
            joint_vel: vec![0.0; model.num_joints()],
        };
        let robot = |_| {
            let mut motion = Motion::new(&model);
            motion.start(&start);
            Robot {
                draw: draw.clone(),
                joints: model.joints.clone(),
                parts: parts.clone(),
                motion,
                targets: model.nominal_joints.clone(),
                extra: Own::default(),
            }
        };
        let robots = (0..WIDTH).map(robot).collect();
        let (joints, feet) = (vec![Wide::zero(); model.num_joints()], vec![V3::zero(); model.soles.len()]);
        let shown = Shown {
            joints: joints.clone(),
            velocities: joints.clone(),
            torque: joints,
            force: vec![[Wide::zero(); 3]; model.points.len()],
            foot_pos: feet.clone(),
            foot_vel: feet,
            foot_ground: vec![Wide::zero(); model.soles.len()],
            foot_axes: vec![[V3::zero(); 2]; model.soles.len()],
            point_offset: vec![V3::zero(); if model.has_pairs { model.points.len() } else { 0 }],
            ..Shown::default()
        };
        let ground_shape = cfg.ground;
        let (attended, play) = (WIDTH, None);
        let mut sim =
            RapierSim { model, terrain, ground, ground_shape, options, robots, attended, play, shown };
        (0..WIDTH).for_each(|lane| sim.show(lane));
        sim
    }

    /// All robots in one world that stays, with these things around them.
    pub fn with_props(mut self, props: &[PropBody]) -> Self {
        self.play = Some(PlayWorld::new(props));
        self
    }

    /// Torques added to the controllers' before the effort limit, per joint, N m; they stay until changed.
    pub fn set_feedforward(&mut self, torques: &[Wide]) {
        for (lane, robot) in self.robots.iter_mut().enumerate() {
            for (to, from) in robot.motion.feedforward.iter_mut().zip(torques) {
                *to = from.lanes()[lane];
            }
        }
    }

    fn rebuild(&mut self, lane: usize, draw: &ModelDraw) {
        let robot = &mut self.robots[lane];
        robot.parts = Parts::new(&self.model, &self.ground, draw, self.options.limits);
        robot.joints = self.model.joints.iter().enumerate().map(|(i, j)| j.drawn(draw, i)).collect();
        robot.draw = draw.clone();
        if let Some(play) = &mut self.play {
            play.build_anew();
        }
    }

    /// Writes one environment's motion into its lane.
    fn show(&mut self, lane: usize) {
        let (m, s) = (&self.robots[lane].motion, &mut self.shown);
        let set = |to: &mut Wide, from: f32| to.lanes_mut()[lane] = from;
        let set3 = |to: &mut V3<Wide>, [x, y, z]: [f32; 3]| {
            set(&mut to.x, x);
            set(&mut to.y, y);
            set(&mut to.z, z);
        };
        set3(&mut s.pos, m.pos);
        s.quat.iter_mut().zip(m.quat).for_each(|(to, from)| set(to, from));
        set3(&mut s.linear, m.linear);
        set3(&mut s.angular, m.angular);
        for (to, from) in
            [(&mut s.joints, &m.joints), (&mut s.velocities, &m.velocities), (&mut s.torque, &m.torque)]
        {
            to.iter_mut().zip(from).for_each(|(to, from)| set(to, *from));
        }
        let forces = s.force.as_flattened_mut().iter_mut().zip(m.force.as_flattened());
        forces.for_each(|(to, from)| set(to, *from));
        for (f, [pos, vel, forward, left]) in m.feet(&self.model).into_iter().enumerate() {
            set3(&mut s.foot_pos[f], pos.to_array());
            set3(&mut s.foot_vel[f], vel.to_array());
            let radius = self.model.soles[f].first().map_or(0.0, |p| self.model.points[*p].radius);
            let middle = pos.z + radius;
            set(&mut s.foot_ground[f], self.terrain.height_below([pos.x, pos.y, middle]));
            let [x, y] = &mut s.foot_axes[f];
            set3(x, forward.to_array());
            set3(y, left.to_array());
        }
        for (to, from) in s.point_offset.iter_mut().zip(m.point_offsets(&self.model)) {
            set3(to, from.to_array());
        }
        set(&mut s.valid, f32::from(m.valid));
    }
}

impl Simulator for RapierSim {
    fn step(&mut self, targets: &[Wide]) {
        self.step_with(targets, &Extra::default());
    }

    fn step_with(&mut self, targets: &[Wide], extra: &Extra<'_>) {
        self.robots.iter_mut().enumerate().for_each(|(lane, robot)| robot.extra.set(lane, extra));
        for (lane, robot) in self.robots.iter_mut().enumerate() {
            robot.targets.iter_mut().zip(targets).for_each(|(to, from)| *to = from.lanes()[lane]);
        }
        let (model, options) = (&*self.model, &self.options);
        let robots = &mut self.robots[..self.attended];
        match &mut self.play {
            Some(play) => play.step(robots, model, options, &self.ground),
            None => robots.par_iter_mut().with_max_len(1).for_each(|robot| {
                let (tick, motion) = robot.tick(model, options);
                tick.run(motion);
            }),
        }
        (0..self.attended).for_each(|lane| self.show(lane));
    }

    fn state(&self) -> StateView<'_> {
        let s = &self.shown;
        StateView {
            base_pos_w: s.pos,
            base_quat: s.quat,
            base_lin_vel_w: s.linear,
            base_ang_vel_w: s.angular,
            joint_pos: &s.joints,
            joint_vel: &s.velocities,
            joint_torque: &s.torque,
            contact_force: &s.force,
            foot_pos_w: &s.foot_pos,
            foot_vel_w: &s.foot_vel,
            foot_ground_w: &s.foot_ground,
            foot_axes_w: &s.foot_axes,
            point_offset_w: &s.point_offset,
            self_force: Wide::zero(),
            valid: s.valid,
        }
    }

    fn reset(&mut self, lane: usize, start: &StartState) {
        self.robots[lane].motion.start(start);
        if let Some(play) = &mut self.play {
            play.began(lane);
        }
        self.show(lane);
    }

    fn randomise(&mut self, lane: usize, draw: &ModelDraw) {
        self.rebuild(lane, draw);
    }

    fn push(&mut self, lane: usize, change: Twist) {
        let motion = &mut self.robots[lane].motion;
        motion.linear.iter_mut().zip(change.linear).for_each(|(v, c)| *v += c);
        motion.angular.iter_mut().zip(change.angular).for_each(|(v, c)| *v += c);
        if let Some(play) = &mut self.play {
            play.changed(lane);
        }
        self.show(lane);
    }

    fn height_scan(&self, points: &[[f32; 2]], out: &mut [Wide]) {
        for (lane, robot) in self.robots.iter().enumerate() {
            let forward = robot.motion.pose().rotation * bevy_rapier3d::rapier::math::Vector::X;
            let length = (forward.x * forward.x + forward.y * forward.y + 1e-12).sqrt();
            let (cos, sin) = (forward.x / length, forward.y / length);
            let [x0, y0, _] = robot.motion.pos;
            for ([x, y], o) in points.iter().zip(out.iter_mut()) {
                let (x, y) = (x0 + cos * x - sin * y, y0 + sin * x + cos * y);
                let ground = self.ground.height(&self.terrain, x, y);
                let thing = self.play.as_ref().and_then(|play| play.height(x, y));
                o.lanes_mut()[lane] = thing.map_or(ground, |thing| ground.max(thing));
            }
        }
    }

    fn set_terrain(&mut self, terrain: Arc<Terrain>) {
        self.ground = Ground::of(&terrain, self.ground_shape);
        self.terrain = terrain;
        for lane in 0..WIDTH {
            let draw = self.robots[lane].draw.clone();
            self.rebuild(lane, &draw);
            self.show(lane);
        }
    }

    fn link_poses(&self, lane: usize, out: &mut Vec<LinkPose>) {
        self.robots[lane].motion.link_poses(&self.model, out);
    }

    fn snapshot(&self, out: &mut Vec<f32>) {
        for robot in &self.robots {
            out.extend(robot.draw.numbers(self.model.num_joints()));
            robot.motion.clone().each(|v| out.push(*v));
        }
        if let Some(play) = &self.play {
            play.snapshot(out);
        }
    }

    fn restore(&mut self, data: &[f32]) -> Option<usize> {
        let (joints, drawn) = (self.model.num_joints(), ModelDraw::width(self.model.num_joints()));
        let mut size = drawn;
        self.robots[0].motion.each(|_| size += 1);
        let (robots, rest) = data.split_at_checked(WIDTH * size)?;
        // nothing is changed unless everything is there
        let things = self.play.as_ref().map_or(0, PlayWorld::snapshot_len);
        let things = rest.get(..things)?;
        for (lane, data) in robots.chunks_exact(size).enumerate() {
            let (draw, mut numbers) = data.split_at_checked(drawn)?;
            if self.robots[lane].draw.numbers(joints) != *draw {
                self.rebuild(lane, &ModelDraw::from_numbers(draw)?);
            }
            self.robots[lane].motion.each(|v| {
                if let Some((first, rest)) = numbers.split_first() {
                    *v = *first;
                    numbers = rest;
                }
            });
            self.show(lane);
        }
        if let Some(play) = &mut self.play {
            play.restore(things);
        }
        Some(robots.len() + things.len())
    }

    fn attend(&mut self, lanes: usize) {
        let lanes = lanes.min(WIDTH);
        if self.attended != lanes {
            self.attended = lanes;
            if let Some(play) = &mut self.play {
                play.build_anew();
            }
        }
    }

    fn play_world(&mut self) -> Option<&mut PlayWorld> {
        self.play.as_mut()
    }

    fn debug_lines(&mut self, out: &mut Vec<DebugLine>) {
        if let Some(play) = &mut self.play {
            return lines::of(play.world(), out);
        }
        let (model, options) = (&*self.model, &self.options);
        for robot in &mut self.robots[..self.attended] {
            let (tick, motion) = robot.tick(model, options);
            if motion.is_sane() {
                lines::of(&tick.world(motion), out);
            }
        }
    }
}
