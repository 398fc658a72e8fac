//! Policies in checkpoints of rsl_rl, `model_<iteration>.pt`, in the three ways in which it has written them:
//!
//! - `model_state_dict` with `actor.0.weight`, `critic.0.weight`, `std` or `log_std`; observation normalisation, if
//!   any, beside it as `obs_norm_state_dict` (versions 1 and 2) or inside as `actor_obs_normalizer._mean` (3);
//! - `actor_state_dict` and `critic_state_dict` with `mlp.0.weight`, `distribution.std_param`,
//!   `obs_normalizer._mean` (from 4 on);
//! - the state dictionary alone.
//!
//! The activation is not in the file; ELU is what rsl_rl takes unless told otherwise.
use super::error::{MAX_FILE, TorchFileError};
use super::machine::unpickle;
use super::pickle::Pickle;
use super::tensor::numbers;
use super::value::{Id, Value};
use super::zip::Archive;
use crate::nn::Activation;
use crate::nn::dense::{Dense, DenseLayer, Source};
use std::cell::Cell;
use std::collections::BTreeMap;

/// What rsl_rl adds to a standard deviation before it divides by it.
const NORMALISATION_EPSILON: f64 = 1e-2;
/// Largest number of layers.
const MAX_LAYERS: usize = 64;
/// Largest number of parameters that are read in all; several tensors may look at the same stored numbers.
const MAX_PARAMETERS: usize = 1 << 24;

/// A policy of another program, as it is there; normalisation is folded in.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreign {
    /// Observation to mean action.
    pub actor: Dense,
    /// Observation to value.
    pub critic: Option<Dense>,
    /// Standard deviation of every action.
    pub std: Option<Vec<f64>>,
    /// Finished iterations of training.
    pub iteration: Option<i64>,
    /// What else was found, one sentence each.
    pub notes: Vec<String>,
}

/// Reads a checkpoint.
///
/// # Errors
/// [`TorchFileError`]: damaged or hostile files, and checkpoints of policies that are no plain networks.
pub fn read(file: &[u8], activation: Activation) -> Result<Foreign, TorchFileError> {
    if file.len() > MAX_FILE {
        return Err(TorchFileError::TooLarge(format!("{} bytes, at most {MAX_FILE}", file.len())));
    }
    let archive = Archive::open(file)?;
    if archive.has("constants.pkl") {
        let what = "a TorchScript module; give the checkpoint it was made from, or an ONNX file";
        return Err(TorchFileError::OtherKind(what.into()));
    }
    if archive.has("byteorder") && archive.read("byteorder")? != b"little" {
        return Err(TorchFileError::OtherKind("a checkpoint of a big-endian machine".into()));
    }
    let pickle = unpickle(archive.read("data.pkl")?)?;
    Reader {
        archive: &archive,
        pickle: &pickle,
        activation,
        read: Cell::new(0),
        problems: vec![],
        notes: vec![],
    }
    .policy()
}

struct Reader<'a> {
    archive: &'a Archive<'a>,
    pickle: &'a Pickle<'a>,
    activation: Activation,
    /// Parameters so far.
    read: Cell<usize>,
    problems: Vec<String>,
    notes: Vec<String>,
}

/// Tensors of a state dictionary by name.
type State<'a> = BTreeMap<&'a str, Id>;

impl<'a> Reader<'a> {
    fn policy(mut self) -> Result<Foreign, TorchFileError> {
        let (pickle, root) = (self.pickle, self.pickle.root);
        let state = |key: &str| pickle.get(root, key).map(|id| pickle.entries(id).collect::<State<'a>>());
        let iteration = pickle.get(root, "iter").and_then(|id| match pickle.value(id) {
            Value::Int(i) => Some(*i),
            _ => None,
        });
        let (actor, critic, std);
        if let Some(of_actor) = state("actor_state_dict") {
            let of_critic = state("critic_state_dict").unwrap_or_default();
            self.only(&of_actor, &["mlp.", "distribution.", "obs_normalizer."]);
            actor = self.network(&of_actor, "mlp.", self.normaliser(&of_actor, "obs_normalizer.")?)?;
            critic = self.critic(&of_critic, "mlp.", "obs_normalizer.", None)?;
            std = self.std(&of_actor, "distribution.std_param", "distribution.log_std_param")?;
        } else if let Some(all) = state("model_state_dict").or_else(|| Some(pickle.entries(root).collect())) {
            self.only(&all, &["actor.", "critic", "memory_c.", "actor_obs_normalizer.", "std", "log_std"]);
            let beside = state("obs_norm_state_dict").unwrap_or_default();
            let inside = self.normaliser(&all, "actor_obs_normalizer.")?;
            let normaliser = inside.or(self.normaliser(&beside, "")?);
            let shared = ["critic_obs_norm_state_dict", "privileged_obs_norm_state_dict"];
            let beside = shared.into_iter().find_map(state).unwrap_or_default();
            let of_critic = self.normaliser(&beside, "")?;
            actor = self.network(&all, "actor.", normaliser)?;
            critic = self.critic(&all, "critic.", "critic_obs_normalizer.", of_critic)?;
            std = self.std(&all, "std", "log_std")?;
        } else {
            return Err(TorchFileError::NoPolicy(self.problems));
        }
        match actor {
            Some(actor) if self.problems.is_empty() => {
                Ok(Foreign { actor, critic, std, iteration, notes: self.notes })
            }
            _ => Err(TorchFileError::NoPolicy(self.problems)),
        }
    }

    /// Complains of tensors that say that more acts here than one network.
    fn only(&mut self, state: &State<'_>, known: &[&str]) {
        let strange: Vec<&str> =
            state.keys().copied().filter(|name| !known.iter().any(|k| name.starts_with(k))).collect();
        if let Some(first) = strange.iter().find(|n| n.starts_with("memory") || n.starts_with("rnn")) {
            self.problems.push(format!("{first}: the policy is recurrent; only plain networks are read"));
        } else if !strange.is_empty() {
            let list = strange.iter().take(6).copied().collect::<Vec<_>>().join(", ");
            self.problems.push(format!(
                "{list}: tensors beside those of a plain actor ({}); what they do is not known here",
                known.join(", ")
            ));
        }
    }

    fn tensor(&self, id: Id, name: &str) -> Result<(Vec<usize>, Vec<f64>), TorchFileError> {
        match self.pickle.value(id) {
            Value::Tensor(tensor) => {
                let count = tensor.size.iter().fold(1usize, |n, d| n.saturating_mul(*d));
                if count.saturating_add(self.read.get()) > MAX_PARAMETERS {
                    return Err(TorchFileError::TooLarge(format!("more than {MAX_PARAMETERS} parameters")));
                }
                let values = numbers(self.archive, tensor)?;
                self.read.set(self.read.get() + values.len());
                Ok((tensor.size.clone(), values))
            }
            _ => Err(TorchFileError::Damaged(format!("`{name}` is no tensor"))),
        }
    }

    /// The layers below a name: `<prefix>0.weight`, `<prefix>0.bias`, `<prefix>2.weight`, …
    fn network(
        &mut self,
        state: &State<'_>,
        prefix: &str,
        normaliser: Option<Vec<Source>>,
    ) -> Result<Option<Dense>, TorchFileError> {
        let index = |name: &str| {
            name.strip_prefix(prefix)?.strip_suffix(".weight").and_then(|n| n.parse::<usize>().ok())
        };
        let mut places: Vec<usize> = state.keys().filter_map(|name| index(name)).collect();
        places.sort_unstable();
        if places.is_empty() {
            let keys: Vec<&str> = self.pickle.entries(self.pickle.root).map(|(k, _)| k).take(8).collect();
            let has = if keys.is_empty() { "no entries".into() } else { keys.join(", ") };
            self.problems
                .push(format!("{prefix}0.weight: missing; is it a checkpoint of rsl_rl? It has {has}"));
            return Ok(None);
        }
        if places.len() > MAX_LAYERS {
            return Err(TorchFileError::TooLarge(format!("{} layers below `{prefix}`", places.len())));
        }
        let mut layers: Vec<DenseLayer> = vec![];
        for place in places {
            let (name, bias) = (format!("{prefix}{place}.weight"), format!("{prefix}{place}.bias"));
            let (size, weights) = self.tensor(state[name.as_str()], &name)?;
            let [outputs, inputs] = size[..] else {
                self.problems.push(format!("{name}: sizes {size:?}; a dense layer has two, above zero"));
                return Ok(None);
            };
            let before = layers.last().map(DenseLayer::outputs);
            if inputs == 0 || outputs == 0 || before.is_some_and(|n| n != inputs) {
                self.problems.push(format!("{name}: sizes {size:?} after a layer of {before:?} outputs"));
                return Ok(None);
            }
            let bias = match state.get(bias.as_str()) {
                Some(id) => self.tensor(*id, &bias)?.1,
                None => vec![0.0; outputs],
            };
            if bias.len() != outputs {
                self.problems.push(format!("{name}: {outputs} outputs, but {} biases", bias.len()));
                return Ok(None);
            }
            layers.push(DenseLayer { inputs, weights, bias });
        }
        let mut net = Dense { layers, activation: self.activation };
        if let Some(sources) = normaliser {
            if sources.len() != net.inputs() {
                let (a, b) = (sources.len(), net.inputs());
                self.problems.push(format!("{prefix}0.weight: {b} inputs, but {a} are normalised"));
                return Ok(None);
            }
            net.fold_input(sources.len(), &sources);
            self.notes.push(format!("normalisation of {prefix}* folded into its first layer"));
        }
        Ok(Some(net))
    }

    /// A critic is welcome, not needed.
    fn critic(
        &mut self,
        state: &State<'_>,
        prefix: &str,
        inside: &str,
        beside: Option<Vec<Source>>,
    ) -> Result<Option<Dense>, TorchFileError> {
        if !state.keys().any(|name| name.starts_with(prefix)) {
            return Ok(None);
        }
        let normaliser = self.normaliser(state, inside)?.or(beside);
        let before = self.problems.len();
        let net = self.network(state, prefix, normaliser)?;
        let why = self.problems.split_off(before);
        self.notes.extend(why.iter().map(|p| format!("critic left out: {p}")));
        Ok(net.filter(|net| net.outputs() == 1))
    }

    /// `(x - mean) / (std + 0.01)`, one source per number.
    fn normaliser(&self, state: &State<'_>, prefix: &str) -> Result<Option<Vec<Source>>, TorchFileError> {
        let part = |name: &str| {
            let name = format!("{prefix}{name}");
            state.get(name.as_str()).map(|id| self.tensor(*id, &name)).transpose()
        };
        let (Some((_, mean)), Some((_, std))) = (part("_mean")?, part("_std")?) else { return Ok(None) };
        if mean.len() != std.len() {
            let (a, b) = (mean.len(), std.len());
            return Err(TorchFileError::Damaged(format!("a normalisation of {a} means and {b} deviations")));
        }
        let sources = mean.iter().zip(&std).enumerate().map(|(i, (mean, std))| {
            let factor = 1.0 / (std + NORMALISATION_EPSILON);
            Source { index: Some(i), factor, offset: -mean * factor }
        });
        Ok(Some(sources.collect()))
    }

    fn std(&self, state: &State<'_>, plain: &str, log: &str) -> Result<Option<Vec<f64>>, TorchFileError> {
        if let Some(id) = state.get(plain) {
            return Ok(Some(self.tensor(*id, plain)?.1));
        }
        let values = state.get(log).map(|id| self.tensor(*id, log)).transpose()?;
        Ok(values.map(|(_, values)| values.into_iter().map(f64::exp).collect()))
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
