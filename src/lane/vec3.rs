//! 3-vectors and rotation matrices over lanes.
use super::Lane;
use std::ops::{Add, Neg, Sub};

#[derive(Clone, Copy, Default)]
#[repr(C)]
/// A 3-vector per lane.
pub struct V3<V> {
    /// First component.
    pub x: V,
    /// Second component.
    pub y: V,
    /// Third component.
    pub z: V,
}

impl<V: Lane> V3<V> {
    /// From components.
    #[inline(always)]
    pub fn new(x: V, y: V, z: V) -> Self {
        Self { x, y, z }
    }
    /// The zero vector.
    #[inline(always)]
    pub fn zero() -> Self {
        Self::new(V::zero(), V::zero(), V::zero())
    }
    /// The same vector in all lanes.
    #[inline(always)]
    pub fn splat(a: [f32; 3]) -> Self {
        Self::new(V::splat(a[0]), V::splat(a[1]), V::splat(a[2]))
    }
    /// Scalar product.
    #[inline(always)]
    pub fn dot(self, o: Self) -> V {
        self.x.mul_add(o.x, self.y.mul_add(o.y, self.z * o.z))
    }
    /// Vector product.
    #[inline(always)]
    pub fn cross(self, o: Self) -> Self {
        Self::new(
            self.z.neg_mul_add(o.y, self.y * o.z),
            self.x.neg_mul_add(o.z, self.z * o.x),
            self.y.neg_mul_add(o.x, self.x * o.y),
        )
    }
    /// `acc + self × o`
    #[inline(always)]
    pub fn cross_add(self, o: Self, acc: Self) -> Self {
        Self::new(
            self.z.neg_mul_add(o.y, self.y.mul_add(o.z, acc.x)),
            self.x.neg_mul_add(o.z, self.z.mul_add(o.x, acc.y)),
            self.y.neg_mul_add(o.x, self.x.mul_add(o.y, acc.z)),
        )
    }
    /// `self * s`
    #[inline(always)]
    pub fn scale(self, s: V) -> Self {
        Self::new(self.x * s, self.y * s, self.z * s)
    }
    /// `self * s + acc`
    #[inline(always)]
    pub fn scale_add(self, s: V, acc: Self) -> Self {
        Self::new(self.x.mul_add(s, acc.x), self.y.mul_add(s, acc.y), self.z.mul_add(s, acc.z))
    }
}
impl<V: Lane> Add for V3<V> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        Self::new(self.x + o.x, self.y + o.y, self.z + o.z)
    }
}
impl<V: Lane> Sub for V3<V> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        Self::new(self.x - o.x, self.y - o.y, self.z - o.z)
    }
}
impl<V: Lane> Neg for V3<V> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self::new(-self.x, -self.y, -self.z)
    }
}

/// Rotation matrix stored by columns.
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub struct M3<V> {
    /// Columns.
    pub c: [V3<V>; 3],
}

impl<V: Lane> M3<V> {
    /// `self * v`
    #[inline(always)]
    pub fn mul_v(&self, v: V3<V>) -> V3<V> {
        self.c[0].scale_add(v.x, self.c[1].scale_add(v.y, self.c[2].scale(v.z)))
    }
    /// `self * v + acc`
    #[inline(always)]
    pub fn mul_v_add(&self, v: V3<V>, acc: V3<V>) -> V3<V> {
        self.c[0].scale_add(v.x, self.c[1].scale_add(v.y, self.c[2].scale_add(v.z, acc)))
    }
    /// `self * E` with a lane-uniform constant matrix given by columns.
    #[inline(always)]
    pub fn mul_const(&self, e: &[[f32; 3]; 3]) -> Self {
        Self { c: [self.mul_v(V3::splat(e[0])), self.mul_v(V3::splat(e[1])), self.mul_v(V3::splat(e[2]))] }
    }
    /// `self * Rot(axis, θ)` for a coordinate axis: only two columns mix.
    #[inline(always)]
    pub fn rotate_axis(&self, axis: usize, s: V, c: V) -> Self {
        let mut r = *self;
        let (i, j) = match axis {
            0 => (1, 2),
            1 => (2, 0),
            _ => (0, 1),
        };
        let (a, b) = (self.c[i], self.c[j]);
        r.c[i] = b.scale_add(s, a.scale(c));
        r.c[j] = b.scale(c) - a.scale(s);
        r
    }
    /// From quaternion (w, x, y, z), assumed unit.
    #[inline(always)]
    pub fn from_quat(q: &[V; 4]) -> Self {
        let [w, x, y, z] = *q;
        let (x2, y2, z2) = (x + x, y + y, z + z);
        let one = V::splat(1.0);
        let (xx, yy, zz) = (x * x2, y * y2, z * z2);
        let (xy, xz, yz) = (x * y2, x * z2, y * z2);
        let (wx, wy, wz) = (w * x2, w * y2, w * z2);
        Self {
            c: [
                V3::new(one - yy - zz, xy + wz, xz - wy),
                V3::new(xy - wz, one - xx - zz, yz + wx),
                V3::new(xz + wy, yz - wx, one - xx - yy),
            ],
        }
    }
}
