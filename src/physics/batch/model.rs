//! The robot, compiled: constants that all lanes share, in the form the stages want.
use super::layout::{JointParams, Layout, Sizes};
use super::link::LinkConst;
use super::pairs::Pairs;
use crate::physics::SelfCollision;
use crate::robot::{LinkSpec, RobotSpec};

/// 3×3 matrix by columns.
type Mat = [[f64; 3]; 3];

/// A compiled robot.
///
/// Joint axes become coordinate axes: where an axis is oblique, the link frame is re-expressed so that the axis is its z.
/// All results are about joints, points and the base, so nothing of this shows outside.
#[derive(Clone, Debug)]
pub struct Model {
    pub(super) links: Vec<LinkConst>,
    pub(super) points: Vec<PointConst>,
    /// The feet, in leg order.
    pub(super) feet: Vec<FootConst>,
    /// Whether the robot has pairs of points whose places are wanted.
    pub(super) has_pairs: bool,
    /// Points that hit each other.
    pub(super) pairs: Pairs,
    /// Packed length of the joint rows of the mass matrix.
    pub(super) rows: usize,
    /// Longest support of a row: six base entries and the joints of the longest chain.
    pub(super) support: usize,
    /// Nominal parameters.
    pub(super) joint_params: Vec<JointParams<f32>>,
    /// Largest speeds of the joints, rad/s.
    pub(super) speeds: Vec<f32>,
    pub(super) nominal_height: f32,
    pub(super) nominal_joints: Vec<f32>,
    /// The links as written, for drawing.
    pub(super) frames: Vec<Frame>,
}

/// The middle of a sole in its compiled link frame.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FootConst {
    pub link: usize,
    pub center: [f32; 3],
    pub radius: f32,
    /// The written link frame's x and y axes.
    pub axes: [[f32; 3]; 2],
}

/// A collision sphere in its compiled link frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct PointConst {
    pub link: usize,
    pub center: [f32; 3],
    pub radius: f32,
}

/// A link frame as written in the robot file.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub parent: usize,
    pub origin: [f64; 3],
    /// (w, x, y, z), unit.
    pub rotation: [f64; 4],
    /// Unit.
    pub axis: [f64; 3],
    /// Sphere centres of this link that are feet: leg number, centre, radius.
    pub feet: Vec<(usize, [f64; 3], f64)>,
}

impl Model {
    /// Compiles a checked robot (see [`crate::robot::load`]).
    pub fn compile(spec: &RobotSpec) -> Model {
        let gains = spec.joint_gains();
        // compiled link frame expressed in the written one
        let mut fixes: Vec<Mat> = vec![];
        let mut links: Vec<LinkConst> = vec![];
        let (mut points, mut joint_params, mut frames) = (vec![], vec![], vec![]);
        let (mut rows, mut feet) = (0, vec![FootConst::default(); spec.feet().len()]);
        let (soles, pairs) = (spec.soles(), spec.point_pairs());
        for (i, link) in spec.links.iter().enumerate() {
            let mut compiled = LinkConst {
                parent: 0,
                axis: 2,
                sign: 1.0,
                offset: [0.0; 3],
                rotation: None,
                mass: link.mass as f32,
                com: [0.0; 3],
                inertia: [0.0; 6],
                diagonal_inertia: false,
                row: rows,
                chain: vec![],
                points: points.len()..points.len() + link.points.len(),
                reach: link.points.iter().map(|p| norm(&p.center) + p.radius).fold(0.0, f64::max) as f32,
                limits: [f32::MIN, f32::MAX],
                watched: false,
            };
            let mut frame = Frame {
                parent: 0,
                origin: [0.0; 3],
                rotation: [1.0, 0.0, 0.0, 0.0],
                axis: [0.0, 0.0, 1.0],
                feet: vec![],
            };
            let mut fix = IDENTITY;
            if let Some(j) = &link.joint {
                let parent = spec.link_index(&j.parent).expect("the robot file was checked");
                let axis = scale(&j.axis, 1.0 / norm(&j.axis));
                match axis.iter().position(|v| v.abs() > 1.0 - 1e-9) {
                    Some(k) => (compiled.axis, compiled.sign) = (k, axis[k].signum() as f32),
                    None => fix = frame_with_z(&axis),
                }
                let up = transpose(&fixes[parent]);
                let rotation = product(&product(&up, &matrix(&j.rotation)), &fix);
                compiled.parent = parent;
                compiled.offset = apply(&up, &j.origin).map(|v| v as f32);
                compiled.rotation = (!is_identity(&rotation)).then(|| rotation.map(|c| c.map(|v| v as f32)));
                compiled.limits = j.limits.map(|v| v as f32);
                compiled.chain = links[parent].chain.clone();
                compiled.chain.push(i - 1);
                rows += 6 + compiled.chain.len();
                frame.parent = parent;
                frame.origin = j.origin;
                frame.rotation = scale(&j.rotation, 1.0 / norm(&j.rotation));
                frame.axis = axis;
                joint_params.push(JointParams {
                    armature: j.armature as f32,
                    damping: j.damping as f32,
                    dry_friction: j.friction as f32,
                    kp: gains[i - 1].kp as f32,
                    kd: gains[i - 1].kd as f32,
                    effort: j.effort as f32,
                });
            }
            let down = transpose(&fix);
            for p in &link.points {
                if let Some(leg) = soles.iter().position(|sole| sole.first() == Some(&points.len())) {
                    let center = middle(link, &soles[leg], compiled.points.start);
                    feet[leg] = FootConst {
                        link: i,
                        center: apply(&down, &center).map(|v| v as f32),
                        radius: p.radius as f32,
                        axes: [down[0], down[1]].map(|axis| axis.map(|v| v as f32)),
                    };
                    frame.feet.push((leg, center, p.radius));
                }
                compiled.watched |= pairs.as_flattened().contains(&points.len());
                let center = apply(&down, &p.center).map(|v| v as f32);
                points.push(PointConst { link: i, center, radius: p.radius as f32 });
            }
            let [xx, yy, zz, xy, xz, yz] = link.inertia;
            let about_com = [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]];
            let r = product(&product(&down, &about_com), &fix);
            compiled.inertia = [r[0][0], r[1][1], r[2][2], r[1][0], r[2][0], r[2][1]].map(|v| v as f32);
            compiled.diagonal_inertia = compiled.inertia[3..].iter().all(|v| *v == 0.0);
            compiled.com = apply(&down, &link.com).map(|v| v as f32);
            links.push(compiled);
            frames.push(frame);
            fixes.push(fix);
        }
        Model {
            support: 6 + links.iter().map(|l| l.chain.len()).max().unwrap_or(0),
            feet,
            has_pairs: !pairs.is_empty(),
            pairs: Pairs::default(),
            speeds: spec.joints().map(|j| j.velocity as f32).collect(),
            nominal_height: spec.nominal.height as f32,
            nominal_joints: spec.nominal_joints(),
            links,
            points,
            rows,
            joint_params,
            frames,
        }
    }
    /// As [`Model::compile`], of a robot whose points hit each other.
    pub fn colliding(spec: &RobotSpec, which: SelfCollision) -> Model {
        let mut model = Self::compile(spec);
        let balls: Vec<_> = model.points.iter().map(|p| (p.center, p.radius)).collect();
        model.pairs = Pairs::new(&model.links, &balls, &which.pairs(spec));
        model
    }
    /// Where everything is in the arena of a block, on a plane or on other ground.
    pub(super) fn layout(&self, uneven: bool) -> Layout {
        Layout::new(&Sizes {
            links: self.links.len(),
            points: self.points.len(),
            feet: self.feet.len(),
            watched: self.has_pairs,
            link_pairs: self.pairs.links.len(),
            point_pairs: self.pairs.points.len(),
            uneven,
        })
    }
    /// Largest radius of a collision sphere, m.
    pub(super) fn largest_radius(&self) -> f32 {
        self.points.iter().map(|p| p.radius).fold(0.0, f32::max)
    }
    /// Number of joints.
    pub fn num_joints(&self) -> usize {
        self.links.len() - 1
    }
}

/// Mean centre of the points of a sole, m; `first` is the index of their link's first point.
fn middle(link: &LinkSpec, sole: &[usize], first: usize) -> [f64; 3] {
    let sum = |k: usize| sole.iter().map(|point| link.points[point - first].center[k]).sum::<f64>();
    std::array::from_fn(|k| sum(k) / sole.len() as f64)
}

const IDENTITY: Mat = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

fn norm<const N: usize>(v: &[f64; N]) -> f64 {
    v.iter().map(|a| a * a).sum::<f64>().sqrt()
}
fn scale<const N: usize>(v: &[f64; N], s: f64) -> [f64; N] {
    v.map(|a| a * s)
}
fn apply(m: &Mat, v: &[f64; 3]) -> [f64; 3] {
    std::array::from_fn(|i| m[0][i] * v[0] + m[1][i] * v[1] + m[2][i] * v[2])
}
fn product(a: &Mat, b: &Mat) -> Mat {
    [apply(a, &b[0]), apply(a, &b[1]), apply(a, &b[2])]
}
fn transpose(a: &Mat) -> Mat {
    std::array::from_fn(|c| std::array::from_fn(|r| a[r][c]))
}
fn is_identity(a: &Mat) -> bool {
    (0..3).all(|c| (0..3).all(|r| (a[c][r] - IDENTITY[c][r]).abs() < 1e-9))
}
fn matrix(q: &[f64; 4]) -> Mat {
    let [w, x, y, z] = scale(q, 1.0 / norm(q));
    [
        [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + w * z), 2.0 * (x * z - w * y)],
        [2.0 * (x * y - w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z + w * x)],
        [2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y)],
    ]
}
/// Some right-handed frame whose z axis is the unit vector `z`.
fn frame_with_z(z: &[f64; 3]) -> Mat {
    let other = if z[0].abs() < 0.7 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
    let along: f64 = (0..3).map(|k| other[k] * z[k]).sum();
    let x: [f64; 3] = std::array::from_fn(|k| other[k] - along * z[k]);
    let x = scale(&x, 1.0 / norm(&x));
    [x, [z[1] * x[2] - z[2] * x[1], z[2] * x[0] - z[0] * x[2], z[0] * x[1] - z[1] * x[0]], *z]
}
