//! A layer of gated recurrent units (Cho et al. 2014) as PyTorch defines it: r = σ(W_r x + b_r + U_r h + c_r), z likewise,
//! n = tanh(W_n x + b_n + r (U_n h + c_n)), h' = (1 - z) n + z h.
use super::activation::{Hinge, HyperbolicTangent};
use super::kernels;
use super::mlp::Layer;
use super::random::SplitMix;
use crate::lane::{Lane, Wide};
use serde::{Deserialize, Serialize};

/// Shape of the layer. Its parameters: weights `[input][gate]` and biases of the input, then of the state; the gates are r,
/// z and n, `hidden` numbers each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gru {
    /// Numbers in.
    pub inputs: usize,
    /// Numbers in its state, and out.
    pub hidden: usize,
}

impl Gru {
    /// From the input to the gates.
    pub fn input_layer(&self) -> Layer {
        Layer { inputs: self.inputs, outputs: 3 * self.hidden, offset: 0 }
    }
    /// From the state to the gates.
    pub fn state_layer(&self) -> Layer {
        let offset = self.input_layer().num_params();
        Layer { inputs: self.hidden, outputs: 3 * self.hidden, offset }
    }
    /// Parameters of both.
    pub fn num_params(&self) -> usize {
        self.input_layer().num_params() + self.state_layer().num_params()
    }
    /// Numbers per tile that [`step`](Self::step) writes on the way.
    pub fn num_gates(&self) -> usize {
        6 * self.hidden
    }

    /// Uniform within ± 1 / √hidden, as in PyTorch.
    pub fn draw(&self, params: &mut [f32], random: &mut SplitMix) {
        let reach = 1.0 / (self.hidden as f64).sqrt();
        params[..self.num_params()].fill_with(|| (reach * (2.0 * random.uniform() - 1.0)) as f32);
    }

    /// One tick: the state `[tile][number]` goes on with inputs `[tile][number]`. `gates` is scratch.
    ///
    /// # Panics
    /// If a slice is too short for `tiles`.
    pub fn step(&self, params: &[f32], x: &[Wide], tiles: usize, state: &mut [Wide], gates: &mut [Wide]) {
        let hidden = self.hidden;
        let (of_input, of_state) = gates.split_at_mut(3 * hidden * tiles);
        for (layer, x, out) in
            [(self.input_layer(), x, &mut *of_input), (self.state_layer(), &*state, of_state)]
        {
            kernels::forward(&params[layer.offset..], layer.inputs, layer.outputs, None, x, tiles, out);
        }
        let gates = of_input.chunks_exact(3 * hidden).zip(of_state.chunks_exact(3 * hidden));
        for (state, (a, b)) in state.chunks_exact_mut(hidden).zip(gates).take(tiles) {
            for (j, h) in state.iter_mut().enumerate() {
                let r = sigmoid(a[j] + b[j]);
                let z = sigmoid(a[hidden + j] + b[hidden + j]);
                let n = HyperbolicTangent.value(r.mul_add(b[2 * hidden + j], a[2 * hidden + j]));
                *h = (*h - n).mul_add(z, n);
            }
        }
    }
}

/// Kinds of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryKind {
    /// Gated recurrent units.
    Gru,
}

/// Recurrent layers of a policy. Their parameters lie after those of the critic: the actor's, then the critic's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Before the actor.
    pub actor: Gru,
    /// Before the critic.
    pub critic: Gru,
}

fn sigmoid(x: Wide) -> Wide {
    let half = Wide::splat(0.5);
    HyperbolicTangent.value(x * half).mul_add(half, half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_agrees_with_the_definition() {
        let gru = Gru { inputs: 5, hidden: 7 };
        let mut random = SplitMix::new(4);
        let mut params = vec![0.0; gru.num_params()];
        gru.draw(&mut params, &mut random);
        let mut draw = |n: usize| -> Vec<Wide> {
            (0..n).map(|_| Wide::from_fn(|_| 2.0 * random.normal() as f32)).collect()
        };
        let (x, before) = (draw(3 * 5), draw(3 * 7));
        let mut state = before.clone();
        gru.step(&params, &x, 3, &mut state, &mut vec![Wide::zero(); 3 * gru.num_gates()]);
        let gate = |layer: Layer, values: &[f64], o: usize| {
            let p = &params[layer.offset..];
            let bias = f64::from(p[layer.inputs * layer.outputs + o]);
            values.iter().enumerate().fold(bias, |s, (i, v)| s + v * f64::from(p[i * layer.outputs + o]))
        };
        for (tile, lane) in [(0, 0), (1, 9), (2, 15)] {
            let of = |all: &[Wide], n: usize| -> Vec<f64> {
                all[tile * n..][..n].iter().map(|v| f64::from(v.lanes()[lane])).collect()
            };
            let (x, h) = (of(&x, 5), of(&before, 7));
            for j in 0..7 {
                let a = |k: usize| gate(gru.input_layer(), &x, k * 7 + j);
                let b = |k: usize| gate(gru.state_layer(), &h, k * 7 + j);
                let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
                let (r, z) = (sigmoid(a(0) + b(0)), sigmoid(a(1) + b(1)));
                let n = (a(2) + r * b(2)).tanh();
                let want = (1.0 - z) * n + z * h[j];
                let got = f64::from(state[tile * 7 + j].lanes()[lane]);
                assert!((got - want).abs() < 2e-6, "{got}, expected {want}");
            }
        }
    }
}
