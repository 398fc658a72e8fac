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
    use std::arch::x86_64::*;
    // SAFETY: register shuffles of a build target that has them; stores as promised by the caller of `transpose`.
    unsafe {
        let mut r = [_mm512_setzero_ps(); 16];
        for i in 0..16 {
            r[i] = square[i].0;
        }
        let mut pairs = r;
        for i in 0..8 {
            pairs[2 * i] = _mm512_unpacklo_ps(r[2 * i], r[2 * i + 1]);
            pairs[2 * i + 1] = _mm512_unpackhi_ps(r[2 * i], r[2 * i + 1]);
        }
        let double = |x: __m512| _mm512_castps_pd(x);
        for b in [0, 4, 8, 12] {
            r[b] = _mm512_castpd_ps(_mm512_unpacklo_pd(double(pairs[b]), double(pairs[b + 2])));
            r[b + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(double(pairs[b]), double(pairs[b + 2])));
            r[b + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(double(pairs[b + 1]), double(pairs[b + 3])));
            r[b + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(double(pairs[b + 1]), double(pairs[b + 3])));
        }
        // r[4 q + c] holds, in quarter k, lane 4 k + c of values 4 q .. 4 q + 4
        for c in 0..4 {
            let even_low = _mm512_shuffle_f32x4::<0x88>(r[c], r[4 + c]);
            let odd_low = _mm512_shuffle_f32x4::<0xdd>(r[c], r[4 + c]);
            let even_high = _mm512_shuffle_f32x4::<0x88>(r[8 + c], r[12 + c]);
            let odd_high = _mm512_shuffle_f32x4::<0xdd>(r[8 + c], r[12 + c]);
            let row = |lane: usize| out.add(lane * stride);
            _mm512_storeu_ps(row(c), _mm512_shuffle_f32x4::<0x88>(even_low, even_high));
            _mm512_storeu_ps(row(8 + c), _mm512_shuffle_f32x4::<0xdd>(even_low, even_high));
            _mm512_storeu_ps(row(4 + c), _mm512_shuffle_f32x4::<0x88>(odd_low, odd_high));
            _mm512_storeu_ps(row(12 + c), _mm512_shuffle_f32x4::<0xdd>(odd_low, odd_high));
        }
    }
}
