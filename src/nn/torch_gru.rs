//! Recurrent layers in libtorch, unrolled over the ticks of a rollout.
use super::{Gru, Layer};
use tch::{Kind, Tensor};

/// Weights `[input, gate]` and biases of one half of the layer, whose parameters start at `base` of the flat tensor.
fn part(layer: &Layer, params: &Tensor, base: usize) -> (Tensor, Tensor) {
    let (inputs, outputs) = (layer.inputs as i64, layer.outputs as i64);
    let start = (base + layer.offset) as i64;
    let weights = params.narrow(0, start, inputs * outputs).view([inputs, outputs]);
    (weights, params.narrow(0, start + inputs * outputs, outputs))
}

/// States after every tick, `[sequence, tick, state]`, for inputs `[sequence, tick, input]` and states before the first,
/// `[sequence, state]`. Where `done` `[sequence, tick]` is 1 an episode ended with the tick: the next begins with an empty
/// state, and nothing flows back beyond it. Nothing flows back into the first states either: back-propagation through time
/// is truncated there.
pub fn unroll(gru: &Gru, params: &Tensor, base: usize, x: &Tensor, start: &Tensor, done: &Tensor) -> Tensor {
    let (weights, bias) = part(&gru.input_layer(), params, base);
    let (state_weights, state_bias) = part(&gru.state_layer(), params, base);
    let size = x.size();
    let gates = 3 * gru.hidden as i64;
    let of_input = Tensor::addmm(&bias, &x.flatten(0, 1), &weights).view([size[0], size[1], gates]);
    let going_on = (done * -1.0 + 1.0).to_kind(Kind::Float).unsqueeze(-1);
    let mut state = start.shallow_clone();
    let mut states = vec![];
    for t in 0..size[1] {
        if t > 0 {
            // a new tensor: the one before is among the states, and in the graph
            state = &state * going_on.select(1, t - 1);
        }
        let of_state = Tensor::addmm(&state_bias, &state, &state_weights).chunk(3, -1);
        let of_input = of_input.select(1, t).chunk(3, -1);
        let r = (&of_input[0] + &of_state[0]).sigmoid();
        let z = (&of_input[1] + &of_state[1]).sigmoid();
        let n = (&of_input[2] + r * &of_state[2]).tanh();
        state = &n + z * (state - &n);
        states.push(state.shallow_clone());
    }
    Tensor::stack(&states, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::random::SplitMix;

    #[test]
    fn states_and_gradients_are_those_of_pytorch_s_cell_in_a_plain_loop_over_split_episodes() {
        let gru = Gru { inputs: 5, hidden: 6 };
        let mut random = SplitMix::new(3);
        let mut flat = vec![0.0; gru.num_params() + 4];
        gru.draw(&mut flat[4..], &mut random);
        let mut draw = |size: &[i64]| {
            let n: i64 = size.iter().product();
            let numbers: Vec<f32> = (0..n).map(|_| random.normal() as f32).collect();
            Tensor::from_slice(&numbers).view(size)
        };
        let (x, start, slopes) = (draw(&[3, 8, 5]), draw(&[3, 6]), draw(&[3, 8, 6]));
        let done = Tensor::zeros([3, 8], (Kind::Float, tch::Device::Cpu));
        let ends = [(0, 2), (0, 3), (2, 7), (1, 5)];
        for (sequence, tick) in ends {
            let _ = done.get(sequence).get(tick).fill_(1.0);
        }
        let params = Tensor::from_slice(&flat).set_requires_grad(true);
        let states = unroll(&gru, &params, 4, &x, &start, &done);
        (&states * &slopes).sum(Kind::Float).backward();

        let again = Tensor::from_slice(&flat).set_requires_grad(true);
        let (w, b) = part(&gru.input_layer(), &again, 4);
        let (u, c) = part(&gru.state_layer(), &again, 4);
        let (w, u) = (w.transpose(0, 1), u.transpose(0, 1));
        let mut total = Tensor::from(0f32);
        for sequence in 0..3 {
            let mut state = start.narrow(0, sequence, 1);
            for tick in 0..8 {
                let x = x.get(sequence).narrow(0, tick, 1);
                state = x.gru_cell(&state, &w, &u, Some(&b), Some(&c));
                let apart =
                    f64::try_from((&state.squeeze() - states.get(sequence).get(tick)).abs().max()).unwrap();
                assert!(apart < 1e-6, "sequence {sequence}, tick {tick}: {apart}");
                total += (&state.squeeze() * slopes.get(sequence).get(tick)).sum(Kind::Float);
                if ends.contains(&(sequence, tick)) {
                    state = Tensor::zeros([1, 6], (Kind::Float, tch::Device::Cpu));
                }
            }
        }
        total.backward();
        let (ours, theirs) = (params.grad(), again.grad());
        let apart = f64::try_from((&ours - &theirs).norm()).unwrap();
        let length = f64::try_from(theirs.norm()).unwrap();
        assert!(length > 1.0 && apart < 1e-5 * length, "{apart} of {length}");
    }
}
