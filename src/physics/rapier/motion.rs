//! One environment's state in plain numbers: what outlives a tick, and what the tick reports.
use super::model::{Model, quaternion, vector};
use crate::robot::{LinkPose, StartState};
use bevy_rapier3d::rapier::prelude::*;

/// No sane robot has a coordinate or velocity beyond this.
const SANE: f32 = 1e4;

/// Everything that one environment remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct Motion {
    /// Base origin, world, m.
    pub pos: [f32; 3],
    /// Base orientation, (w, x, y, z).
    pub quat: [f32; 4],
    /// Velocity of the base origin, world, m/s.
    pub linear: [f32; 3],
    /// Angular velocity of the base, world, rad/s.
    pub angular: [f32; 3],
    /// rad
    pub joints: Vec<f32>,
    /// rad/s
    pub velocities: Vec<f32>,
    /// Bristles of the joints' dry friction, see [`crate::actuator::dry_friction`].
    pub bend: Vec<f32>,
    /// Added to the controllers' torques, N m.
    pub feedforward: Vec<f32>,
    /// Actuator torques of the last physics step, N m.
    pub torque: Vec<f32>,
    /// Contact forces of the last physics step per point: normal and two tangents, N.
    pub force: Vec<[f32; 3]>,
    /// Whether every number is finite and sane.
    pub valid: bool,
}

/// Pose of a link frame, and the velocity of its origin.
#[derive(Clone, Copy)]
struct Moving {
    pose: Pose,
    linear: Vector,
    angular: Vector,
}

impl Motion {
    pub fn new(model: &Model) -> Self {
        let zeros = vec![0.0; model.num_joints()];
        Self {
            quat: [1.0, 0.0, 0.0, 0.0],
            joints: zeros.clone(),
            velocities: zeros.clone(),
            bend: zeros.clone(),
            feedforward: zeros.clone(),
            torque: zeros,
            force: vec![[0.0; 3]; model.points.len()],
            valid: true,
            ..Self::default()
        }
    }

    /// Begins anew, remembering nothing.
    pub fn start(&mut self, start: &StartState) {
        (self.pos, self.quat) = (start.pos_w, start.quat);
        (self.linear, self.angular) = (start.twist.linear, start.twist.angular);
        self.joints.iter_mut().zip(&start.joint_pos).for_each(|(a, b)| *a = *b);
        self.velocities.iter_mut().zip(&start.joint_vel).for_each(|(a, b)| *a = *b);
        for memory in [&mut self.bend, &mut self.feedforward, &mut self.torque] {
            memory.fill(0.0);
        }
        self.force.fill([0.0; 3]);
        self.valid = true;
    }

    /// Whether physics can go on from here.
    pub fn is_sane(&self) -> bool {
        let base = self.pos.iter().chain(&self.quat).chain(&self.linear).chain(&self.angular);
        let turned = self.quat.iter().map(|v| v * v).sum::<f32>() > 1e-6;
        turned && base.chain(&self.joints).chain(&self.velocities).all(|v| v.abs() < SANE)
    }

    /// Base frame in the world.
    pub fn pose(&self) -> Pose {
        Pose::from_parts(vector(self.pos), quaternion(self.quat))
    }

    fn place(&self, model: &Model) -> Vec<Moving> {
        let (linear, angular) = (vector(self.linear), vector(self.angular));
        let mut out: Vec<Moving> = vec![Moving { pose: self.pose(), linear, angular }];
        for (j, link) in model.links.iter().skip(1).enumerate() {
            let parent = out[link.parent];
            let turn = Rotation::from_axis_angle(link.axis, self.joints[j]);
            let pose = parent.pose * link.origin * Pose::from_rotation(turn);
            let arm = pose.translation - parent.pose.translation;
            out.push(Moving {
                pose,
                linear: parent.linear + parent.angular.cross(arm),
                angular: parent.angular + pose.rotation * link.axis * self.velocities[j],
            });
        }
        out
    }

    /// Poses of all links.
    pub fn link_poses(&self, model: &Model, out: &mut Vec<LinkPose>) {
        out.clear();
        out.extend(self.place(model).iter().map(|l| {
            let q = l.pose.rotation;
            LinkPose { pos_w: l.pose.translation.to_array(), quat: [q.w, q.x, q.y, q.z] }
        }));
    }

    /// Lowest point of every foot's sole, m, the velocity of its material there, m/s, and the forward and left axis of
    /// its link.
    pub fn feet(&self, model: &Model) -> Vec<[Vector; 4]> {
        let links = self.place(model);
        let foot = |sole: &Vec<usize>| {
            let p = &model.points[sole[0]];
            let middle = sole.iter().map(|i| model.points[*i].center).sum::<Vector>() / sole.len() as f32;
            let (link, turn) = (&links[p.link], links[p.link].pose.rotation);
            let arm = turn * middle - Vector::Z * p.radius;
            let (pos, vel) = (link.pose.translation + arm, link.linear + link.angular.cross(arm));
            [pos, vel, turn * Vector::X, turn * Vector::Y]
        };
        model.soles.iter().map(foot).collect()
    }

    /// Centres of all collision points relative to the base origin, m; none where nobody asks for them.
    pub fn point_offsets(&self, model: &Model) -> Vec<Vector> {
        if !model.has_pairs {
            return vec![];
        }
        let links = self.place(model);
        let base = links[0].pose.translation;
        let offset = |p: &super::model::Point| {
            let pose = links[p.link].pose;
            pose.translation + pose.rotation * p.center - base
        };
        model.points.iter().map(offset).collect()
    }

    /// Every number, in a fixed order.
    pub fn each(&mut self, mut visit: impl FnMut(&mut f32)) {
        let fixed = [&mut self.pos[..], &mut self.quat, &mut self.linear, &mut self.angular];
        fixed.into_iter().flatten().for_each(&mut visit);
        for list in
            [&mut self.joints, &mut self.velocities, &mut self.bend, &mut self.feedforward, &mut self.torque]
        {
            list.iter_mut().for_each(&mut visit);
        }
        self.force.as_flattened_mut().iter_mut().for_each(&mut visit);
        let mut valid = f32::from(self.valid);
        visit(&mut valid);
        self.valid = valid == 1.0;
    }
}
