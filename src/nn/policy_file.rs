//! The policy in a checkpoint: `actor.0.weight` `[output, input]`, `actor.0.bias`, … , `critic.…`, `log_std`. These
//! are the shapes of PyTorch's linear layers. A file without `activation` among its texts means ELU.
use super::checkpoint::unlike;
use super::{
    Activation, ActorCritic, Checkpoint, CheckpointError, Gru, Memory, Mlp, Normal, Running, TensorData,
};

/// Key of the activation among the texts.
const ACTIVATION: &str = "activation";

/// Running means and spreads: bits of f64 (count, means, sums of squared distances).
const NORMAL: [&str; 3] = ["normal.obs", "normal.critic_obs", "normal.returns"];

impl ActorCritic {
    /// Adds the policy's tensors to a checkpoint.
    pub fn to_checkpoint(&self, checkpoint: &mut Checkpoint) {
        let mut insert = |name: String, tensor| checkpoint.tensors.insert(name, tensor);
        for (net, shape, params) in
            [("actor", &self.actor, self.actor_params()), ("critic", &self.critic, self.critic_params())]
        {
            for (l, layer) in shape.layers.iter().enumerate() {
                let (inputs, outputs) = (layer.inputs, layer.outputs);
                let (weights, bias) = params[layer.offset..][..layer.num_params()].split_at(inputs * outputs);
                let values =
                    (0..outputs).flat_map(|o| (0..inputs).map(move |i| weights[i * outputs + o])).collect();
                insert(format!("{net}.{l}.weight"), TensorData::F32 { shape: vec![outputs, inputs], values });
                insert(format!("{net}.{l}.bias"), TensorData::vector(bias.to_vec()));
            }
        }
        let memories = self.memory.iter().flat_map(|m| [("actor", m.actor), ("critic", m.critic)]);
        for ((net, gru), offset) in memories.zip(self.memory_offsets()) {
            for (part, layer) in [("ih", gru.input_layer()), ("hh", gru.state_layer())] {
                let (inputs, outputs) = (layer.inputs, layer.outputs);
                let values = &self.params[offset + layer.offset..][..layer.num_params()];
                let (weights, bias) = values.split_at(inputs * outputs);
                let values =
                    (0..outputs).flat_map(|o| (0..inputs).map(move |i| weights[i * outputs + o])).collect();
                let weight = TensorData::F32 { shape: vec![outputs, inputs], values };
                insert(format!("memory.{net}.weight_{part}"), weight);
                insert(format!("memory.{net}.bias_{part}"), TensorData::vector(bias.to_vec()));
            }
        }
        insert("log_std".into(), TensorData::vector(self.log_std().to_vec()));
        for (name, running) in NORMAL.into_iter().zip(self.normal.parts()) {
            if let Some(running) = running {
                insert(name.into(), TensorData::U64(running.to_bits()));
            }
        }
        // files of before there was a choice, and those of today with ELU, are the same
        if self.actor.activation != Activation::Elu {
            checkpoint.meta.insert(ACTIVATION.into(), self.actor.activation.name().into());
        }
    }

    /// The policy of a checkpoint, with the hidden sizes it has there. `sizes`: numbers in an observation, in the
    /// critic's own one (0: it sees the same) and in an action.
    ///
    /// # Errors
    /// [`CheckpointError::Mismatch`] with everything that does not fit a task with these sizes.
    pub fn from_checkpoint(checkpoint: &Checkpoint, sizes: [usize; 3]) -> Result<Self, CheckpointError> {
        let [num_obs, num_critic_obs, num_actions] = sizes;
        let num_critic_obs = if num_critic_obs > 0 { num_critic_obs } else { num_obs };
        let mut problems = Vec::new();
        let mut params = Vec::new();
        let activation = match checkpoint.meta.get(ACTIVATION).map(|name| (name, Activation::named(name))) {
            None => Activation::Elu,
            Some((_, Some(activation))) => activation,
            Some((name, None)) => {
                problems
                    .push(format!("{ACTIVATION}: file has `{name}`, this program {}", Activation::names()));
                Activation::Elu
            }
        };
        let mut remembering = vec![];
        let memory = read_memory(checkpoint, [num_obs, num_critic_obs], &mut remembering, &mut problems);
        let inputs = memory.map_or([num_obs, num_critic_obs], |m| [m.actor.hidden, m.critic.hidden]);
        let mut actor = read_network(checkpoint, "actor", inputs[0], num_actions, &mut params, &mut problems);
        let mut critic = read_network(checkpoint, "critic", inputs[1], 1, &mut params, &mut problems);
        params.extend(remembering);
        (actor.activation, critic.activation) = (activation, activation);
        let mut normal = Normal::default();
        let widths = [num_obs, num_critic_obs, 1];
        for ((name, part), width) in NORMAL.into_iter().zip(normal.parts_mut()).zip(widths) {
            let Some(tensor) = checkpoint.tensors.get(name) else { continue };
            let TensorData::U64(bits) = tensor else {
                problems.push(unlike(name, Some(tensor), "integers"));
                continue;
            };
            *part = Running::from_bits(bits, width);
            if part.is_none() {
                problems.push(format!("{name}: no mean and spread of {width} numbers"));
            }
        }
        match checkpoint.tensors.get("log_std") {
            Some(TensorData::F32 { values, .. }) if values.len() == num_actions => {
                params.extend_from_slice(values)
            }
            Some(TensorData::F32 { values, .. }) => {
                problems.push(format!("log_std: file has {} actions, task has {num_actions}", values.len()));
            }
            other => problems.push(unlike("log_std", other, &format!("{num_actions} numbers"))),
        }
        if problems.is_empty() {
            Ok(Self { actor, critic, memory, params, normal })
        } else {
            Err(CheckpointError::Mismatch(problems))
        }
    }
}

/// The memory of a checkpoint, if it has one; appends its parameters, what is wrong goes to `problems`.
fn read_memory(
    checkpoint: &Checkpoint,
    inputs: [usize; 2],
    params: &mut Vec<f32>,
    problems: &mut Vec<String>,
) -> Option<Memory> {
    let name = "memory.actor.weight_hh";
    let hidden = match checkpoint.tensors.get(name)? {
        TensorData::F32 { shape, .. } if shape.len() == 2 && shape[1] > 0 => shape[1],
        other => {
            problems.push(unlike(name, Some(other), "a matrix"));
            return None;
        }
    };
    let [actor, critic] = inputs.map(|inputs| Gru { inputs, hidden });
    for (net, gru) in [("actor", actor), ("critic", critic)] {
        for (part, layer) in [("ih", gru.input_layer()), ("hh", gru.state_layer())] {
            let (inputs, outputs) = (layer.inputs, layer.outputs);
            let (weight, bias) = (format!("memory.{net}.weight_{part}"), format!("memory.{net}.bias_{part}"));
            match checkpoint.tensors.get(&weight) {
                Some(TensorData::F32 { shape, values }) if shape[..] == [outputs, inputs] => {
                    params
                        .extend((0..inputs).flat_map(|i| (0..outputs).map(move |o| values[o * inputs + i])));
                }
                other => problems.push(unlike(&weight, other, &format!("[{outputs}, {inputs}]"))),
            }
            match checkpoint.tensors.get(&bias) {
                Some(TensorData::F32 { values, .. }) if values.len() == outputs => {
                    params.extend_from_slice(values)
                }
                other => problems.push(unlike(&bias, other, &format!("{outputs} numbers"))),
            }
        }
    }
    Some(Memory { actor, critic })
}

/// Appends the parameters of one network in our order; what is wrong goes to `problems`.
fn read_network(
    checkpoint: &Checkpoint,
    net: &str,
    inputs: usize,
    outputs: usize,
    params: &mut Vec<f32>,
    problems: &mut Vec<String>,
) -> Mlp {
    let names = (0..).map(|l| format!("{net}.{l}.weight"));
    let count = names.take_while(|name| checkpoint.tensors.contains_key(name)).count();
    if count == 0 {
        problems.push(format!("{net}.0.weight: missing"));
    }
    let mut hidden = Vec::new();
    let mut expected = (inputs, "task");
    for l in 0..count {
        let name = format!("{net}.{l}.weight");
        let tensor = checkpoint.tensors.get(&name);
        let Some(TensorData::F32 { shape, values }) = tensor else {
            problems.push(unlike(&name, tensor, "a matrix"));
            continue;
        };
        let [rows, columns] = shape[..] else {
            problems.push(unlike(&name, tensor, "a matrix"));
            continue;
        };
        if columns != expected.0 {
            problems.push(format!("{name}: file has {columns} inputs, {} has {}", expected.1, expected.0));
        }
        if l + 1 < count {
            hidden.push(rows);
        } else if rows != outputs {
            problems.push(format!("{name}: file has {rows} outputs, task has {outputs}"));
        }
        expected = (rows, "layer before");
        params.extend((0..columns).flat_map(|i| (0..rows).map(move |o| values[o * columns + i])));
        let name = format!("{net}.{l}.bias");
        match checkpoint.tensors.get(&name) {
            Some(TensorData::F32 { values, .. }) if values.len() == rows => params.extend_from_slice(values),
            other => problems.push(unlike(&name, other, &format!("{rows} numbers"))),
        }
    }
    Mlp::new(inputs, &hidden, outputs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::NetworkCfg;
    use std::path::Path;

    fn policy() -> ActorCritic {
        ActorCritic::new(
            &NetworkCfg { actor: vec![8, 5], critic: vec![7], init_std: 0.7, ..NetworkCfg::default() },
            6,
            3,
            4,
        )
    }

    #[test]
    fn a_policy_survives_a_round_trip_through_bytes() {
        let mut checkpoint = Checkpoint::default();
        policy().to_checkpoint(&mut checkpoint);
        let again = Checkpoint::from_bytes(&checkpoint.to_bytes(), Path::new("x")).unwrap();
        assert_eq!(ActorCritic::from_checkpoint(&again, [6, 0, 3]).unwrap(), policy());
        // [output, input]
        let Some(TensorData::F32 { shape, values }) = again.tensors.get("actor.0.weight") else { panic!() };
        assert_eq!(shape, &[8, 6]);
        assert_eq!(values[1], policy().params[8], "first output, second input");
    }

    #[test]
    fn a_memory_is_kept() {
        let cfg = NetworkCfg { memory: Some(crate::nn::MemoryKind::Gru), hidden: 5, ..NetworkCfg::default() };
        let policy = ActorCritic::for_sizes(&cfg, [6, 4, 3], 4);
        assert_eq!((policy.num_obs(), policy.num_critic_obs(), policy.actor.inputs()), (6, 4, 5));
        let mut checkpoint = Checkpoint::default();
        policy.to_checkpoint(&mut checkpoint);
        assert_eq!(ActorCritic::from_checkpoint(&checkpoint, [6, 4, 3]).unwrap(), policy);
        let error = ActorCritic::from_checkpoint(&checkpoint, [7, 4, 3]).unwrap_err().to_string();
        assert!(error.contains("memory.actor.weight_ih"), "{error}");
    }

    #[test]
    fn means_and_spreads_are_kept_to_the_bit() {
        let cfg =
            NetworkCfg { normalise_observations: true, normalise_values: true, ..NetworkCfg::default() };
        let mut policy = ActorCritic::for_sizes(&cfg, [6, 4, 3], 4);
        let (tiles, weights) = (vec![crate::lane::Lane::splat(0.3); 6], [crate::lane::Lane::splat(1.0)]);
        let batch = policy.normal.obs.as_ref().unwrap().batch(&tiles, &weights);
        policy.learn_normal(vec![batch], vec![], vec![]);
        let mut checkpoint = Checkpoint::default();
        policy.to_checkpoint(&mut checkpoint);
        let again = Checkpoint::from_bytes(&checkpoint.to_bytes(), Path::new("x")).unwrap();
        assert_eq!(ActorCritic::from_checkpoint(&again, [6, 4, 3]).unwrap(), policy);
        checkpoint.tensors.insert("normal.obs".into(), TensorData::U64(vec![0; 4]));
        let error = ActorCritic::from_checkpoint(&checkpoint, [6, 4, 3]).unwrap_err().to_string();
        assert!(error.contains("normal.obs: no mean and spread of 6 numbers"), "{error}");
    }

    #[test]
    fn the_activation_is_kept_and_an_unknown_one_is_refused() {
        let mut checkpoint = Checkpoint::default();
        let mut relu = policy();
        (relu.actor.activation, relu.critic.activation) = (Activation::Relu, Activation::Relu);
        relu.to_checkpoint(&mut checkpoint);
        assert_eq!(ActorCritic::from_checkpoint(&checkpoint, [6, 0, 3]).unwrap(), relu);
        checkpoint.meta.insert(ACTIVATION.into(), "mish".into());
        let error = ActorCritic::from_checkpoint(&checkpoint, [6, 0, 3]).unwrap_err().to_string();
        assert!(error.contains("`mish`") && error.contains("elu, relu, tanh"), "{error}");
    }

    #[test]
    fn everything_that_does_not_fit_is_listed_at_once() {
        let mut checkpoint = Checkpoint::default();
        policy().to_checkpoint(&mut checkpoint);
        checkpoint.tensors.remove("actor.1.bias");
        let error = ActorCritic::from_checkpoint(&checkpoint, [45, 0, 12]).unwrap_err().to_string();
        for part in [
            "actor.0.weight: file has 6 inputs, task has 45",
            "actor.1.bias: missing",
            "actor.2.weight: file has 3 outputs, task has 12",
            "critic.0.weight: file has 6 inputs, task has 45",
            "log_std: file has 3 actions, task has 12",
        ] {
            assert!(error.contains(part), "{part} not in {error}");
        }
        let empty =
            ActorCritic::from_checkpoint(&Checkpoint::default(), [45, 0, 12]).unwrap_err().to_string();
        assert!(empty.contains("critic.0.weight: missing"), "{empty}");
    }
}
