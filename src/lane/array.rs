//! Portable lanes: `f32` itself, and plain arrays left to the compiler's vectoriser.
use super::{Lane, assign_ops};
use std::ops::{Add, Mul, Neg, Sub};

/// `self * b + c`; `f32::mul_add` without the FMA feature is a library call, so it is used only where it is one
/// instruction.
#[inline(always)]
fn fma(a: f32, b: f32, c: f32) -> f32 {
    if cfg!(target_feature = "fma") { a.mul_add(b, c) } else { a * b + c }
}

/// Nearest whole number for |x| < 2^22; vectorises where the rounding instruction is missing.
#[inline(always)]
fn round(x: f32) -> f32 {
    (x + 12_582_912.0) - 12_582_912.0
}

#[inline(always)]
fn floor(x: f32) -> f32 {
    let r = round(x);
    if r > x { r - 1.0 } else { r }
}

#[inline(always)]
fn exp2_int(x: f32) -> f32 {
    f32::from_bits(((x as i32 + 127) << 23) as u32)
}

#[inline(always)]
fn split_exp(x: f32) -> (f32, f32) {
    let b = x.to_bits();
    (f32::from_bits(b & 0x007f_ffff | 0x3f80_0000), ((b >> 23) as i32 - 127) as f32)
}

impl Lane for f32 {
    const LANES: usize = 1;
    type Mask = bool;
    type Idx = usize;
    #[inline(always)]
    fn splat(x: f32) -> Self {
        x
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        fma(self, b, c)
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        fma(-self, b, c)
    }
    #[inline(always)]
    fn min(self, o: Self) -> Self {
        if self < o { self } else { o }
    }
    #[inline(always)]
    fn max(self, o: Self) -> Self {
        if self > o { self } else { o }
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        f32::sqrt(self)
    }
    #[inline(always)]
    fn rsqrt(self) -> Self {
        1.0 / f32::sqrt(self)
    }
    #[inline(always)]
    fn recip(self) -> Self {
        1.0 / self
    }
    #[inline(always)]
    fn round(self) -> Self {
        round(self)
    }
    #[inline(always)]
    fn floor(self) -> Self {
        floor(self)
    }
    #[inline(always)]
    fn exp2_int(self) -> Self {
        exp2_int(self)
    }
    #[inline(always)]
    fn split_exp(self) -> (Self, Self) {
        split_exp(self)
    }
    #[inline(always)]
    fn lt(self, o: Self) -> bool {
        self < o
    }
    #[inline(always)]
    fn any(m: bool) -> bool {
        m
    }
    #[inline(always)]
    fn select(m: bool, a: Self, b: Self) -> Self {
        if m { a } else { b }
    }
    #[inline(always)]
    fn to_idx(self) -> usize {
        self as usize
    }
    #[inline(always)]
    unsafe fn gather(p: *const f32, idx: usize) -> Self {
        // SAFETY: promised by the caller.
        unsafe { *p.add(idx) }
    }
}

/// `W` numbers side by side.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Arr<const W: usize>(pub [f32; W]);

impl<const W: usize> Default for Arr<W> {
    #[inline(always)]
    fn default() -> Self {
        Self([0.0; W])
    }
}

impl<const W: usize> Arr<W> {
    #[inline(always)]
    fn map(self, f: impl Fn(f32) -> f32) -> Self {
        Self(self.0.map(f))
    }
    #[inline(always)]
    fn zip(self, o: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i], o.0[i])))
    }
}

impl<const W: usize> Add for Arr<W> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        self.zip(o, |a, b| a + b)
    }
}
impl<const W: usize> Sub for Arr<W> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        self.zip(o, |a, b| a - b)
    }
}
impl<const W: usize> Mul for Arr<W> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, o: Self) -> Self {
        self.zip(o, |a, b| a * b)
    }
}
impl<const W: usize> Neg for Arr<W> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(|a| -a)
    }
}
assign_ops!([const W: usize] Arr<W>);

impl<const W: usize> Lane for Arr<W> {
    const LANES: usize = W;
    type Mask = [bool; W];
    type Idx = [i32; W];
    #[inline(always)]
    fn splat(x: f32) -> Self {
        Self([x; W])
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        Self(std::array::from_fn(|i| fma(self.0[i], b.0[i], c.0[i])))
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        (-self).mul_add(b, c)
    }
    #[inline(always)]
    fn min(self, o: Self) -> Self {
        self.zip(o, <f32 as Lane>::min)
    }
    #[inline(always)]
    fn max(self, o: Self) -> Self {
        self.zip(o, <f32 as Lane>::max)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        self.map(f32::sqrt)
    }
    #[inline(always)]
    fn rsqrt(self) -> Self {
        self.map(|a| 1.0 / a.sqrt())
    }
    #[inline(always)]
    fn recip(self) -> Self {
        self.map(|a| 1.0 / a)
    }
    #[inline(always)]
    fn round(self) -> Self {
        self.map(round)
    }
    #[inline(always)]
    fn floor(self) -> Self {
        self.map(floor)
    }
    #[inline(always)]
    fn exp2_int(self) -> Self {
        self.map(exp2_int)
    }
    #[inline(always)]
    fn split_exp(self) -> (Self, Self) {
        (self.map(|a| split_exp(a).0), self.map(|a| split_exp(a).1))
    }
    #[inline(always)]
    fn lt(self, o: Self) -> [bool; W] {
        std::array::from_fn(|i| self.0[i] < o.0[i])
    }
    #[inline(always)]
    fn any(m: [bool; W]) -> bool {
        m.iter().fold(false, |a, b| a | b)
    }
    #[inline(always)]
    fn select(m: [bool; W], a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|i| if m[i] { a.0[i] } else { b.0[i] }))
    }
    #[inline(always)]
    fn to_idx(self) -> [i32; W] {
        self.0.map(|a| a as i32)
    }
    #[inline(always)]
    unsafe fn gather(p: *const f32, idx: [i32; W]) -> Self {
        // SAFETY: promised by the caller.
        Self(std::array::from_fn(|i| unsafe { *p.offset(idx[i] as isize) }))
    }
}
