//! Rotations, inertias and placements in double precision. Quaternions are (w, x, y, z).

/// A vector.
pub type V3 = [f64; 3];
/// A unit quaternion, (w, x, y, z).
pub type Quat = [f64; 4];
/// A matrix by rows.
pub type M3 = [[f64; 3]; 3];

/// No rotation.
pub const UPRIGHT: Quat = [1.0, 0.0, 0.0, 0.0];

/// Sum.
pub fn add(a: V3, b: V3) -> V3 {
    std::array::from_fn(|i| a[i] + b[i])
}
/// Difference.
pub fn sub(a: V3, b: V3) -> V3 {
    std::array::from_fn(|i| a[i] - b[i])
}
/// Multiple.
pub fn scale(a: V3, s: f64) -> V3 {
    a.map(|v| v * s)
}
/// Inner product.
pub fn dot(a: V3, b: V3) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
/// Outer product.
pub fn cross(a: V3, b: V3) -> V3 {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
/// Length.
pub fn norm(a: V3) -> f64 {
    dot(a, a).sqrt()
}
/// The vector of length one, if there is a direction.
pub fn unit(a: V3) -> Option<V3> {
    let n = norm(a);
    (n > 1e-12).then(|| scale(a, 1.0 / n))
}
/// The quaternion of length one, if there is one.
pub fn unit_quat(q: Quat) -> Option<Quat> {
    let n = q.iter().map(|v| v * v).sum::<f64>().sqrt();
    (n > 1e-12).then(|| q.map(|v| v / n))
}
/// Rotation by `b`, then by `a`.
pub fn compose(a: Quat, b: Quat) -> Quat {
    [
        a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
        a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
        a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
        a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0],
    ]
}
/// The rotation back.
pub fn inverse(q: Quat) -> Quat {
    [q[0], -q[1], -q[2], -q[3]]
}
/// A rotated vector.
pub fn rotate(q: Quat, v: V3) -> V3 {
    let im = [q[1], q[2], q[3]];
    let t = scale(cross(im, v), 2.0);
    add(add(v, scale(t, q[0])), cross(im, t))
}
/// Rotation about a unit axis.
pub fn turn(axis: V3, angle: f64) -> Quat {
    let (s, c) = (angle / 2.0).sin_cos();
    [c, axis[0] * s, axis[1] * s, axis[2] * s]
}
/// URDF's fixed-axis roll, pitch, yaw.
pub fn from_rpy(rpy: V3) -> Quat {
    let [r, p, y] = rpy;
    let about_x = compose(turn([0.0, 1.0, 0.0], p), turn([1.0, 0.0, 0.0], r));
    compose(turn([0.0, 0.0, 1.0], y), about_x)
}
/// Roll, pitch and yaw of a rotation.
pub fn to_rpy(q: Quat) -> V3 {
    let m = matrix(q);
    let pitch = (-m[2][0]).clamp(-1.0, 1.0);
    if pitch.abs() > 1.0 - 1e-12 {
        // roll and yaw turn about the same axis: all of it is yaw
        let yaw = f64::atan2(-m[0][1], m[1][1]);
        return [0.0, pitch.asin(), yaw];
    }
    [f64::atan2(m[2][1], m[2][2]), f64::atan2(-m[2][0], m[2][1].hypot(m[2][2])), f64::atan2(m[1][0], m[0][0])]
}
/// The matrix of a rotation.
pub fn matrix(q: Quat) -> M3 {
    let columns = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(|e| rotate(q, e));
    std::array::from_fn(|r| std::array::from_fn(|c| columns[c][r]))
}
/// The rotation of a matrix whose columns are orthonormal and right-handed.
pub fn from_matrix(m: M3) -> Quat {
    let t = m[0][0] + m[1][1] + m[2][2];
    let q = if t > 0.0 {
        [1.0 + t, m[2][1] - m[1][2], m[0][2] - m[2][0], m[1][0] - m[0][1]]
    } else if m[0][0] >= m[1][1] && m[0][0] >= m[2][2] {
        [m[2][1] - m[1][2], 1.0 + m[0][0] - m[1][1] - m[2][2], m[0][1] + m[1][0], m[0][2] + m[2][0]]
    } else if m[1][1] >= m[2][2] {
        [m[0][2] - m[2][0], m[0][1] + m[1][0], 1.0 - m[0][0] + m[1][1] - m[2][2], m[1][2] + m[2][1]]
    } else {
        [m[1][0] - m[0][1], m[0][2] + m[2][0], m[1][2] + m[2][1], 1.0 - m[0][0] - m[1][1] + m[2][2]]
    };
    unit_quat(q).unwrap_or(UPRIGHT)
}
/// The shortest rotation of the z axis onto a direction.
pub fn z_onto(direction: V3) -> Quat {
    let Some(d) = unit(direction) else { return UPRIGHT };
    if d[2] < -1.0 + 1e-12 {
        return [0.0, 1.0, 0.0, 0.0];
    }
    unit_quat([1.0 + d[2], -d[1], d[0], 0.0]).unwrap_or(UPRIGHT)
}

/// Product of matrices.
pub fn product(a: M3, b: M3) -> M3 {
    std::array::from_fn(|r| std::array::from_fn(|c| (0..3).map(|k| a[r][k] * b[k][c]).sum()))
}
/// The matrix across its diagonal.
pub fn transposed(a: M3) -> M3 {
    std::array::from_fn(|r| std::array::from_fn(|c| a[c][r]))
}

/// Eigenvalues of a symmetric matrix, and the eigenvectors as columns of a rotation (Jacobi's method).
pub fn principal(m: M3) -> (V3, M3) {
    let mut a = m;
    let mut v: M3 = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    for _ in 0..60 {
        let (p, q) = [(0, 1), (0, 2), (1, 2)]
            .into_iter()
            .max_by(|x, y| a[x.0][x.1].abs().total_cmp(&a[y.0][y.1].abs()))
            .unwrap_or((0, 1));
        let size = a[0][0].abs() + a[1][1].abs() + a[2][2].abs();
        if a[p][q].abs() <= 1e-18 * size || a[p][q] == 0.0 {
            break;
        }
        let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
        let t = 1.0f64.copysign(theta) / (theta.abs() + (theta * theta + 1.0).sqrt());
        let c = 1.0 / (t * t + 1.0).sqrt();
        let mut r: M3 = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        (r[p][p], r[q][q], r[p][q], r[q][p]) = (c, c, t * c, -t * c);
        a = product(transposed(r), product(a, r));
        v = product(v, r);
    }
    let det = dot(v[0], cross(v[1], v[2]));
    if det < 0.0 {
        (0..3).for_each(|r| v[r][2] = -v[r][2]);
    }
    ([a[0][0], a[1][1], a[2][2]], v)
}

/// Where something is in a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Origin, m.
    pub pos: V3,
    /// Orientation.
    pub quat: Quat,
}

impl Place {
    /// At the frame itself.
    pub const HERE: Self = Self { pos: [0.0; 3], quat: UPRIGHT };

    /// A place given in this place's frame, seen from outside.
    pub fn of(self, inner: Place) -> Place {
        Place { pos: self.point(inner.pos), quat: compose(self.quat, inner.quat) }
    }
    /// A point given in this place's frame, seen from outside.
    pub fn point(self, p: V3) -> V3 {
        add(self.pos, rotate(self.quat, p))
    }
}

/// Mass, its centre, and the inertia about that centre in the axes of the frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Inertial {
    /// kg.
    pub mass: f64,
    /// m.
    pub com: V3,
    /// kg m².
    pub tensor: M3,
}

impl Inertial {
    /// From principal moments along the axes of a place.
    pub fn principal(mass: f64, moments: V3, place: Place) -> Self {
        let diagonal =
            std::array::from_fn(|r| std::array::from_fn(|c| if r == c { moments[r] } else { 0.0 }));
        Self { mass, com: [0.0; 3], tensor: diagonal }.seen_from(place)
    }
    /// Given in the frame at `place`, seen from outside.
    pub fn seen_from(self, place: Place) -> Self {
        let r = matrix(place.quat);
        Self {
            mass: self.mass,
            com: place.point(self.com),
            tensor: product(r, product(self.tensor, transposed(r))),
        }
    }
    /// Both as one body, by the parallel-axis rule.
    pub fn with(self, other: Self) -> Self {
        let mass = self.mass + other.mass;
        if mass <= 0.0 {
            let tensor =
                std::array::from_fn(|r| std::array::from_fn(|c| self.tensor[r][c] + other.tensor[r][c]));
            return Self { mass, com: self.com, tensor };
        }
        let com = scale(add(scale(self.com, self.mass), scale(other.com, other.mass)), 1.0 / mass);
        let (a, b) = (self.about(com), other.about(com));
        Self { mass, com, tensor: std::array::from_fn(|r| std::array::from_fn(|c| a[r][c] + b[r][c])) }
    }
    /// The inertia about a point.
    pub fn about(self, point: V3) -> M3 {
        let d = sub(self.com, point);
        let square = dot(d, d);
        std::array::from_fn(|r| {
            std::array::from_fn(|c| {
                let diagonal = if r == c { square } else { 0.0 };
                self.tensor[r][c] + self.mass * (diagonal - d[r] * d[c])
            })
        })
    }
}
