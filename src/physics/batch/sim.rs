//! One block of robots behind the [`Simulator`] trait.
use super::backend::Backend;
use super::boxes::TRAVEL;
use super::kinematics::Pose;
use super::layout::{Block, Layout, records};
use super::model::Model;
use super::options::Options;
use crate::lane::{Arr, V3, WIDTH, Wide, cast, cast_mut};
use crate::physics::{PhysicsCfg, Simulator};
use crate::robot::{LinkPose, ModelDraw, StartState, StateView, Twist};
use crate::terrain::Terrain;
use std::sync::{Arc, Mutex, PoisonError};

/// A block of [`WIDTH`] robots of one model on one terrain.
pub struct BatchSim {
    model: Arc<Model>,
    layout: Layout,
    terrain: Arc<Terrain>,
    options: Options,
    backend: Backend,
    /// All state; aligned for every back end.
    arena: Vec<Arr<WIDTH>>,
    /// Memory for resets.
    pose: Pose,
}

impl BatchSim {
    /// All lanes stand in the nominal pose at the nominal height above z = 0, with the robot's own parameters and
    /// friction 1.
    pub fn new(model: Arc<Model>, terrain: Arc<Terrain>, cfg: &PhysicsCfg) -> BatchSim {
        Self::with_backend(model, terrain, cfg, Backend::supported()[0])
    }

    /// As [`BatchSim::new`] with a chosen instruction set.
    ///
    /// # Panics
    /// If the processor lacks it.
    pub fn with_backend(
        model: Arc<Model>,
        terrain: Arc<Terrain>,
        cfg: &PhysicsCfg,
        backend: Backend,
    ) -> BatchSim {
        assert!(Backend::supported().contains(&backend), "this processor cannot run {backend:?}");
        let options = Options::new(cfg, &terrain);
        let terrain = within_reach(terrain, model.largest_radius());
        let layout = model.layout(!terrain.boxes.is_empty());
        let arena = vec![Arr::default(); layout.size];
        let mut sim = BatchSim { model, layout, terrain, options, backend, arena, pose: Pose::default() };
        let start = StartState {
            pos_w: [0.0, 0.0, sim.model.nominal_height],
            quat: [1.0, 0.0, 0.0, 0.0],
            twist: Twist::default(),
            joint_pos: sim.model.nominal_joints.clone(),
            joint_vel: vec![0.0; sim.model.num_joints()],
        };
        for lane in 0..WIDTH {
            sim.randomise(lane, &ModelDraw::default());
            sim.reset(lane, &start);
        }
        sim
    }

    /// Torques added to the controllers' before the effort limit, per joint, N m; they stay until changed.
    pub fn set_feedforward(&mut self, torques: &[Wide]) {
        let range = self.layout.feedforward.clone();
        cast_mut(&mut self.arena[range]).copy_from_slice(torques);
    }

    fn block(&mut self) -> Block<'_, Arr<WIDTH>> {
        Block::split(&self.layout, &mut self.arena)
    }

    /// Fills `out` with the state of one lane.
    pub(super) fn read_pose(&self, lane: usize, out: &mut Pose) {
        let l = &self.layout;
        let at = |i: usize| self.arena[i].0[lane];
        let u = l.velocity.start;
        out.pos = std::array::from_fn(|k| at(l.pos.start + k) as f64);
        out.quat = std::array::from_fn(|k| at(l.quat.start + k) as f64);
        out.twist = Twist {
            linear: std::array::from_fn(|k| at(u + k)),
            angular: std::array::from_fn(|k| at(u + 3 + k)),
        };
        out.joints.clear();
        out.joints.extend(l.joints.clone().map(|i| at(i) as f64));
        out.velocities.clear();
        out.velocities.extend(l.velocity.clone().skip(6).map(|i| at(i) as f64));
    }
}

/// The terrain with lists of boxes for spheres of a radius, m. The last one that was made is kept: all blocks of a run have it.
fn within_reach(terrain: Arc<Terrain>, radius: f32) -> Arc<Terrain> {
    static LAST: Mutex<Option<(Arc<Terrain>, f32, Arc<Terrain>)>> = Mutex::new(None);
    let radius = radius + TRAVEL;
    if terrain.boxes.is_empty() {
        return terrain;
    }
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((from, r, made)) if Arc::ptr_eq(from, &terrain) && *r == radius => made.clone(),
        _ => {
            let made = Arc::new(Terrain {
                boxes: terrain.boxes.reaching(radius),
                surface: terrain.surface.clone(),
                ..Terrain::plane(0.0)
            });
            *last = Some((terrain, radius, made.clone()));
            made
        }
    }
}

impl Simulator for BatchSim {
    fn step(&mut self, targets: &[Wide]) {
        let range = self.layout.target.clone();
        cast_mut(&mut self.arena[range]).copy_from_slice(targets);
        self.backend.tick(&self.model, &self.layout, &self.terrain, &self.options, &mut self.arena);
    }

    fn state(&self) -> StateView<'_> {
        let l = &self.layout;
        let a = cast::<_, Wide>(&self.arena);
        let v3 = |i: usize| V3::new(a[i], a[i + 1], a[i + 2]);
        let q = l.quat.start;
        // SAFETY: arrays of Wide, and V3, which is `repr(C)`.
        let (contact_force, foot_pos_w, foot_vel_w, foot_axes_w, point_offset_w) = unsafe {
            (
                records(&a[l.force.clone()]),
                records(&a[l.foot_pos.clone()]),
                records(&a[l.foot_vel.clone()]),
                records(&a[l.foot_axes.clone()]),
                records(&a[l.point_offset.clone()]),
            )
        };
        StateView {
            base_pos_w: v3(l.pos.start),
            base_quat: [a[q], a[q + 1], a[q + 2], a[q + 3]],
            base_lin_vel_w: v3(l.velocity.start),
            base_ang_vel_w: v3(l.velocity.start + 3),
            joint_pos: &a[l.joints.clone()],
            joint_vel: &a[l.velocity.start + 6..l.velocity.end],
            joint_torque: &a[l.torque.clone()],
            contact_force,
            foot_pos_w,
            foot_vel_w,
            foot_ground_w: &a[l.foot_ground.clone()],
            foot_axes_w,
            point_offset_w,
            self_force: a[l.self_force.clone()].first().copied().unwrap_or_default(),
            valid: a[l.valid.start],
        }
    }

    fn reset(&mut self, lane: usize, start: &StartState) {
        let b = self.block();
        let set = |v: &mut Arr<WIDTH>, x: f32| v.0[lane] = x;
        let [x, y, z] = start.pos_w;
        (b.pos.x.0[lane], b.pos.y.0[lane], b.pos.z.0[lane]) = (x, y, z);
        for (v, x) in b.quat.iter_mut().zip(start.quat) {
            set(v, x);
        }
        let velocity = start.twist.linear.iter().chain(&start.twist.angular).chain(&start.joint_vel);
        for (v, x) in b.velocity.iter_mut().zip(velocity) {
            set(v, *x);
        }
        for (v, x) in b.joints.iter_mut().zip(&start.joint_pos) {
            set(v, *x);
        }
        let memory = b
            .impulse
            .as_flattened_mut()
            .iter_mut()
            .chain(b.limit_impulse.iter_mut())
            .chain(b.pair_impulse.as_flattened_mut())
            .chain(b.pair_load.iter_mut())
            .chain(b.self_force.iter_mut())
            .chain(b.bend.iter_mut());
        for t in b.touched.as_flattened_mut() {
            [&mut t.number, &mut t.impulse.x, &mut t.impulse.y, &mut t.impulse.z]
                .into_iter()
                .for_each(|v| set(v, 0.0));
        }
        let output = b.force.as_flattened_mut().iter_mut().chain(b.torque.iter_mut());
        for v in memory.chain(output).chain(b.feedforward.iter_mut()) {
            set(v, 0.0);
        }
        set(b.valid, 1.0);
        let (model, terrain) = (self.model.clone(), self.terrain.clone());
        let mut pose = std::mem::take(&mut self.pose);
        self.read_pose(lane, &mut pose);
        let b = self.block();
        pose.feet(&model, |f| {
            let [x, y, z] = f.pos.map(|v| v as f32);
            let p = &mut b.foot_pos[f.leg];
            (p.x.0[lane], p.y.0[lane], p.z.0[lane]) = (x, y, z);
            let v = &mut b.foot_vel[f.leg];
            (v.x.0[lane], v.y.0[lane], v.z.0[lane]) = (f.vel[0] as f32, f.vel[1] as f32, f.vel[2] as f32);
            b.foot_ground[f.leg].0[lane] = terrain.height_below([x, y, z + model.feet[f.leg].radius]);
            for (axis, [x, y, z]) in b.foot_axes[f.leg].iter_mut().zip(f.axes.map(|a| a.map(|v| v as f32))) {
                (axis.x.0[lane], axis.y.0[lane], axis.z.0[lane]) = (x, y, z);
            }
        });
        self.pose = pose;
    }

    fn randomise(&mut self, lane: usize, draw: &ModelDraw) {
        let model = self.model.clone();
        let b = self.block();
        b.friction.0[lane] = draw.friction;
        b.mass_factor[0].0[lane] = 1.0 + draw.base_mass_offset / model.links[0].mass;
        for factor in &mut b.mass_factor[1..] {
            factor.0[lane] = draw.link_mass_factor;
        }
        let [x, y, z] = draw.base_com_offset;
        (b.com_offset.x.0[lane], b.com_offset.y.0[lane], b.com_offset.z.0[lane]) = (x, y, z);
        for (p, nominal) in b.joint_params.iter_mut().zip(&model.joint_params) {
            p.armature.0[lane] = (nominal.armature + draw.armature_offset).max(0.0);
            p.damping.0[lane] = (nominal.damping + draw.damping_offset).max(0.0);
            p.dry_friction.0[lane] = (nominal.dry_friction + draw.dry_friction_offset).max(0.0);
            p.kp.0[lane] = nominal.kp * draw.kp_factor;
            p.kd.0[lane] = nominal.kd * draw.kd_factor;
            p.effort.0[lane] = nominal.effort * draw.effort_factor;
        }
    }

    fn push(&mut self, lane: usize, change: Twist) {
        let b = self.block();
        for (v, x) in b.velocity.iter_mut().zip(change.linear.iter().chain(&change.angular)) {
            v.0[lane] += x;
        }
    }

    fn height_scan(&self, points: &[[f32; 2]], out: &mut [Wide]) {
        self.backend.scan(&self.layout, &self.terrain, &self.arena, points, cast_mut(out));
    }

    fn set_terrain(&mut self, terrain: Arc<Terrain>) {
        self.options.set_terrain(&terrain);
        self.terrain = within_reach(terrain, self.model.largest_radius());
        self.layout = self.model.layout(!self.terrain.boxes.is_empty());
        self.arena.resize(self.layout.size, Arr::default());
        // what was touched before is not there any more
        for range in [&self.layout.impulse, &self.layout.touched] {
            self.arena[range.clone()].fill(Arr::default());
        }
    }

    fn link_poses(&self, lane: usize, out: &mut Vec<LinkPose>) {
        let mut pose = Pose::default();
        self.read_pose(lane, &mut pose);
        pose.link_poses(&self.model, out);
    }

    fn snapshot(&self, out: &mut Vec<f32>) {
        out.extend(self.arena.iter().flat_map(|v| v.0));
    }

    fn restore(&mut self, data: &[f32]) -> Option<usize> {
        let n = self.arena.len() * WIDTH;
        let (blocks, _) = data.get(..n)?.as_chunks();
        for (v, x) in self.arena.iter_mut().zip(blocks) {
            v.0 = *x;
        }
        Some(n)
    }
}
