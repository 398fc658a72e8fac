//! Two registers per value: width 16 from 8-lane hardware.
use super::{Lane, assign_ops};
use std::ops::{Add, Mul, Neg, Sub};

/// Two values of `V` side by side, aligned as every type of width 16.
#[derive(Clone, Copy, Default, Debug)]
#[repr(C, align(64))]
pub struct Pair<V>(pub V, pub V);

impl<V: Lane> Add for Pair<V> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        Self(self.0 + o.0, self.1 + o.1)
    }
}
impl<V: Lane> Sub for Pair<V> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        Self(self.0 - o.0, self.1 - o.1)
    }
}
impl<V: Lane> Mul for Pair<V> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, o: Self) -> Self {
        Self(self.0 * o.0, self.1 * o.1)
    }
}
impl<V: Lane> Neg for Pair<V> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}
assign_ops!([V: Lane] Pair<V>);

impl<V: Lane> Lane for Pair<V> {
    const LANES: usize = 2 * V::LANES;
    type Mask = (V::Mask, V::Mask);
    type Idx = (V::Idx, V::Idx);
    #[inline(always)]
    fn splat(x: f32) -> Self {
        Self(V::splat(x), V::splat(x))
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        Self(self.0.mul_add(b.0, c.0), self.1.mul_add(b.1, c.1))
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        Self(self.0.neg_mul_add(b.0, c.0), self.1.neg_mul_add(b.1, c.1))
    }
    #[inline(always)]
    fn min(self, o: Self) -> Self {
        Self(self.0.min(o.0), self.1.min(o.1))
    }
    #[inline(always)]
    fn max(self, o: Self) -> Self {
        Self(self.0.max(o.0), self.1.max(o.1))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.sqrt(), self.1.sqrt())
    }
    #[inline(always)]
    fn rsqrt(self) -> Self {
        Self(self.0.rsqrt(), self.1.rsqrt())
    }
    #[inline(always)]
    fn rsqrt_fast(self) -> Self {
        Self(self.0.rsqrt_fast(), self.1.rsqrt_fast())
    }
    #[inline(always)]
    fn recip(self) -> Self {
        Self(self.0.recip(), self.1.recip())
    }
    #[inline(always)]
    fn round(self) -> Self {
        Self(self.0.round(), self.1.round())
    }
    #[inline(always)]
    fn floor(self) -> Self {
        Self(self.0.floor(), self.1.floor())
    }
    #[inline(always)]
    fn exp2_int(self) -> Self {
        Self(self.0.exp2_int(), self.1.exp2_int())
    }
    #[inline(always)]
    fn split_exp(self) -> (Self, Self) {
        let (a, b) = (self.0.split_exp(), self.1.split_exp());
        (Self(a.0, b.0), Self(a.1, b.1))
    }
    #[inline(always)]
    fn lt(self, o: Self) -> Self::Mask {
        (self.0.lt(o.0), self.1.lt(o.1))
    }
    #[inline(always)]
    fn any(m: Self::Mask) -> bool {
        V::any(m.0) | V::any(m.1)
    }
    #[inline(always)]
    fn select(m: Self::Mask, a: Self, b: Self) -> Self {
        Self(V::select(m.0, a.0, b.0), V::select(m.1, a.1, b.1))
    }
    #[inline(always)]
    fn to_idx(self) -> Self::Idx {
        (self.0.to_idx(), self.1.to_idx())
    }
    #[inline(always)]
    unsafe fn gather(p: *const f32, i: Self::Idx) -> Self {
        // SAFETY: promised by the caller.
        unsafe { Self(V::gather(p, i.0), V::gather(p, i.1)) }
    }
}
