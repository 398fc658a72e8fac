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

impl Lane for F32x16 {
    const LANES: usize = 16;
    type Mask = __mmask16;
    type Idx = __m512i;
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
