//! A multi-layer perceptron: its shape, and forward and backward passes over tiles. The
//! parameters live elsewhere, in one flat slice that is handed in.
use super::activation::Activation;
use super::kernels::{self, registers};
use super::random::SplitMix;
use crate::lane::{Lane, WIDTH, Wide};

/// One dense layer: where its parameters lie in the network's slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Numbers in.
    pub inputs: usize,
    /// Numbers out.
    pub outputs: usize,
    /// First parameter: weights `[input][output]`, then `outputs` biases.
    pub offset: usize,
}

impl Layer {
    /// Parameters of the layer.
    pub fn num_params(&self) -> usize {
        (self.inputs + 1) * self.outputs
    }
    /// Values of its gradient in lanes: weights `[output][register of inputs]`, then biases `[output]`, unsummed.
    fn gradient_len(&self) -> usize {
        self.outputs * (registers(self.inputs) + 1)
    }
}

/// Shape of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mlp {
    /// From observation to output.
    pub layers: Vec<Layer>,
    /// After every layer but the last.
    pub activation: Activation,
}

/// What the forward pass of one network leaves for the backward pass, and the slopes that pass fills in.
pub struct Tape {
    /// Output of every layer, `[tile][output]`.
    pub outputs: Vec<Vec<Wide>>,
    /// Slope of the loss at the output of every layer (before the activation in hidden layers), `[tile][output]`. The
    /// caller fills the last one.
    pub slopes: Vec<Vec<Wide>>,
}

impl Tape {
    /// Memory for `tiles` tiles.
    pub fn new(shape: &Mlp, tiles: usize) -> Self {
        let buffers = || shape.layers.iter().map(|l| vec![Wide::zero(); l.outputs * tiles]).collect();
        Self { outputs: buffers(), slopes: buffers() }
    }

    /// Whether it was made for this network and so many tiles.
    pub fn fits(&self, shape: &Mlp, tiles: usize) -> bool {
        let sizes = self.outputs.iter().map(Vec::len);
        sizes.eq(shape.layers.iter().map(|l| l.outputs * tiles))
    }
}

impl Mlp {
    /// Network with these hidden sizes and ELU.
    pub fn new(inputs: usize, hidden: &[usize], outputs: usize) -> Self {
        let mut sizes = vec![inputs];
        sizes.extend_from_slice(hidden);
        sizes.push(outputs);
        let mut offset = 0;
        let layers = sizes.windows(2).map(|pair| {
            let layer = Layer { inputs: pair[0], outputs: pair[1], offset };
            offset += layer.num_params();
            layer
        });
        Self { layers: layers.collect(), activation: Activation::Elu }
    }

    /// What follows layer `l`; nothing follows the last one.
    pub fn after(&self, l: usize) -> Option<Activation> {
        (l + 1 < self.layers.len()).then_some(self.activation)
    }

    /// Numbers in.
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs
    }
    /// Numbers out.
    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs
    }
    /// Parameters of all layers.
    pub fn num_params(&self) -> usize {
        self.layers.iter().map(Layer::num_params).sum()
    }
    /// The largest number of outputs of a layer.
    pub fn widest(&self) -> usize {
        self.layers.iter().map(|l| l.outputs).max().unwrap_or(0)
    }
    /// The largest number of inputs of a layer.
    pub fn widest_input(&self) -> usize {
        self.layers.iter().map(|l| l.inputs).max().unwrap_or(0)
    }

    /// Weights N(0, 2 / inputs), the last layer N(0, 0.01 / inputs), biases zero: hidden activations keep their
    /// size, the first outputs are near zero.
    pub fn draw(&self, params: &mut [f32], random: &mut SplitMix) {
        for (l, layer) in self.layers.iter().enumerate() {
            let variance = if l + 1 == self.layers.len() { 0.01 } else { 2.0 };
            let deviation = (variance / layer.inputs as f64).sqrt();
            let (weights, biases) =
                params[layer.offset..][..layer.num_params()].split_at_mut(layer.inputs * layer.outputs);
            weights.fill_with(|| (deviation * random.normal()) as f32);
            biases.fill(0.0);
        }
    }

    /// Forward pass that keeps nothing: `front` and `back` hold [`widest`](Self::widest) values per tile; the
    /// result `[tile][output]` is one of them.
    pub fn infer<'a>(
        &self,
        params: &[f32],
        x: &[Wide],
        tiles: usize,
        mut front: &'a mut [Wide],
        mut back: &'a mut [Wide],
    ) -> &'a [Wide] {
        for (l, layer) in self.layers.iter().enumerate() {
            let after = self.after(l);
            let weights = &params[layer.offset..];
            let input = if l == 0 { x } else { &*back };
            kernels::forward(weights, layer.inputs, layer.outputs, after, input, tiles, front);
            std::mem::swap(&mut front, &mut back);
        }
        &back[..tiles * self.outputs()]
    }

    /// Forward pass that keeps every layer's output on the tape.
    pub fn forward(&self, params: &[f32], x: &[Wide], tiles: usize, tape: &mut Tape) {
        for (l, layer) in self.layers.iter().enumerate() {
            let (before, rest) = tape.outputs.split_at_mut(l);
            let input = before.last().map_or(x, |v| v);
            kernels::forward(
                &params[layer.offset..],
                layer.inputs,
                layer.outputs,
                self.after(l),
                input,
                tiles,
                &mut rest[0],
            );
        }
    }

    /// Values of a gradient in lanes, as [`backward`](Self::backward) collects it.
    pub fn gradient_len(&self) -> usize {
        self.layers.iter().map(Layer::gradient_len).sum()
    }

    /// Adds the gradient of the parameters to `gradient` (see [`gradient_len`](Self::gradient_len)). `x_rows` is
    /// the input as [`kernels::to_rows`] gives it (shared by networks with the same input), `rows` is scratch for
    /// the inputs of the other layers.
    pub fn backward(
        &self,
        params: &[f32],
        x_rows: &[Wide],
        tiles: usize,
        tape: &mut Tape,
        rows: &mut [Wide],
        gradient: &mut [Wide],
    ) {
        let mut end = self.gradient_len();
        for (l, layer) in self.layers.iter().enumerate().rev() {
            let start = end - layer.gradient_len();
            let (weights, biases) =
                gradient[start..end].split_at_mut(layer.outputs * registers(layer.inputs));
            end = start;
            let (before, after) = tape.slopes.split_at_mut(l);
            let slope = &after[0][..tiles * layer.outputs];
            for tile in slope.chunks_exact(layer.outputs) {
                for (sum, s) in biases.iter_mut().zip(tile) {
                    *sum += *s;
                }
            }
            match before.last_mut() {
                None => kernels::weight_gradient(x_rows, layer.inputs, slope, layer.outputs, tiles, weights),
                Some(input_slope) => {
                    let input = &tape.outputs[l - 1];
                    kernels::to_rows(input, layer.inputs, tiles, rows);
                    kernels::weight_gradient(rows, layer.inputs, slope, layer.outputs, tiles, weights);
                    let matrix = &params[layer.offset..];
                    kernels::input_gradient(
                        matrix,
                        layer.inputs,
                        layer.outputs,
                        self.activation,
                        slope,
                        input,
                        tiles,
                        input_slope,
                    );
                }
            }
        }
    }

    /// Cuts a gradient with one number per parameter into strips, which several threads may fill.
    pub fn strips<'a>(&self, gradient: &'a mut [f32]) -> Vec<Strip<'a>> {
        let (mut rest, mut start, mut strips) = (gradient, 0, vec![]);
        for layer in &self.layers {
            let width = registers(layer.inputs);
            for register in 0..=width {
                // the biases come last
                let rows = if register < width { WIDTH.min(layer.inputs - register * WIDTH) } else { 1 };
                let out = rest.split_off_mut(..rows * layer.outputs).unwrap_or_default();
                strips.push(Strip { out, outputs: layer.outputs, width, start, register });
            }
            start += layer.gradient_len();
        }
        strips
    }
}

/// The gradient of up to [`WIDTH`] rows of a layer's weights, or of its biases.
pub struct Strip<'a> {
    out: &'a mut [f32],
    outputs: usize,
    /// Registers of the layer's inputs.
    width: usize,
    /// Where the layer's gradient in lanes begins.
    start: usize,
    /// Which of the registers; the one after the last stands for the biases.
    register: usize,
}

impl Strip<'_> {
    /// Adds up gradients in lanes, as [`Mlp::backward`] collects them, in their order.
    pub fn add_up(&mut self, parts: &[&[Wide]]) {
        let sum = |at: usize| parts.iter().fold(Wide::zero(), |sum, part| sum + part[at]);
        for o in 0..self.outputs {
            if self.register == self.width {
                self.out[o] = sum(self.start + self.outputs * self.width + o).sum();
                continue;
            }
            let row = sum(self.start + o * self.width + self.register);
            for (out, x) in self.out[o..].iter_mut().step_by(self.outputs).zip(row.lanes()) {
                *out = *x;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random_tiles(n: usize, seed: u64) -> Vec<Wide> {
        let mut random = SplitMix::new(seed);
        (0..n).map(|_| Wide::from_fn(|_| random.normal() as f32)).collect()
    }

    /// Output of one sample in f64, straight from the definition.
    fn plain(shape: &Mlp, params: &[f32], x: &[f64]) -> Vec<f64> {
        let mut values = x.to_vec();
        for (l, layer) in shape.layers.iter().enumerate() {
            let p = &params[layer.offset..];
            values = (0..layer.outputs)
                .map(|o| {
                    let bias = p[layer.inputs * layer.outputs + o] as f64;
                    let sum: f64 =
                        values.iter().enumerate().map(|(i, v)| v * p[i * layer.outputs + o] as f64).sum();
                    let y = bias + sum;
                    match shape.after(l) {
                        Some(Activation::Elu) if y < 0.0 => y.exp_m1(),
                        Some(Activation::Relu) => y.max(0.0),
                        Some(Activation::Tanh) => y.tanh(),
                        _ => y,
                    }
                })
                .collect();
        }
        values
    }

    fn drawn(shape: &Mlp) -> Vec<f32> {
        let mut params = vec![0.0; shape.num_params()];
        shape.draw(&mut params, &mut SplitMix::new(1));
        // biases too, so that they are tested
        let mut random = SplitMix::new(2);
        params.iter_mut().for_each(|p| *p += 0.1 * random.normal() as f32);
        params
    }

    #[test]
    fn forward_agrees_with_the_definition_for_awkward_sizes_and_tile_counts() {
        for (inputs, hidden, outputs) in
            [(45, vec![33, 7], 12), (235, vec![20], 1), (3, vec![], 5), (16, vec![6, 64], 2)]
        {
            let mut shape = Mlp::new(inputs, &hidden, outputs);
            let params = drawn(&shape);
            for (tiles, activation) in [1, 4, 7].into_iter().zip(Activation::ALL) {
                shape.activation = activation;
                let x = random_tiles(tiles * inputs, 5);
                let (mut a, mut b) = (vec![Wide::zero(); 64 * 7], vec![Wide::zero(); 64 * 7]);
                let y = shape.infer(&params, &x, tiles, &mut a, &mut b);
                for (tile, lane) in [(0, 0), (tiles - 1, 15), (tiles / 2, 6)] {
                    let sample: Vec<f64> =
                        (0..inputs).map(|i| x[tile * inputs + i].lanes()[lane] as f64).collect();
                    for (o, want) in plain(&shape, &params, &sample).iter().enumerate() {
                        let got = y[tile * outputs + o].lanes()[lane] as f64;
                        assert!((got - want).abs() < 1e-5 * want.abs().max(1.0), "{got} {want}");
                    }
                }
            }
        }
    }

    #[test]
    fn backward_agrees_with_finite_differences_for_awkward_sizes() {
        for activation in Activation::ALL {
            check_gradient(&Mlp { activation, ..Mlp::new(21, &[17, 9], 3) });
        }
    }

    fn check_gradient(shape: &Mlp) {
        let params = drawn(shape);
        let tiles = 5;
        let x = random_tiles(tiles * 21, 5);
        let weight = random_tiles(tiles * 3, 6);
        // loss = Σ weight * output over all samples and outputs
        let loss = |params: &[f32]| -> f64 {
            let mut sum = 0.0;
            for tile in 0..tiles {
                for lane in 0..WIDTH {
                    let sample: Vec<f64> = (0..21).map(|i| x[tile * 21 + i].lanes()[lane] as f64).collect();
                    for (o, y) in plain(shape, params, &sample).iter().enumerate() {
                        sum += y * weight[tile * 3 + o].lanes()[lane] as f64;
                    }
                }
            }
            sum
        };
        let mut tape = Tape::new(shape, tiles);
        shape.forward(&params, &x, tiles, &mut tape);
        tape.slopes[2].copy_from_slice(&weight);
        let mut x_rows = vec![Wide::zero(); tiles * WIDTH * registers(21)];
        kernels::to_rows(&x, 21, tiles, &mut x_rows);
        let mut rows = vec![Wide::zero(); tiles * WIDTH * 2];
        let mut lanes = vec![Wide::zero(); shape.gradient_len()];
        shape.backward(&params, &x_rows, tiles, &mut tape, &mut rows, &mut lanes);
        let mut gradient = vec![0.0; shape.num_params()];
        shape.strips(&mut gradient).iter_mut().for_each(|strip| strip.add_up(&[&lanes]));
        for i in 0..params.len() {
            // a step across the corner of a ReLU is no slope, hence a tiny one there
            let step = if shape.activation == Activation::Relu { 2f32.powi(-17) } else { 2f32.powi(-10) };
            let moved = |s: f32| {
                let mut p = params.clone();
                p[i] += s;
                (loss(&p), f64::from(p[i]))
            };
            let ((above, high), (below, low)) = (moved(step), moved(-step));
            let want = (above - below) / (high - low);
            let got = gradient[i] as f64;
            assert!((got - want).abs() < 2e-3 * want.abs().max(1.0), "parameter {i}: {got}, expected {want}");
        }
    }
}
