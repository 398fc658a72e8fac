use super::*;
use crate::nn::onnx::to_bytes;
use prost::Message;
use tract_onnx::pb::{ModelProto, NodeProto, TensorProto};

fn net() -> Dense {
    let wave =
        |n: usize, phase: f64| (0..n).map(|i| f64::from((i as f32 * 0.7 + phase as f32).sin())).collect();
    let layer = |inputs: usize, outputs: usize, phase| DenseLayer {
        inputs,
        weights: wave(inputs * outputs, phase),
        bias: wave(outputs, phase + 1.0),
    };
    Dense { layers: vec![layer(5, 4, 0.0), layer(4, 3, 2.0)], activation: Activation::Elu }
}

fn changed(change: impl FnOnce(&mut ModelProto)) -> Vec<u8> {
    let mut model = ModelProto::decode(to_bytes(&net(), &[("a", "b")]).as_slice()).unwrap();
    change(&mut model);
    model.encode_to_vec()
}

fn nodes(model: &mut ModelProto) -> &mut Vec<NodeProto> {
    &mut model.graph.as_mut().unwrap().node
}

fn floats(name: &str, dims: &[i64], values: &[f32]) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: dims.to_vec(),
        data_type: 1,
        float_data: values.to_vec(),
        ..TensorProto::default()
    }
}

fn node(op: &str, inputs: &[&str], output: &str) -> NodeProto {
    NodeProto {
        op_type: op.into(),
        input: inputs.iter().map(|s| (*s).to_owned()).collect(),
        output: vec![output.into()],
        ..NodeProto::default()
    }
}

/// Largest difference of two networks on some inputs.
fn apart(a: &Dense, b: &Dense) -> f64 {
    let x = |k: usize| (0..5).map(|i| ((i * k) as f64 * 0.9).cos() * 2.0).collect::<Vec<_>>();
    (0..20)
        .flat_map(|k| {
            a.run(&x(k)).into_iter().zip(b.run(&x(k))).map(|(a, b)| (a - b).abs()).collect::<Vec<_>>()
        })
        .fold(0.0, f64::max)
}

#[test]
fn what_is_written_is_read_back_to_the_bit() {
    assert_eq!(read(&to_bytes(&net(), &[])).unwrap(), net());
    let one = Dense { layers: net().layers[..1].to_vec(), activation: Activation::Elu };
    assert_eq!(read(&to_bytes(&one, &[])).unwrap(), one);
}

#[test]
fn multiplication_and_addition_with_normalisation_before_are_the_same_network() {
    // (x - mean) / std, MatMul with [input, output], Add, Elu, Gemm
    let mean = [0.5f32, -0.25, 0.0, 1.0, 0.125];
    let std = 2.0f32;
    let file = changed(|model| {
        let turned: Vec<f32> =
            (0..5).flat_map(|i| (0..4).map(move |o| net().layers[0].weights[o * 5 + i] as f32)).collect();
        let graph = model.graph.as_mut().unwrap();
        graph.initializer.push(floats("mean", &[1, 5], &mean));
        graph.initializer.push(floats("std", &[1], &[std]));
        graph.initializer.push(floats("turned", &[5, 4], &turned));
        graph.node.splice(
            0..1,
            [
                node("Sub", &["obs", "mean"], "centred"),
                node("Div", &["centred", "std"], "normal"),
                node("MatMul", &["normal", "turned"], "product"),
                node("Add", &["actor.0.bias", "product"], "sum.0"),
            ],
        );
    });
    let mut expected = net();
    let sources: Vec<Source> = mean
        .iter()
        .enumerate()
        .map(|(i, m)| Source {
            index: Some(i),
            factor: 1.0 / f64::from(std),
            offset: -f64::from(*m) / f64::from(std),
        })
        .collect();
    expected.fold_input(5, &sources);
    let apart = apart(&read(&file).unwrap(), &expected);
    assert!(apart < 1e-12, "{apart}");
}

#[test]
fn networks_of_other_kinds_are_refused_with_the_reason() {
    let refused = |why: &str, change: &dyn Fn(&mut ModelProto)| {
        let error = read(&changed(change)).unwrap_err();
        assert!(matches!(error, OnnxError::Unsupported(_)), "{error:?}");
        assert!(error.to_string().contains(why), "{error}");
    };
    refused("version 6", &|m| m.opset_import[0].version = 6);
    refused("operator Conv", &|m| nodes(m)[0].op_type = "Conv".into());
    refused("operator ai.other.Gemm", &|m| nodes(m)[0].domain = "ai.other".into());
    refused("without an activation", &|m| nodes(m)[1].op_type = "Identity".into());
    refused("alpha", &|m| {
        nodes(m)[1].attribute.push(tract_onnx::pb::AttributeProto {
            name: "alpha".into(),
            f: 0.5,
            ..Default::default()
        });
    });
    refused("branches", &|m| nodes(m).push(node("Relu", &["sum.0"], "other")));
    refused("nothing follows", &|m| nodes(m)[1].output[0] = "elsewhere".into());
    refused("2 inputs", &|m| {
        let second = m.graph.as_ref().unwrap().input[0].clone();
        let second = tract_onnx::pb::ValueInfoProto { name: "hidden".into(), ..second };
        m.graph.as_mut().unwrap().input.push(second);
    });
    refused("after the last layer", &|m| {
        nodes(m)[2].output[0] = "raw".into();
        nodes(m).push(node("Elu", &["raw"], "actions"));
    });
    refused("elu and tanh", &|m| {
        nodes(m)[2].output[0] = "raw".into();
        nodes(m).push(node("Tanh", &["raw"], "actions"));
    });
    refused("another file", &|m| m.graph.as_mut().unwrap().initializer[0].data_location = Some(1));
    refused("kind 7", &|m| m.graph.as_mut().unwrap().initializer[0].data_type = 7);
}

#[test]
fn damaged_files_are_refused() {
    let damaged = |why: &str, file: &[u8]| {
        let error = read(file).unwrap_err();
        assert!(matches!(error, OnnxError::Damaged(_)), "{error:?}");
        assert!(error.to_string().contains(why), "{error}");
    };
    damaged("no graph", b"");
    damaged("circle", &changed(|m| nodes(m)[1] = node("Identity", &["sum.0"], "sum.0")));
    let sizes = changed(|m| m.graph.as_mut().unwrap().initializer[0].dims = vec![1 << 40, 1 << 40]);
    damaged("its sizes are", &sizes);
    damaged("its sizes are", &changed(|m| m.graph.as_mut().unwrap().initializer[0].dims = vec![4, 6]));
    damaged("belong there", &changed(|m| nodes(m)[0].input[2] = "actor.1.bias".into()));
    let whole = to_bytes(&net(), &[]);
    for len in 0..whole.len() {
        assert!(read(&whole[..len]).is_err(), "{len}");
    }
}

#[test]
fn a_file_of_nothing_but_empty_nodes_takes_no_memory() {
    // operators of version 17; then field 7 (graph) with 32 MB of empty fields 1 (node)
    let nodes = [0x0a, 0x00].repeat(16 << 20);
    let mut file = vec![0x42, 2, 0x10, 17, 0x3a];
    let mut len = nodes.len();
    while len >= 0x80 {
        file.push(len as u8 | 0x80);
        len >>= 7;
    }
    file.push(len as u8);
    file.extend(nodes);
    assert!(matches!(read(&file), Err(OnnxError::TooLarge(_))));
}
