//! The three products of a dense layer on tiles: forward, gradient of the input, gradient of the weights.
//!
//! All three keep a block of sums in registers (`OUTPUTS` × `TILES` values) and read every operand from memory
//! once per block; weights and slopes are single numbers that are broadcast. Weights are stored `[input][output]`;
//! the gradient of the input reads them with exchanged strides, so there is no second copy of them. Weight
//! gradients are collected `[output][input]`, inputs padded to whole registers ([`registers`]), because that is
//! how the sums lie in registers; [`Strip::add_up`](super::Strip::add_up) turns them round once per
//! minibatch. The order of every sum is fixed by the arguments alone.
use super::activation::{Activation, Elu, Hinge, HyperbolicTangent, Relu};
use crate::lane::{Lane, WIDTH, Wide, transpose};

/// Sums per block: outputs and tiles (or registers of inputs). 24 of 32 registers with AVX-512; with AVX2 a value
/// is two of 16 registers, without it four of 16.
#[cfg(all(target_arch = "x86_64", target_feature = "avx512f", target_feature = "avx512dq"))]
const BLOCK: (usize, usize) = (6, 4);
#[cfg(all(
    target_arch = "x86_64",
    target_feature = "avx2",
    target_feature = "fma",
    not(all(target_feature = "avx512f", target_feature = "avx512dq"))
))]
const BLOCK: (usize, usize) = (6, 1);
#[cfg(not(all(target_arch = "x86_64", target_feature = "avx2", target_feature = "fma")))]
const BLOCK: (usize, usize) = (2, 1);
const OUTPUTS: usize = BLOCK.0;
const TILES: usize = BLOCK.1;

/// Registers that hold `inputs` numbers of one sample.
pub const fn registers(inputs: usize) -> usize {
    inputs.div_ceil(WIDTH)
}

/// `y = activation(W x + b)`, or `y = W x + b` without one. `weights`: `[input][output]`, then biases. `x`: `[tile][input]`,
/// `y`: `[tile][output]`.
///
/// # Panics
/// If a slice is shorter than the sizes say.
#[inline(never)]
pub fn forward(
    weights: &[f32],
    inputs: usize,
    outputs: usize,
    activation: Option<Activation>,
    x: &[Wide],
    tiles: usize,
    y: &mut [Wide],
) {
    assert!(
        weights.len() >= (inputs + 1) * outputs && x.len() >= tiles * inputs && y.len() >= tiles * outputs
    );
    let matrix = Matrix { at: weights.as_ptr(), inputs, outputs, input_stride: outputs, output_stride: 1 };
    let bias = weights[inputs * outputs..].as_ptr();
    // SAFETY: `Matrix` reads `weights[i * outputs + o]` and the bias `o`, `x[t * inputs + i]` and `y[t * outputs + o]`
    // for i < inputs, o < outputs, t < tiles; lengths were checked.
    unsafe {
        let (x, y) = (x.as_ptr(), y.as_mut_ptr());
        match activation {
            None => product(&matrix, x, y, tiles, &Linear { bias }),
            Some(Activation::Elu) => product(&matrix, x, y, tiles, &Hidden { bias, hinge: Elu }),
            Some(Activation::Relu) => product(&matrix, x, y, tiles, &Hidden { bias, hinge: Relu }),
            Some(Activation::Tanh) => {
                product(&matrix, x, y, tiles, &Hidden { bias, hinge: HyperbolicTangent });
            }
        }
    }
}

/// Slope at the input of a layer whose input `x` is the output of a hidden layer: `dx = activation'(x) * (W^T dy)`.
/// `weights` as in [`forward`]; `x`, `dx`: `[tile][input]`; `dy`: `[tile][output]`.
///
/// # Panics
/// If a slice is shorter than the sizes say.
#[inline(never)]
pub fn input_gradient(
    weights: &[f32],
    inputs: usize,
    outputs: usize,
    activation: Activation,
    dy: &[Wide],
    x: &[Wide],
    tiles: usize,
    dx: &mut [Wide],
) {
    assert!(weights.len() >= inputs * outputs && dy.len() >= tiles * outputs);
    assert!(x.len() >= tiles * inputs && dx.len() >= tiles * inputs);
    // the layer read backwards: its outputs are what is summed over
    let matrix = Matrix {
        at: weights.as_ptr(),
        inputs: outputs,
        outputs: inputs,
        input_stride: 1,
        output_stride: outputs,
    };
    // SAFETY: as in `forward`, with inputs and outputs exchanged; `x` has the shape of `dx`.
    unsafe {
        let (dy, dx, output, width) = (dy.as_ptr(), dx.as_mut_ptr(), x.as_ptr(), inputs);
        match activation {
            Activation::Elu => product(&matrix, dy, dx, tiles, &Slope { output, width, hinge: Elu }),
            Activation::Relu => product(&matrix, dy, dx, tiles, &Slope { output, width, hinge: Relu }),
            Activation::Tanh => {
                product(&matrix, dy, dx, tiles, &Slope { output, width, hinge: HyperbolicTangent });
            }
        }
    }
}

/// A matrix of single numbers and how to walk it.
struct Matrix {
    at: *const f32,
    inputs: usize,
    outputs: usize,
    input_stride: usize,
    output_stride: usize,
}

/// How the sum for one output begins and what is stored of it.
trait Finish {
    /// Start value of output `o`.
    unsafe fn begin(&self, o: usize) -> Wide;
    /// What is stored for `sum` of output `o` of tile `tile`.
    unsafe fn end(&self, sum: Wide, tile: usize, o: usize) -> Wide;
}

struct Linear {
    bias: *const f32,
}
impl Finish for Linear {
    #[inline(always)]
    unsafe fn begin(&self, o: usize) -> Wide {
        // SAFETY: one bias per output.
        Wide::splat(unsafe { *self.bias.add(o) })
    }
    #[inline(always)]
    unsafe fn end(&self, sum: Wide, _: usize, _: usize) -> Wide {
        sum
    }
}

struct Hidden<H> {
    bias: *const f32,
    hinge: H,
}
impl<H: Hinge> Finish for Hidden<H> {
    #[inline(always)]
    unsafe fn begin(&self, o: usize) -> Wide {
        // SAFETY: one bias per output.
        Wide::splat(unsafe { *self.bias.add(o) })
    }
    #[inline(always)]
    unsafe fn end(&self, sum: Wide, _: usize, _: usize) -> Wide {
        self.hinge.value(sum)
    }
}

struct Slope<H> {
    output: *const Wide,
    width: usize,
    hinge: H,
}
impl<H: Hinge> Finish for Slope<H> {
    #[inline(always)]
    unsafe fn begin(&self, _: usize) -> Wide {
        Wide::zero()
    }
    #[inline(always)]
    unsafe fn end(&self, sum: Wide, tile: usize, o: usize) -> Wide {
        // SAFETY: the activations have the shape of what is stored.
        sum * self.hinge.slope(unsafe { *self.output.add(tile * self.width + o) })
    }
}

/// `y[t][o] = end(begin(o) + Σ_i matrix[i][o] x[t][i])`.
///
/// # Safety
/// The matrix must be readable as its fields say, `x` for `tiles * inputs`, `y` writable for `tiles * outputs`.
#[inline(always)]
unsafe fn product<F: Finish>(matrix: &Matrix, x: *const Wide, y: *mut Wide, tiles: usize, finish: &F) {
    let mut tile = 0;
    // SAFETY: tiles stay below `tiles`.
    unsafe {
        while tile + TILES <= tiles {
            product_rows::<TILES, F>(matrix, x, y, tile, finish);
            tile += TILES;
        }
        if TILES > 2 && tile + 2 <= tiles {
            product_rows::<2, F>(matrix, x, y, tile, finish);
            tile += 2;
        }
        while tile < tiles {
            product_rows::<1, F>(matrix, x, y, tile, finish);
            tile += 1;
        }
    }
}

#[inline(always)]
unsafe fn product_rows<const T: usize, F: Finish>(
    m: &Matrix,
    x: *const Wide,
    y: *mut Wide,
    tile: usize,
    finish: &F,
) {
    let mut o = 0;
    // SAFETY: outputs stay below `m.outputs`.
    unsafe {
        while o + OUTPUTS <= m.outputs {
            product_block::<OUTPUTS, T, F>(m, x, y, tile, o, finish);
            o += OUTPUTS;
        }
        if OUTPUTS > 4 && o + 4 <= m.outputs {
            product_block::<4, T, F>(m, x, y, tile, o, finish);
            o += 4;
        }
        while o < m.outputs {
            product_block::<1, T, F>(m, x, y, tile, o, finish);
            o += 1;
        }
    }
}

#[inline(always)]
unsafe fn product_block<const O: usize, const T: usize, F: Finish>(
    m: &Matrix,
    x: *const Wide,
    y: *mut Wide,
    tile: usize,
    o: usize,
    finish: &F,
) {
    // SAFETY: the caller keeps tile + T and o + O inside.
    unsafe {
        let mut sums = [[Wide::zero(); T]; O];
        for j in 0..O {
            sums[j] = [finish.begin(o + j); T];
        }
        let x = x.add(tile * m.inputs);
        let mut weight = m.at.add(o * m.output_stride);
        for i in 0..m.inputs {
            // no `array::from_fn` here: it is not inlined, and everything goes through memory
            let mut column = [Wide::zero(); T];
            for t in 0..T {
                column[t] = *x.add(t * m.inputs + i);
            }
            for j in 0..O {
                let w = Wide::splat(*weight.add(j * m.output_stride));
                for t in 0..T {
                    sums[j][t] = w.mul_add(column[t], sums[j][t]);
                }
            }
            weight = weight.wrapping_add(m.input_stride);
        }
        for j in 0..O {
            for t in 0..T {
                *y.add((tile + t) * m.outputs + o + j) = finish.end(sums[j][t], tile + t, o + j);
            }
        }
    }
}

/// Tiles `[tile][feature]` to samples `[sample][feature]`, features padded with zeros to whole [`registers`].
///
/// # Panics
/// If a slice is shorter than the sizes say.
#[inline(never)]
pub fn to_rows(x: &[Wide], features: usize, tiles: usize, rows: &mut [Wide]) {
    let width = registers(features);
    assert!(x.len() >= tiles * features && rows.len() >= tiles * WIDTH * width);
    for tile in 0..tiles {
        let x = &x[tile * features..][..features];
        for (r, group) in x.chunks(WIDTH).enumerate() {
            let out = rows[tile * WIDTH * width + r..].as_mut_ptr().cast();
            let mut square = [Wide::zero(); WIDTH];
            square[..group.len()].copy_from_slice(group);
            // SAFETY: sixteen rows of `width` registers from register r of tile `tile`; the length was checked.
            unsafe { transpose(&square, out, width * WIDTH) }
        }
    }
}

/// Adds the gradient of the weights over all samples: `gradient[o][i] += Σ_samples dy[o] x[i]`, with `rows` from
/// [`to_rows`], `dy`: `[tile][output]`, `gradient`: `[output][register of inputs]`.
///
/// # Panics
/// If a slice is shorter than the sizes say.
#[inline(never)]
pub fn weight_gradient(
    rows: &[Wide],
    inputs: usize,
    dy: &[Wide],
    outputs: usize,
    tiles: usize,
    gradient: &mut [Wide],
) {
    let width = registers(inputs);
    assert!(
        rows.len() >= tiles * WIDTH * width
            && dy.len() >= tiles * outputs
            && gradient.len() >= outputs * width
    );
    let sums = Outer { rows: rows.as_ptr(), width, dy: dy.as_ptr().cast(), outputs, tiles };
    let g = gradient.as_mut_ptr();
    let mut r = 0;
    // SAFETY: registers stay below `width`; lengths were checked.
    unsafe {
        while r + TILES <= width {
            outer_columns::<TILES>(&sums, r, g);
            r += TILES;
        }
        if TILES > 3 && r + 3 <= width {
            outer_columns::<3>(&sums, r, g);
            r += 3;
        }
        if TILES > 2 && r + 2 <= width {
            outer_columns::<2>(&sums, r, g);
            r += 2;
        }
        while r < width {
            outer_columns::<1>(&sums, r, g);
            r += 1;
        }
    }
}

/// Operands of a sum of outer products over samples.
struct Outer {
    rows: *const Wide,
    width: usize,
    dy: *const f32,
    outputs: usize,
    tiles: usize,
}

#[inline(always)]
unsafe fn outer_columns<const R: usize>(sums: &Outer, r: usize, gradient: *mut Wide) {
    let mut o = 0;
    // SAFETY: outputs stay below `outputs`.
    unsafe {
        while o + OUTPUTS <= sums.outputs {
            outer_block::<OUTPUTS, R>(sums, r, o, gradient);
            o += OUTPUTS;
        }
        if OUTPUTS > 4 && o + 4 <= sums.outputs {
            outer_block::<4, R>(sums, r, o, gradient);
            o += 4;
        }
        while o < sums.outputs {
            outer_block::<1, R>(sums, r, o, gradient);
            o += 1;
        }
    }
}

#[inline(always)]
unsafe fn outer_block<const O: usize, const R: usize>(sums: &Outer, r: usize, o: usize, gradient: *mut Wide) {
    // SAFETY: the caller keeps r + R and o + O inside.
    unsafe {
        let mut block = [[Wide::zero(); R]; O];
        for tile in 0..sums.tiles {
            let dy = sums.dy.add((tile * sums.outputs + o) * WIDTH);
            let rows = sums.rows.add(tile * WIDTH * sums.width + r);
            for sample in 0..WIDTH {
                let mut x = [Wide::zero(); R];
                for c in 0..R {
                    x[c] = *rows.add(sample * sums.width + c);
                }
                for j in 0..O {
                    let d = Wide::splat(*dy.add(j * WIDTH + sample));
                    for c in 0..R {
                        block[j][c] = d.mul_add(x[c], block[j][c]);
                    }
                }
            }
        }
        for j in 0..O {
            for c in 0..R {
                *gradient.add((o + j) * sums.width + r + c) += block[j][c];
            }
        }
    }
}
