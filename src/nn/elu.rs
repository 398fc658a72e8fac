//! The activation of hidden layers: ELU (Clevert et al., 2016) and its slope, on lanes.
use crate::lane::Lane;
use std::f32::consts::{LN_2, LOG2_E};

/// Exponential linear unit: `x` above zero, `exp(x) - 1` below (Clevert et al. 2015, alpha = 1), absolute error
/// below 2e-7. NaN stays NaN.
///
/// A quarter of a small network's forward pass, hence not simply `exp`: the exponent is never positive, only the
/// absolute error counts, and a polynomial of degree five (fitted on ± ln 2 / 2) will do.
#[inline(always)]
pub fn elu<V: Lane>(x: V) -> V {
    let k = V::splat;
    // below -20 the result is -1 to the last bit
    let low = x.max(k(-20.0)).min(V::zero());
    let power = (low * k(LOG2_E)).round();
    let r = power.neg_mul_add(k(LN_2), low);
    let mut p = k(0.008_379_393);
    for c in [0.041_899_5, 0.166_663_59, 0.499_991_34, 1.0, 1.0] {
        p = p.mul_add(r, k(c));
    }
    // exactly zero where x is positive, and never below x otherwise; the order keeps NaN
    p.mul_add(power.exp2_int(), k(-1.0)).max(x)
}

/// Derivative of [`elu`], from its *output*: `y + 1` below zero, 1 above.
#[inline(always)]
pub fn elu_slope<V: Lane>(y: V) -> V {
    y.min(V::zero()) + V::splat(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::Wide;

    #[test]
    fn elu_agrees_with_the_library_and_keeps_nan() {
        for i in -40_000..40_000 {
            let x = i as f32 * 1e-3;
            let want = if x < 0.0 { (x as f64).exp_m1() } else { x as f64 };
            assert!((elu(x) as f64 - want).abs() < 2e-7 * want.abs().max(1.0), "elu({x}) = {}", elu(x));
            assert!(
                (elu(Wide::splat(x)).lanes()[9] as f64 - want).abs() < 2e-7 * want.abs().max(1.0),
                "wide elu({x})"
            );
        }
        assert!(elu(f32::NAN).is_nan() && elu(Wide::splat(f32::NAN)).lanes()[3].is_nan());
        assert_eq!((elu(f32::INFINITY), elu(f32::NEG_INFINITY)), (f32::INFINITY, -1.0));
        assert_eq!((elu_slope(elu(3.0f32)), elu_slope(-0.25f32)), (1.0, 0.75));
    }
}
