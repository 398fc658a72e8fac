//! The robot, compiled for rapier: link frames as written, numbers in single precision.
use crate::robot::{ModelDraw, RobotSpec};
use bevy_rapier3d::rapier::prelude::*;

/// A compiled robot.
#[derive(Clone, Debug)]
pub struct Model {
    pub(super) links: Vec<Link>,
    pub(super) points: Vec<Point>,
    /// Point indices of every foot's sole, in leg order.
    pub(super) soles: Vec<Vec<usize>>,
    /// Whether the robot has pairs of points whose places are wanted.
    pub(super) has_pairs: bool,
    /// Nominal mechanism and actuators, in joint order.
    pub(super) joints: Vec<JointParams>,
    /// Largest speeds of the joints, rad/s.
    pub(super) speeds: Vec<f32>,
    pub(super) nominal_height: f32,
    pub(super) nominal_joints: Vec<f32>,
}

/// A rigid body in its link frame, and the hinge that carries it.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// kg
    pub mass: f32,
    /// Centre of mass, m.
    pub com: Vector,
    /// About the centre of mass, kg m².
    pub inertia: Matrix,
    pub parent: usize,
    /// Joint frame in the parent's link frame.
    pub origin: Pose,
    /// Unit.
    pub axis: Vector,
    /// rad
    pub limits: [f32; 2],
}

/// A collision sphere in its link frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub link: usize,
    pub center: Vector,
    pub radius: f32,
}

/// Mechanism and actuator of one joint.
#[derive(Clone, Copy, Debug)]
pub(super) struct JointParams {
    /// kg m²
    pub armature: f32,
    /// N m s/rad
    pub damping: f32,
    /// N m
    pub dry_friction: f32,
    /// N m/rad
    pub kp: f32,
    /// N m s/rad
    pub kd: f32,
    /// N m
    pub effort: f32,
}

impl JointParams {
    /// As one environment draws it; `joint` is its number.
    pub fn drawn(&self, draw: &ModelDraw, joint: usize) -> Self {
        let own = draw.joint(joint);
        Self {
            armature: (self.armature + draw.armature_offset).max(0.0),
            damping: (self.damping + draw.damping_offset).max(0.0),
            dry_friction: (self.dry_friction + draw.dry_friction_offset).max(0.0),
            kp: self.kp * draw.kp_factor * own.kp_factor,
            kd: self.kd * draw.kd_factor * own.kd_factor,
            effort: self.effort * draw.effort_factor,
        }
    }
}

impl Model {
    /// Compiles a checked robot (see [`crate::robot::load`]).
    pub fn compile(spec: &RobotSpec) -> Model {
        let links = spec.links.iter().map(|link| {
            let [xx, yy, zz, xy, xz, yz] = link.inertia.map(|v| v as f32);
            let columns = [vector([xx, xy, xz]), vector([xy, yy, yz]), vector([xz, yz, zz])];
            let mut out = Link {
                mass: link.mass as f32,
                com: vector(link.com.map(|v| v as f32)),
                inertia: Matrix::from_cols(columns[0], columns[1], columns[2]),
                parent: 0,
                origin: Pose::IDENTITY,
                axis: Vector::Z,
                limits: [f32::MIN, f32::MAX],
            };
            if let Some(j) = &link.joint {
                out.parent = spec.link_index(&j.parent).unwrap_or(0);
                let rotation = quaternion(j.rotation.map(|v| v as f32));
                out.origin = Pose::from_parts(vector(j.origin.map(|v| v as f32)), rotation);
                out.axis = vector(j.axis.map(|v| v as f32)).normalize();
                out.limits = j.limits.map(|v| v as f32);
            }
            out
        });
        let points = spec.points().map(|(link, p)| Point {
            link,
            center: vector(p.center.map(|v| v as f32)),
            radius: p.radius as f32,
        });
        let joints = spec.joints().zip(spec.joint_gains()).map(|(j, gains)| JointParams {
            armature: j.armature as f32,
            damping: j.damping as f32,
            dry_friction: j.friction as f32,
            kp: gains.kp as f32,
            kd: gains.kd as f32,
            effort: j.effort as f32,
        });
        Model {
            links: links.collect(),
            points: points.collect(),
            soles: spec.soles(),
            has_pairs: !spec.pairs.is_empty(),
            joints: joints.collect(),
            speeds: spec.joints().map(|j| j.velocity as f32).collect(),
            nominal_height: spec.nominal.height as f32,
            nominal_joints: spec.nominal_joints(),
        }
    }
    /// Number of joints.
    pub fn num_joints(&self) -> usize {
        self.joints.len()
    }
}

/// From (x, y, z).
pub(super) fn vector([x, y, z]: [f32; 3]) -> Vector {
    Vector::new(x, y, z)
}

/// From (w, x, y, z), of any length but zero.
pub(super) fn quaternion([w, x, y, z]: [f32; 4]) -> Rotation {
    Rotation::from_xyzw(x, y, z, w).normalize()
}
