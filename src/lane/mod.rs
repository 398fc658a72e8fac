//! SIMD lanes: one value holds one scalar quantity of several environments.
//!
//! Everything hot in gaitlab is generic over [`Lane`]; `f32` is a lane type too, so the code that runs on
//! sixteen environments in the tick runs on one number in its test. Blocks are always [`WIDTH`] lanes wide
//! whatever the processor: [`Wide`] is the fastest type of that width the build target has, and every back end
//! has the same memory layout (`[f32; 16]`), so that physics can choose its instructions at run time.

mod array;
mod func;
mod pair;
mod transpose;
mod vec3;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use array::Arr;
pub use func::{exp, ln, sincos};
pub use pair::Pair;
pub use transpose::transpose;
pub use vec3::{M3, V3};
#[cfg(target_arch = "x86_64")]
pub use x86::{F32x8, F32x16};

use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// Lanes of a block: environments that are simulated together.
pub const WIDTH: usize = 16;

/// The lane type of blocks: the best of width 16 that this build may use.
#[cfg(all(target_arch = "x86_64", target_feature = "avx512f", target_feature = "avx512dq"))]
pub type Wide = F32x16;
/// The lane type of blocks: the best of width 16 that this build may use.
#[cfg(all(
    target_arch = "x86_64",
    target_feature = "avx2",
    target_feature = "fma",
    not(all(target_feature = "avx512f", target_feature = "avx512dq"))
))]
pub type Wide = Pair<F32x8>;
/// The lane type of blocks: the best of width 16 that this build may use.
#[cfg(not(all(target_arch = "x86_64", target_feature = "avx2", target_feature = "fma")))]
pub type Wide = Arr<WIDTH>;

/// One scalar quantity of `LANES` environments.
pub trait Lane:
    Copy
    + Default
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
{
    /// Environments per value.
    const LANES: usize;
    /// One truth value per lane.
    type Mask: Copy;
    /// One non-negative array index per lane.
    type Idx: Copy;
    /// The same number in all lanes.
    fn splat(x: f32) -> Self;
    /// `self * b + c`
    fn mul_add(self, b: Self, c: Self) -> Self;
    /// `c - self * b`
    fn neg_mul_add(self, b: Self, c: Self) -> Self;
    /// The smaller one; `o` where `self` is NaN.
    fn min(self, o: Self) -> Self;
    /// The larger one; `o` where `self` is NaN.
    fn max(self, o: Self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// Reciprocal square root, about one unit in the last place.
    fn rsqrt(self) -> Self;
    /// Reciprocal square root with a relative error below 4e-4: for friction cones.
    #[inline(always)]
    fn rsqrt_fast(self) -> Self {
        self.rsqrt()
    }
    /// Reciprocal.
    fn recip(self) -> Self;
    /// Nearest whole number.
    fn round(self) -> Self;
    /// Largest whole number not above.
    fn floor(self) -> Self;
    /// Two to the power of a whole number between -126 and 127.
    fn exp2_int(self) -> Self;
    /// Mantissa in [1, 2) and exponent of a positive normal number.
    fn split_exp(self) -> (Self, Self);
    /// `self < o`; false where either is NaN.
    fn lt(self, o: Self) -> Self::Mask;
    /// Whether any lane is true.
    fn any(m: Self::Mask) -> bool;
    /// Lane-wise `m ? a : b`.
    fn select(m: Self::Mask, a: Self, b: Self) -> Self;
    /// Truncates to indices; values must be in range.
    fn to_idx(self) -> Self::Idx;
    /// Reads `p[idx]` in every lane.
    ///
    /// # Safety
    /// Every `p + idx` must be readable.
    unsafe fn gather(p: *const f32, idx: Self::Idx) -> Self;

    /// Sixteen consecutive numbers of every lane's own: value `i` holds number `i` of all lanes.
    ///
    /// # Safety
    /// There must be as many rows as lanes, each of sixteen readable numbers.
    #[inline(always)]
    unsafe fn rows(rows: &[*const f32]) -> [Self; 16] {
        let mut out = [Self::zero(); 16];
        for (lane, row) in rows.iter().enumerate() {
            for (i, value) in out.iter_mut().enumerate() {
                // SAFETY: promised by the caller.
                value.lanes_mut()[lane] = unsafe { *row.add(i) };
            }
        }
        out
    }
    /// Zero in all lanes.
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0.0)
    }
    /// Absolute value.
    #[inline(always)]
    fn abs(self) -> Self {
        self.max(-self)
    }
    /// Between `lo` and `hi`.
    #[inline(always)]
    fn clamp(self, lo: Self, hi: Self) -> Self {
        self.max(lo).min(hi)
    }
    /// The square.
    #[inline(always)]
    fn sq(self) -> Self {
        self * self
    }
    /// One where the mask is true, zero elsewhere.
    #[inline(always)]
    fn one_if(m: Self::Mask) -> Self {
        Self::select(m, Self::splat(1.0), Self::zero())
    }
    /// The numbers of the single environments.
    #[inline(always)]
    fn lanes(&self) -> &[f32] {
        // SAFETY: every lane type is LANES packed f32.
        unsafe { std::slice::from_raw_parts((self as *const Self).cast(), Self::LANES) }
    }
    /// The numbers of the single environments, to write.
    #[inline(always)]
    fn lanes_mut(&mut self) -> &mut [f32] {
        // SAFETY: as in `lanes`.
        unsafe { std::slice::from_raw_parts_mut((self as *mut Self).cast(), Self::LANES) }
    }
    /// Reads `LANES` consecutive numbers, aligned or not.
    ///
    /// # Safety
    /// `p .. p + LANES` must be readable.
    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self {
        // SAFETY: every lane type is LANES packed f32; the caller promises the memory.
        unsafe { p.cast::<Self>().read_unaligned() }
    }
    /// Writes `LANES` consecutive numbers, aligned or not.
    ///
    /// # Safety
    /// `p .. p + LANES` must be writable.
    #[inline(always)]
    unsafe fn store(self, p: *mut f32) {
        // SAFETY: as in `load`.
        unsafe { p.cast::<Self>().write_unaligned(self) }
    }
    /// Sum over the lanes, in a fixed order.
    #[inline(always)]
    fn sum(&self) -> f32 {
        let mut x = [0.0; WIDTH];
        x[..Self::LANES].copy_from_slice(self.lanes());
        let mut half = WIDTH / 2;
        while half > 0 {
            for i in 0..half {
                x[i] += x[i + half];
            }
            half /= 2;
        }
        x[0]
    }
    /// Lane values computed one by one, from the lane number.
    #[inline(always)]
    fn from_fn(mut f: impl FnMut(usize) -> f32) -> Self {
        let mut v = Self::zero();
        for (i, x) in v.lanes_mut().iter_mut().enumerate() {
            *x = f(i);
        }
        v
    }
}

/// Reads a slice of one lane type as another of the same width.
///
/// # Panics
/// If the two types differ in size or the memory is not aligned for `B`.
#[inline(always)]
pub fn cast<A: Lane, B: Lane>(a: &[A]) -> &[B] {
    assert!(size_of::<A>() == size_of::<B>() && (a.as_ptr() as usize).is_multiple_of(align_of::<B>()));
    // SAFETY: both are LANES packed f32 of the same size; alignment was checked.
    unsafe { std::slice::from_raw_parts(a.as_ptr().cast(), a.len()) }
}

/// Writes to a slice of one lane type as another of the same width.
///
/// # Panics
/// As [`cast`].
#[inline(always)]
pub fn cast_mut<A: Lane, B: Lane>(a: &mut [A]) -> &mut [B] {
    assert!(size_of::<A>() == size_of::<B>() && (a.as_ptr() as usize).is_multiple_of(align_of::<B>()));
    // SAFETY: as in `cast`.
    unsafe { std::slice::from_raw_parts_mut(a.as_mut_ptr().cast(), a.len()) }
}

macro_rules! assign_ops {
    ([$($g:tt)*] $t:ty) => {
        impl<$($g)*> std::ops::AddAssign for $t {
            #[inline(always)]
            fn add_assign(&mut self, o: Self) {
                *self = *self + o
            }
        }
        impl<$($g)*> std::ops::SubAssign for $t {
            #[inline(always)]
            fn sub_assign(&mut self, o: Self) {
                *self = *self - o
            }
        }
        impl<$($g)*> std::ops::MulAssign for $t {
            #[inline(always)]
            fn mul_assign(&mut self, o: Self) {
                *self = *self * o
            }
        }
    };
}
pub(crate) use assign_ops;

#[cfg(test)]
mod tests;
