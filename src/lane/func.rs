//! Elementary functions on lanes: polynomials, the same bits on every thread and lane.
use super::Lane;
use std::f32::consts::{FRAC_1_PI, LN_2, LOG2_E, SQRT_2};

/// Sine and cosine, absolute error below 1e-6 for |x| up to about 1000.
#[inline(always)]
pub fn sincos<V: Lane>(x: V) -> (V, V) {
    let k = V::splat;
    let n = (x * k(FRAC_1_PI)).round();
    let r = n.neg_mul_add(k(3.140_625), x);
    let r = n.neg_mul_add(k(9.676_536e-4), r);
    let half = (n * k(0.5)).floor();
    let parity = half.neg_mul_add(k(2.0), n);
    let sign = parity.neg_mul_add(k(2.0), k(1.0));
    let r2 = r * r;
    let s = k(-2.505_210_8e-8)
        .mul_add(r2, k(2.755_732e-6))
        .mul_add(r2, k(-1.984_127e-4))
        .mul_add(r2, k(8.333_334e-3))
        .mul_add(r2, k(-1.666_666_7e-1));
    let s = (s * r2).mul_add(r, r);
    let c = k(2.087_675_7e-9)
        .mul_add(r2, k(-2.755_732e-7))
        .mul_add(r2, k(2.480_158_8e-5))
        .mul_add(r2, k(-1.388_888_9e-3))
        .mul_add(r2, k(4.166_666_8e-2))
        .mul_add(r2, k(-0.5));
    let c = c.mul_add(r2, k(1.0));
    (s * sign, c * sign)
}

/// Exponential function; saturates at about ±87.
#[inline(always)]
pub fn exp<V: Lane>(x: V) -> V {
    let k = V::splat;
    let x = x.clamp(k(-87.0), k(87.0));
    let n = (x * k(LOG2_E)).round();
    let r = n.neg_mul_add(k(0.693_359_4), x);
    let r = n.neg_mul_add(k(-2.121_944_4e-4), r);
    let mut p = k(1.0 / 720.0);
    for c in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        p = p.mul_add(r, k(c));
    }
    p * n.exp2_int()
}

/// Natural logarithm of a positive normal number.
#[inline(always)]
pub fn ln<V: Lane>(x: V) -> V {
    let k = V::splat;
    let (m, e) = x.split_exp();
    // bring the mantissa to [0.707, 1.414)
    let big = k(SQRT_2).lt(m);
    let m = V::select(big, m * k(0.5), m);
    let e = e + V::one_if(big);
    let s = (m - k(1.0)) * (m + k(1.0)).recip();
    let s2 = s * s;
    let mut p = k(2.0 / 9.0);
    for c in [2.0 / 7.0, 2.0 / 5.0, 2.0 / 3.0, 2.0] {
        p = p.mul_add(s2, k(c));
    }
    e.mul_add(k(LN_2), p * s)
}
