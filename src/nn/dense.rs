//! A feed-forward network as files of other programs hold it, in f64, with what must be done to it before it becomes
//! a policy: scales, offsets and orders of its inputs and outputs are folded into its first and last layer.
use super::{Activation, ActorCritic, Mlp};

/// One dense layer, `y = W x + b`.
#[derive(Clone, Debug, PartialEq)]
pub struct DenseLayer {
    /// Numbers in.
    pub inputs: usize,
    /// `W`, `[output][input]`, row by row.
    pub weights: Vec<f64>,
    /// `b`, one per output.
    pub bias: Vec<f64>,
}

impl DenseLayer {
    /// Numbers out.
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }
}

/// A network: layers with an activation between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    /// From input to output; at least one, sizes chained.
    pub layers: Vec<DenseLayer>,
    /// After every layer but the last.
    pub activation: Activation,
}

/// Where one number of a vector comes from: `factor · other[index] + offset`, or `offset` alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Source {
    /// Index in the other vector.
    pub index: Option<usize>,
    /// Factor on it.
    pub factor: f64,
    /// Added.
    pub offset: f64,
}

impl Source {
    /// The number itself.
    pub const fn same(index: usize) -> Self {
        Self { index: Some(index), factor: 1.0, offset: 0.0 }
    }
}

impl Dense {
    /// The network that acts, with its normalisation folded in.
    pub fn actor(policy: &ActorCritic) -> Self {
        if policy.normal.obs.is_some() {
            return Self::actor(&policy.folded());
        }
        let params = policy.actor_params();
        let layers = policy.actor.layers.iter().map(|layer| {
            let (inputs, outputs) = (layer.inputs, layer.outputs);
            let (weights, bias) = params[layer.offset..][..layer.num_params()].split_at(inputs * outputs);
            let turned = (0..outputs)
                .flat_map(|o| (0..inputs).map(move |i| f64::from(weights[i * outputs + o])))
                .collect();
            DenseLayer { inputs, weights: turned, bias: bias.iter().map(|b| f64::from(*b)).collect() }
        });
        Self { layers: layers.collect(), activation: policy.actor.activation }
    }

    /// Numbers in.
    pub fn inputs(&self) -> usize {
        self.layers.first().map_or(0, |l| l.inputs)
    }
    /// Numbers out.
    pub fn outputs(&self) -> usize {
        self.layers.last().map_or(0, DenseLayer::outputs)
    }
    /// Sizes of the hidden layers.
    pub fn hidden(&self) -> Vec<usize> {
        let outputs = self.layers.iter().map(DenseLayer::outputs);
        outputs.take(self.layers.len().saturating_sub(1)).collect()
    }
    /// The shape in this program.
    pub fn shape(&self) -> Mlp {
        let shape = Mlp::new(self.inputs(), &self.hidden(), self.outputs());
        Mlp { activation: self.activation, ..shape }
    }

    /// All parameters in the order of [`shape`](Self::shape).
    pub fn params(&self) -> Vec<f32> {
        let mut params = vec![];
        for layer in &self.layers {
            let (inputs, outputs) = (layer.inputs, layer.outputs());
            let turned =
                (0..inputs).flat_map(|i| (0..outputs).map(move |o| layer.weights[o * inputs + i] as f32));
            params.extend(turned.chain(layer.bias.iter().map(|b| *b as f32)));
        }
        params
    }

    /// Output for one input, straight from the definition: the reference that faster ways are compared with.
    pub fn run(&self, x: &[f64]) -> Vec<f64> {
        let mut values = x.to_vec();
        for (l, layer) in self.layers.iter().enumerate() {
            let rows = layer.weights.chunks_exact(layer.inputs.max(1)).zip(&layer.bias);
            let sums =
                rows.map(|(row, bias)| bias + row.iter().zip(&values).map(|(w, v)| w * v).sum::<f64>());
            values = match (l + 1 < self.layers.len()).then_some(self.activation) {
                None => sums.collect(),
                Some(Activation::Elu) => sums.map(|y| if y < 0.0 { y.exp_m1() } else { y }).collect(),
                Some(Activation::Relu) => sums.map(|y| y.max(0.0)).collect(),
                Some(Activation::Tanh) => sums.map(f64::tanh).collect(),
            };
        }
        values
    }

    /// Makes the network take another input of `width` numbers: `sources` says where each old input comes from in it.
    ///
    /// # Panics
    /// If `sources` is not one per input or names a number beyond `width`.
    pub fn fold_input(&mut self, width: usize, sources: &[Source]) {
        assert_eq!(sources.len(), self.inputs());
        let Some(first) = self.layers.first_mut() else { return };
        let mut weights = vec![0.0; width * first.outputs()];
        for (o, row) in first.weights.chunks_exact(first.inputs.max(1)).enumerate() {
            for (w, source) in row.iter().zip(sources) {
                first.bias[o] += w * source.offset;
                if let Some(index) = source.index {
                    assert!(index < width);
                    weights[o * width + index] += w * source.factor;
                }
            }
        }
        (first.inputs, first.weights) = (width, weights);
    }

    /// Makes the network give another output: `sources` says where each new number comes from in the old ones.
    ///
    /// # Panics
    /// If a source names a number beyond the old output.
    pub fn fold_output(&mut self, sources: &[Source]) {
        let Some(last) = self.layers.last_mut() else { return };
        let mut weights = Vec::with_capacity(sources.len() * last.inputs);
        let mut bias = Vec::with_capacity(sources.len());
        for source in sources {
            match source.index {
                Some(old) => {
                    let row = &last.weights[old * last.inputs..][..last.inputs];
                    weights.extend(row.iter().map(|w| w * source.factor));
                    bias.push(last.bias[old] * source.factor + source.offset);
                }
                None => {
                    weights.extend(std::iter::repeat_n(0.0, last.inputs));
                    bias.push(source.offset);
                }
            }
        }
        (last.weights, last.bias) = (weights, bias);
    }

    /// The first parameter that is not a finite f32, if there is one: layer, whether it is a bias, and its value.
    pub fn unusable(&self) -> Option<(usize, &'static str, f64)> {
        self.layers.iter().enumerate().find_map(|(l, layer)| {
            let bad = |values: &[f64]| values.iter().copied().find(|v| !(*v as f32).is_finite());
            let weight = bad(&layer.weights).map(|v| (l, "weight", v));
            weight.or_else(|| bad(&layer.bias).map(|v| (l, "bias", v)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::{Lane, Wide};
    use crate::nn::{Activations, NetworkCfg};

    fn policy() -> ActorCritic {
        let cfg = NetworkCfg { actor: vec![9, 7], critic: vec![5], init_std: 1.0, ..NetworkCfg::default() };
        let mut policy = ActorCritic::new(&cfg, 6, 3, 4);
        // biases and last weights too
        policy.params.iter_mut().enumerate().for_each(|(i, p)| *p += 0.2 * (i as f32 * 0.37).sin());
        policy
    }

    #[test]
    fn a_policy_goes_through_it_unchanged_and_acts_as_defined() {
        for activation in Activation::ALL {
            let mut policy = policy();
            policy.actor.activation = activation;
            let net = Dense::actor(&policy);
            assert_eq!((net.shape(), net.params().as_slice()), (policy.actor.clone(), policy.actor_params()));
            let x = [0.3, -1.0, 0.7, 2.0, -0.1, 0.4];
            let wide: Vec<Wide> = x.iter().map(|v| Wide::splat(*v as f32)).collect();
            let mut work = Activations::new(&policy, 1);
            for (a, b) in policy.act(&wide, 1, &mut work).iter().zip(net.run(&x)) {
                assert!((f64::from(a.lanes()[5]) - b).abs() < 2e-6, "{activation:?}");
            }
        }
    }

    #[test]
    fn folding_is_the_same_as_doing_it_outside() {
        let net = Dense::actor(&policy());
        let sources = [
            Source { index: Some(3), factor: 2.0, offset: 0.5 },
            Source { index: None, factor: 1.0, offset: -0.25 },
            Source::same(0),
            Source::same(3),
            Source { index: Some(1), factor: -1.0, offset: 0.0 },
            Source::same(2),
        ];
        let outputs = [Source { index: Some(2), factor: 0.5, offset: 1.0 }, Source::same(0)];
        let x = [0.3, -1.0, 0.7, 2.0];
        let apply = |s: &Source, v: &[f64]| s.index.map_or(0.0, |i| v[i] * s.factor) + s.offset;
        let inside: Vec<f64> = sources.iter().map(|s| apply(s, &x)).collect();
        let wanted: Vec<f64> = outputs.iter().map(|s| apply(s, &net.run(&inside))).collect();
        let mut folded = net.clone();
        folded.fold_input(4, &sources);
        folded.fold_output(&outputs);
        assert_eq!((folded.inputs(), folded.outputs()), (4, 2));
        for (a, b) in folded.run(&x).iter().zip(wanted) {
            assert!((a - b).abs() < 1e-12, "{a} {b}");
        }
    }

    #[test]
    fn numbers_that_are_none_are_found() {
        let mut net = Dense::actor(&policy());
        assert_eq!(net.unusable(), None);
        net.layers[1].bias[2] = 1e300;
        assert_eq!(net.unusable(), Some((1, "bias", 1e300)));
    }
}
