//! The robot file: what is written in `assets/robots/*.ron`.
//!
//! SI units, radians. Link frames have their origin at the joint; the root link's frame is the base frame
//! (x forward, y left, z up). Quaternions are (w, x, y, z).
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An articulated robot: one floating root link and revolute joints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RobotSpec {
    /// Name, equal to the file's.
    pub name: String,
    /// Where the numbers come from.
    pub source: String,
    /// Links in depth-first order; the first one is the floating base and has no joint.
    pub links: Vec<LinkSpec>,
    /// What tasks may speak of instead of names.
    pub roles: Roles,
    /// Pose in which the robot stands.
    pub nominal: Nominal,
    /// Position gains of the joints' controllers, by joint name.
    pub gains: BTreeMap<String, Gains>,
    /// Pairs of collision points, of different links, that can hit each other: what a robot must keep apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<[String; 2]>,
}

/// A rigid body and the joint that carries it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSpec {
    /// Unique name.
    pub name: String,
    /// Mass, kg.
    pub mass: f64,
    /// Centre of mass in the link frame, m.
    pub com: [f64; 3],
    /// Inertia about the centre of mass in link axes: xx, yy, zz, xy, xz, yz, kg m².
    pub inertia: [f64; 6],
    /// The joint to the parent; `None` for the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joint: Option<JointSpec>,
    /// Spheres that touch the ground.
    #[serde(default)]
    pub points: Vec<PointSpec>,
    /// What is drawn.
    #[serde(default)]
    pub visuals: Vec<VisualSpec>,
}

/// A revolute joint between a link and its parent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointSpec {
    /// Unique name.
    pub name: String,
    /// Name of the parent link.
    pub parent: String,
    /// Joint origin in the parent frame, m.
    pub origin: [f64; 3],
    /// Orientation of the joint frame in the parent frame, (w, x, y, z).
    #[serde(default = "identity")]
    pub rotation: [f64; 4],
    /// Axis in the link frame.
    pub axis: [f64; 3],
    /// Lower and upper position limit, rad.
    pub limits: [f64; 2],
    /// Largest torque of the actuator, N m.
    pub effort: f64,
    /// Largest speed of the actuator, rad/s.
    pub velocity: f64,
    /// Inertia of the rotor seen at the joint, kg m².
    pub armature: f64,
    /// Viscous damping of the mechanism, N m s/rad.
    pub damping: f64,
    /// Dry friction of the mechanism, N m.
    pub friction: f64,
}

fn identity() -> [f64; 4] {
    [1.0, 0.0, 0.0, 0.0]
}

/// A named collision sphere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointSpec {
    /// Unique name.
    pub name: String,
    /// Centre in the link frame, m.
    pub center: [f64; 3],
    /// Radius, m.
    pub radius: f64,
}

/// One drawing primitive in the link frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisualSpec {
    /// Which primitive, with its size.
    #[serde(flatten)]
    pub shape: Shape,
    /// Centre, m.
    pub center: [f64; 3],
    /// Orientation, (w, x, y, z); capsules and cylinders lie along z.
    #[serde(default = "identity")]
    pub rotation: [f64; 4],
    /// Name of a material: `body`, `dark`, `accent`, or `leg` (the leg's sign colour).
    pub material: String,
}

/// A drawing primitive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Rounded box: full lengths, m.
    Box([f64; 3]),
    /// Capsule: radius and length between the cap centres, m.
    Capsule([f64; 2]),
    /// Tapered capsule: radius of the cap at −z, radius of the cap at +z, and length between the cap centres, m.
    Taper([f64; 3]),
    /// Cylinder: radius and length, m.
    Cylinder([f64; 2]),
    /// Sphere: radius, m.
    Sphere(f64),
    /// Triangles around the middle of their bounds, as text: see [`DrawnMesh`](super::DrawnMesh).
    Mesh(String),
}

/// Names grouped by what they are for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// Legs in the order front left, front right, rear left, rear right (or left, right).
    pub legs: Vec<LegSpec>,
    /// Groups of collision points: `feet`, `knees`, `trunk`, …
    pub points: BTreeMap<String, Vec<String>>,
    /// Groups of joints: `hips`, …
    pub joints: BTreeMap<String, Vec<String>>,
}

/// A leg: its joints from the base outwards and the point it stands on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegSpec {
    /// Short name: FL, FR, RL, RR.
    pub name: String,
    /// Joint names.
    pub joints: Vec<String>,
    /// Collision point of the foot.
    pub foot: String,
    /// All collision points of the sole, if it has several: all on the foot's link, all of one size.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sole: Vec<String>,
}

/// The pose in which the robot stands on flat ground.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nominal {
    /// Height of the base origin above the ground, m.
    pub height: f64,
    /// Joint positions by name, rad.
    pub joints: BTreeMap<String, f64>,
}

/// Proportional and derivative gain of a joint position controller.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gains {
    /// Stiffness, N m/rad.
    pub kp: f64,
    /// Damping, N m s/rad.
    pub kd: f64,
}

impl RobotSpec {
    /// Joints in the order of every joint array: that of the links after the root.
    pub fn joints(&self) -> impl Iterator<Item = &JointSpec> {
        self.links.iter().filter_map(|l| l.joint.as_ref())
    }
    /// Number of joints.
    pub fn num_joints(&self) -> usize {
        self.links.len() - 1
    }
    /// Collision points in the order of every point array, each with the index of its link.
    pub fn points(&self) -> impl Iterator<Item = (usize, &PointSpec)> {
        self.links.iter().enumerate().flat_map(|(i, l)| l.points.iter().map(move |p| (i, p)))
    }
    /// Index of a joint.
    pub fn joint_index(&self, name: &str) -> Option<usize> {
        self.joints().position(|j| j.name == name)
    }
    /// Index of a collision point.
    pub fn point_index(&self, name: &str) -> Option<usize> {
        self.points().position(|(_, p)| p.name == name)
    }
    /// Index of a link.
    pub fn link_index(&self, name: &str) -> Option<usize> {
        self.links.iter().position(|l| l.name == name)
    }
    /// Nominal joint positions in joint order, rad.
    pub fn nominal_joints(&self) -> Vec<f32> {
        self.joints().map(|j| self.nominal.joints.get(&j.name).copied().unwrap_or(0.0) as f32).collect()
    }
    /// Gains in joint order.
    pub fn joint_gains(&self) -> Vec<Gains> {
        self.joints()
            .map(|j| self.gains.get(&j.name).copied().unwrap_or(Gains { kp: 0.0, kd: 0.0 }))
            .collect()
    }
    /// Point indices of the legs' feet, in leg order.
    pub fn feet(&self) -> Vec<usize> {
        self.roles.legs.iter().filter_map(|l| self.point_index(&l.foot)).collect()
    }
    /// Point indices of each leg's sole, in leg order: one for a ball foot, several for a flat one.
    pub fn soles(&self) -> Vec<Vec<usize>> {
        let sole = |l: &LegSpec| {
            let names = if l.sole.is_empty() { std::slice::from_ref(&l.foot) } else { &l.sole[..] };
            names.iter().filter_map(|n| self.point_index(n)).collect()
        };
        self.roles.legs.iter().map(sole).collect()
    }
    /// Point indices of the pairs.
    pub fn point_pairs(&self) -> Vec<[usize; 2]> {
        let index = |n: &String| self.point_index(n);
        self.pairs.iter().filter_map(|[a, b]| Some([index(a)?, index(b)?])).collect()
    }
    /// Total mass, kg.
    pub fn mass(&self) -> f64 {
        self.links.iter().map(|l| l.mass).sum()
    }
}
