//! From an ONNX graph to a chain of dense layers, or a clear word why it is none.
//!
//! Taken: `Gemm`, `MatMul`, `Add`, `Sub`, `Mul`, `Div` with constants (biases, and the normalisation of observations,
//! which is folded into the layer after it), `Elu`, `Relu`, `Tanh`, and what does nothing when a policy acts.
use super::error::OnnxError;
use super::graph::{self, Constant, Graph, Node};
use crate::nn::Activation;
use crate::nn::dense::{Dense, DenseLayer, Source};
use std::collections::BTreeMap;

/// Largest file that is read, bytes.
const MAX_FILE: usize = 256 << 20;

fn unsupported<T>(why: impl Into<String>) -> Result<T, OnnxError> {
    Err(OnnxError::Unsupported(why.into()))
}

/// Reads a multi-layer perceptron from an ONNX file.
///
/// # Errors
/// [`OnnxError`]. Nothing is executed, and memory stays within a small multiple of the file's size.
pub fn read(file: &[u8]) -> Result<Dense, OnnxError> {
    if file.len() > MAX_FILE {
        return Err(OnnxError::TooLarge(format!("{} bytes, at most {MAX_FILE}", file.len())));
    }
    let mut graph = graph::read(file)?;
    take_constants(&mut graph)?;
    let one = |names: Vec<&str>, what: &str| match names[..] {
        [name] => Ok(name.to_owned()),
        _ => unsupported(format!("it has {} {what} ({}), a policy has one", names.len(), names.join(", "))),
    };
    let inputs = graph.inputs.iter().copied().filter(|n| !graph.constants.contains_key(n)).collect();
    let mut at = one(inputs, "inputs")?;
    let end = one(graph.outputs.clone(), "outputs")?;
    let mut users: BTreeMap<&str, Vec<&Node<'_>>> = BTreeMap::new();
    for node in &graph.nodes {
        node.inputs.iter().for_each(|name| users.entry(name).or_default().push(node));
    }
    let mut chain = Chain { graph: &graph, layers: vec![], pending: vec![], open: false, activation: None };
    // one step per node at most, so that a circle ends
    for _ in 0..=graph.nodes.len() {
        if at == end {
            return chain.finish();
        }
        let node = match users.get(at.as_str()).map(Vec::as_slice) {
            Some([node]) => *node,
            None | Some([]) => return unsupported(format!("nothing follows `{at}`")),
            Some(_) => return unsupported(format!("the network branches after `{at}`")),
        };
        chain.step(node, &at)?;
        at = node.outputs.first().copied().unwrap_or_default().to_owned();
    }
    Err(OnnxError::Damaged("its nodes form a circle".into()))
}

/// Nodes that only hold numbers become constants.
fn take_constants(graph: &mut Graph<'_>) -> Result<(), OnnxError> {
    let mut index = 0;
    while index < graph.nodes.len() {
        if graph.nodes[index].op != "Constant" {
            index += 1;
            continue;
        }
        let node = graph.nodes.swap_remove(index);
        let output = node.outputs.first().copied().unwrap_or_default();
        match node.attribute("value").and_then(|a| a.tensor.clone()) {
            Some(constant) => {
                graph.constants.insert(output, constant);
            }
            None => return unsupported(format!("constant `{output}` holds no tensor")),
        }
    }
    Ok(())
}

/// What was read so far.
struct Chain<'a> {
    graph: &'a Graph<'a>,
    layers: Vec<DenseLayer>,
    /// `(factors, offsets)` on the present values that the next layer takes in; a single number stands for all.
    pending: Vec<(Vec<f64>, Vec<f64>)>,
    /// Whether the last layer still lacks its activation.
    open: bool,
    activation: Option<Activation>,
}

impl<'a> Chain<'a> {
    fn step(&mut self, node: &Node<'_>, at: &str) -> Result<(), OnnxError> {
        if !matches!(node.domain, "" | "ai.onnx") {
            return unsupported(format!("operator {}.{}", node.domain, node.op));
        }
        match node.op {
            "Gemm" => self.gemm(node, at),
            "MatMul" => {
                let (weights, name) = self.operand(node, at, 1)?;
                self.layer(weights, name, false, 1.0, None)
            }
            "Add" | "Sub" | "Mul" | "Div" => self.elementwise(node, at),
            "Elu" => match node.attribute("alpha").map_or(1.0, |a| a.float) {
                1.0 => self.activate(Activation::Elu),
                alpha => unsupported(format!("Elu with alpha {alpha}; this program's has 1")),
            },
            "Relu" => self.activate(Activation::Relu),
            "Tanh" => self.activate(Activation::Tanh),
            "Identity" | "Dropout" => Ok(()),
            other => unsupported(format!(
                "operator {other}; Gemm, MatMul, Add, Sub, Mul, Div, Elu, Relu, Tanh, Identity are read"
            )),
        }
    }

    /// The constant that stands at `place` while the running value stands at the other place.
    fn operand<'n>(
        &self,
        node: &Node<'n>,
        at: &str,
        place: usize,
    ) -> Result<(&'a Constant<'a>, &'n str), OnnxError> {
        let other = node.inputs.get(1 - place).copied().unwrap_or_default();
        let name = node.inputs.get(place).copied().unwrap_or_default();
        match self.graph.constants.get(name) {
            Some(constant) if other == at => Ok((constant, name)),
            _ => unsupported(format!(
                "{} of `{other}` and `{name}`: only one of them may be computed, the other stored",
                node.op
            )),
        }
    }

    fn gemm(&mut self, node: &Node<'_>, at: &str) -> Result<(), OnnxError> {
        let (weights, name) = self.operand(node, at, 1)?;
        let number = |key: &str| node.attribute(key).map_or(0, |a| a.number);
        let float = |key: &str| node.attribute(key).map_or(1.0, |a| f64::from(a.float));
        if number("transA") != 0 {
            return unsupported("Gemm with transA");
        }
        let bias = match node.inputs.get(2).copied().unwrap_or_default() {
            "" => None,
            name => match self.graph.constants.get(name) {
                Some(constant) => Some((constant.values(name)?, float("beta"))),
                None => return unsupported(format!("Gemm adds `{name}`, which is not stored")),
            },
        };
        self.layer(weights, name, number("transB") != 0, float("alpha"), bias)
    }

    /// A new layer; `weights` are `[input][output]`, or turned round if `transposed`.
    fn layer(
        &mut self,
        weights: &Constant<'_>,
        name: &str,
        transposed: bool,
        alpha: f64,
        bias: Option<(Vec<f64>, f64)>,
    ) -> Result<(), OnnxError> {
        if self.open {
            return unsupported(format!("two layers without an activation between them at `{name}`"));
        }
        let [rows, columns] = weights.dims[..] else {
            return unsupported(format!("`{name}` has the sizes {:?}, a matrix has two", weights.dims));
        };
        let values = weights.values(name)?;
        let (inputs, outputs) = if transposed { (columns, rows) } else { (rows, columns) };
        if inputs == 0 || outputs == 0 {
            return unsupported(format!("`{name}` is empty"));
        }
        if let Some(before) = self.layers.last().map(DenseLayer::outputs)
            && before != inputs
        {
            return Err(OnnxError::Damaged(format!(
                "`{name}` takes {inputs} numbers, the layer before gives {before}"
            )));
        }
        let index = |o: usize, i: usize| if transposed { o * inputs + i } else { i * outputs + o };
        let mut turned = Vec::with_capacity(values.len());
        for o in 0..outputs {
            turned.extend((0..inputs).map(|i| alpha * values[index(o, i)]));
        }
        let bias = match bias {
            None => vec![0.0; outputs],
            Some((values, beta)) => {
                let values = spread(values, outputs, "the bias after", name)?;
                values.into_iter().map(|v| beta * v).collect()
            }
        };
        let layer = DenseLayer { inputs, weights: turned, bias };
        let mut layer = Dense { layers: vec![layer], activation: Activation::Elu };
        // the last of the pending steps acts last: it is folded first
        for (factors, offsets) in std::mem::take(&mut self.pending).into_iter().rev() {
            let factors = spread(factors, inputs, "the normalisation before", name)?;
            let offsets = spread(offsets, inputs, "the normalisation before", name)?;
            let steps = factors.into_iter().zip(offsets).enumerate();
            let sources: Vec<Source> =
                steps.map(|(i, (factor, offset))| Source { index: Some(i), factor, offset }).collect();
            layer.fold_input(inputs, &sources);
        }
        self.layers.append(&mut layer.layers);
        self.open = true;
        Ok(())
    }

    fn elementwise(&mut self, node: &Node<'_>, at: &str) -> Result<(), OnnxError> {
        let stored_second = node.inputs.first().copied() == Some(at);
        if !stored_second && matches!(node.op, "Sub" | "Div") {
            return unsupported(format!("{} of a stored number and the network's values", node.op));
        }
        let (constant, name) = self.operand(node, at, usize::from(stored_second))?;
        // sizes like [n] and [1, n]; more rows would be more samples
        let wide = constant.dims.iter().rev().skip(1).all(|d| *d == 1);
        let values = constant.values(name)?;
        if !wide || values.is_empty() {
            return unsupported(format!("`{name}` has the sizes {:?}", constant.dims));
        }
        let n = values.len();
        let (factors, offsets) = match node.op {
            "Add" => (vec![1.0; n], values),
            "Sub" => (vec![1.0; n], values.iter().map(|v| -v).collect()),
            "Mul" => (values, vec![0.0; n]),
            _ => (values.iter().map(|v| 1.0 / v).collect(), vec![0.0; n]),
        };
        if !self.open {
            if self.pending.len() > 16 {
                return Err(OnnxError::TooLarge("more than 16 steps of normalisation".into()));
            }
            self.pending.push((factors, offsets));
            return Ok(());
        }
        let Some(layer) = self.layers.last_mut() else { return Ok(()) };
        let outputs = layer.outputs();
        let factors = spread(factors, outputs, "what is added to or multiplied with", name)?;
        let offsets = spread(offsets, outputs, "what is added to or multiplied with", name)?;
        for (o, (factor, offset)) in factors.into_iter().zip(offsets).enumerate() {
            layer.bias[o] = layer.bias[o] * factor + offset;
            layer.weights[o * layer.inputs..][..layer.inputs].iter_mut().for_each(|w| *w *= factor);
        }
        Ok(())
    }

    fn activate(&mut self, activation: Activation) -> Result<(), OnnxError> {
        if !self.open {
            return unsupported("an activation that follows no layer");
        }
        match self.activation {
            Some(other) if other != activation => {
                return unsupported(format!("{} and {} in one network", other.name(), activation.name()));
            }
            _ => self.activation = Some(activation),
        }
        self.open = false;
        Ok(())
    }

    fn finish(self) -> Result<Dense, OnnxError> {
        if self.layers.is_empty() {
            return unsupported("it has no layers");
        }
        if !self.open {
            let name = self.activation.unwrap_or_default().name();
            return unsupported(format!(
                "an activation ({name}) after the last layer; actions are taken as they are"
            ));
        }
        Ok(Dense { layers: self.layers, activation: self.activation.unwrap_or_default() })
    }
}

/// `values`, or the one number repeated.
fn spread(values: Vec<f64>, width: usize, what: &str, name: &str) -> Result<Vec<f64>, OnnxError> {
    match values.len() {
        n if n == width => Ok(values),
        1 => Ok(vec![values[0]; width]),
        n => Err(OnnxError::Damaged(format!("{what} `{name}` has {n} numbers, {width} belong there"))),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
