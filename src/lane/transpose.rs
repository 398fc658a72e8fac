//! The 16 × 16 transpose: from "one feature of sixteen environments" to "all features of one environment".
use super::{WIDTH, Wide};

/// Writes lane `l` of value `i` to `out[l * stride + i]`: sixteen rows of sixteen numbers.
///
/// # Safety
/// `out .. out + 15 * stride + 16` must be writable.
#[inline(always)]
pub unsafe fn transpose(square: &[Wide; WIDTH], out: *mut f32, stride: usize) {
    #[cfg(all(target_arch = "x86_64", target_feature = "avx512f", target_feature = "avx512dq"))]
    // SAFETY: the feature is part of the build target; the memory is promised by the caller.
    unsafe {
        avx512(square, out, stride)
    }
    #[cfg(not(all(target_arch = "x86_64", target_feature = "avx512f", target_feature = "avx512dq")))]
    for (i, value) in square.iter().enumerate() {
        for (lane, x) in super::Lane::lanes(value).iter().enumerate() {
            // SAFETY: lane < 16 and i < 16; promised by the caller.
            unsafe { *out.add(lane * stride + i) = *x }
        }
    }
}

#[cfg(all(target_arch = "x86_64", target_feature = "avx512f", target_feature = "avx512dq"))]
#[inline(always)]
unsafe fn avx512(square: &[Wide; WIDTH], out: *mut f32, stride: usize) {
    // SAFETY: the feature is part of the build target; the memory is promised by the caller of `transpose`.
    unsafe {
        let mut rows = [std::arch::x86_64::_mm512_setzero_ps(); 16];
        for i in 0..16 {
            rows[i] = square[i].0;
        }
        rows = super::x86::turned(rows);
        for lane in 0..16 {
            std::arch::x86_64::_mm512_storeu_ps(out.add(lane * stride), rows[lane]);
        }
    }
}
