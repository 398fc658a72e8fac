//! AVX-512 and AVX2 + FMA lanes on stable intrinsics.
//!
//! Every method is `inline(always)`: the instructions are legal only inside functions compiled with the right
//! `target_feature`, which `physics::batch::backend` generates once per back end.
use super::{Lane, assign_ops};
use std::arch::x86_64::*;
use std::ops::{Add, Mul, Neg, Sub};

/// Sixteen lanes in one AVX-512 register.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct F32x16(pub __m512);

impl Default for F32x16 {
    #[inline(always)]
    fn default() -> Self {
        // SAFETY: all-zero bits are the number zero in every lane.
        unsafe { std::mem::zeroed() }
    }
}
impl Add for F32x16 {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm512_add_ps(self.0, o.0)) }
    }
}
impl Sub for F32x16 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm512_sub_ps(self.0, o.0)) }
    }
}
impl Mul for F32x16 {
    type Output = Self;
    #[inline(always)]
    fn mul(self, o: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm512_mul_ps(self.0, o.0)) }
    }
}
impl Neg for F32x16 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm512_sub_ps(_mm512_setzero_ps(), self.0)) }
    }
}
assign_ops!([] F32x16);

/// The square of sixteen by sixteen numbers, turned: rows become columns.
///
/// # Safety
/// The processor must have AVX-512.
#[inline(always)]
pub(super) unsafe fn turned(square: [__m512; 16]) -> [__m512; 16] {
    // SAFETY: register shuffles; the feature is promised by the caller.
    unsafe {
        let (mut r, mut pairs) = (square, square);
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
        // r[4 q + c] holds, in quarter k, number 4 k + c of rows 4 q .. 4 q + 4
        let mut out = square;
        for c in 0..4 {
            let even_low = _mm512_shuffle_f32x4::<0x88>(r[c], r[4 + c]);
            let odd_low = _mm512_shuffle_f32x4::<0xdd>(r[c], r[4 + c]);
            let even_high = _mm512_shuffle_f32x4::<0x88>(r[8 + c], r[12 + c]);
            let odd_high = _mm512_shuffle_f32x4::<0xdd>(r[8 + c], r[12 + c]);
            out[c] = _mm512_shuffle_f32x4::<0x88>(even_low, even_high);
            out[8 + c] = _mm512_shuffle_f32x4::<0xdd>(even_low, even_high);
            out[4 + c] = _mm512_shuffle_f32x4::<0x88>(odd_low, odd_high);
            out[12 + c] = _mm512_shuffle_f32x4::<0xdd>(odd_low, odd_high);
        }
        out
    }
}

impl Lane for F32x16 {
    const LANES: usize = 16;
    type Mask = __mmask16;
    type Idx = __m512i;
    #[inline(always)]
    unsafe fn rows(rows: &[*const f32]) -> [Self; 16] {
        // SAFETY: only reached where the processor has the feature; the rows are promised by the caller.
        unsafe {
            // closures would be functions of their own, without the feature
            let mut square = [_mm512_setzero_ps(); 16];
            for lane in 0..16 {
                square[lane] = _mm512_loadu_ps(rows[lane]);
            }
            square = turned(square);
            let mut out = [Self::default(); 16];
            for i in 0..16 {
                out[i] = Self(square[i]);
            }
            out
        }
    }
    #[inline(always)]
    fn splat(x: f32) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm512_set1_ps(x)) }
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm512_fmadd_ps(self.0, b.0, c.0)) }
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm512_fnmadd_ps(self.0, b.0, c.0)) }
    }
    #[inline(always)]
    fn min(self, o: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm512_min_ps(self.0, o.0)) }
    }
    #[inline(always)]
    fn max(self, o: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm512_max_ps(self.0, o.0)) }
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm512_sqrt_ps(self.0)) }
    }
    #[inline(always)]
    fn rsqrt(self) -> Self {
        let y = self.rsqrt_fast();
        let h = self * Self::splat(0.5) * y;
        y * h.neg_mul_add(y, Self::splat(1.5))
    }
    #[inline(always)]
    fn rsqrt_fast(self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm512_rsqrt14_ps(self.0)) }
    }
    #[inline(always)]
    fn recip(self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        let y = unsafe { Self(_mm512_rcp14_ps(self.0)) };
        y * self.neg_mul_add(y, Self::splat(2.0))
    }
    #[inline(always)]
    fn round(self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm512_roundscale_ps::<0x08>(self.0)) }
    }
    #[inline(always)]
    fn floor(self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm512_roundscale_ps::<0x09>(self.0)) }
    }
    #[inline(always)]
    fn exp2_int(self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm512_scalef_ps(_mm512_set1_ps(1.0), self.0)) }
    }
    #[inline(always)]
    fn split_exp(self) -> (Self, Self) {
        // SAFETY: only reached where the processor has the feature.
        unsafe {
            let m = _mm512_getmant_ps::<_MM_MANT_NORM_1_2, _MM_MANT_SIGN_SRC>(self.0);
            (Self(m), Self(_mm512_getexp_ps(self.0)))
        }
    }
    #[inline(always)]
    fn lt(self, o: Self) -> __mmask16 {
        // SAFETY: only reached where the processor has the feature.
        unsafe { _mm512_cmp_ps_mask::<_CMP_LT_OQ>(self.0, o.0) }
    }
    #[inline(always)]
    fn any(m: __mmask16) -> bool {
        m != 0
    }
    #[inline(always)]
    fn select(m: __mmask16, a: Self, b: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm512_mask_blend_ps(m, b.0, a.0)) }
    }
    #[inline(always)]
    fn to_idx(self) -> __m512i {
        // SAFETY: only reached where the processor has the feature.
        unsafe { _mm512_cvttps_epi32(self.0) }
    }
    #[inline(always)]
    unsafe fn gather(p: *const f32, i: __m512i) -> Self {
        // SAFETY: promised by the caller.
        unsafe { Self(_mm512_i32gather_ps::<4>(i, p)) }
    }
}

/// Eight lanes in one AVX register.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct F32x8(pub __m256);

impl Default for F32x8 {
    #[inline(always)]
    fn default() -> Self {
        // SAFETY: all-zero bits are the number zero in every lane.
        unsafe { std::mem::zeroed() }
    }
}
impl Add for F32x8 {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm256_add_ps(self.0, o.0)) }
    }
}
impl Sub for F32x8 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm256_sub_ps(self.0, o.0)) }
    }
}
impl Mul for F32x8 {
    type Output = Self;
    #[inline(always)]
    fn mul(self, o: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm256_mul_ps(self.0, o.0)) }
    }
}
impl Neg for F32x8 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm256_sub_ps(_mm256_setzero_ps(), self.0)) }
    }
}
assign_ops!([] F32x8);

impl Lane for F32x8 {
    const LANES: usize = 8;
    type Mask = __m256;
    type Idx = __m256i;
    #[inline(always)]
    fn splat(x: f32) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm256_set1_ps(x)) }
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm256_fmadd_ps(self.0, b.0, c.0)) }
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm256_fnmadd_ps(self.0, b.0, c.0)) }
    }
    #[inline(always)]
    fn min(self, o: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm256_min_ps(self.0, o.0)) }
    }
    #[inline(always)]
    fn max(self, o: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm256_max_ps(self.0, o.0)) }
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm256_sqrt_ps(self.0)) }
    }
    #[inline(always)]
    fn rsqrt(self) -> Self {
        let y = self.rsqrt_fast();
        let h = self * Self::splat(0.5) * y;
        y * h.neg_mul_add(y, Self::splat(1.5))
    }
    #[inline(always)]
    fn rsqrt_fast(self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm256_rsqrt_ps(self.0)) }
    }
    #[inline(always)]
    fn recip(self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        let y = unsafe { Self(_mm256_rcp_ps(self.0)) };
        y * self.neg_mul_add(y, Self::splat(2.0))
    }
    #[inline(always)]
    fn round(self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm256_round_ps::<0x08>(self.0)) }
    }
    #[inline(always)]
    fn floor(self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm256_round_ps::<0x09>(self.0)) }
    }
    #[inline(always)]
    fn exp2_int(self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe {
            let n = _mm256_add_epi32(_mm256_cvtps_epi32(self.0), _mm256_set1_epi32(127));
            Self(_mm256_castsi256_ps(_mm256_slli_epi32::<23>(n)))
        }
    }
    #[inline(always)]
    fn split_exp(self) -> (Self, Self) {
        // SAFETY: only reached where the processor has the feature.
        unsafe {
            let b = _mm256_castps_si256(self.0);
            let m = _mm256_or_si256(
                _mm256_and_si256(b, _mm256_set1_epi32(0x007f_ffff)),
                _mm256_set1_epi32(0x3f80_0000),
            );
            let e = _mm256_sub_epi32(_mm256_srli_epi32::<23>(b), _mm256_set1_epi32(127));
            (Self(_mm256_castsi256_ps(m)), Self(_mm256_cvtepi32_ps(e)))
        }
    }
    #[inline(always)]
    fn lt(self, o: Self) -> __m256 {
        // SAFETY: only reached where the processor has the feature.
        unsafe { _mm256_cmp_ps::<_CMP_LT_OQ>(self.0, o.0) }
    }
    #[inline(always)]
    fn any(m: __m256) -> bool {
        // SAFETY: only reached where the processor has the feature.
        unsafe { _mm256_movemask_ps(m) != 0 }
    }
    #[inline(always)]
    fn select(m: __m256, a: Self, b: Self) -> Self {
        // SAFETY: only reached where the processor has the feature.
        unsafe { Self(_mm256_blendv_ps(b.0, a.0, m)) }
    }
    #[inline(always)]
    fn to_idx(self) -> __m256i {
        // SAFETY: only reached where the processor has the feature.
        unsafe { _mm256_cvttps_epi32(self.0) }
    }
    #[inline(always)]
    unsafe fn gather(p: *const f32, i: __m256i) -> Self {
        // SAFETY: promised by the caller.
        unsafe { Self(_mm256_i32gather_ps::<4>(p, i)) }
    }
}
