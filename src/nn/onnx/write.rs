//! A network as an ONNX file: `Gemm`, activation, `Gemm`, …
use crate::nn::{Activation, Dense};
use prost::Message;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension::Value};
use tract_onnx::pb::type_proto::{Tensor as TensorType, Value as TypeValue};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto,
    TensorProto, TensorShapeProto, TypeProto, ValueInfoProto, attribute_proto::AttributeType,
};

/// Name of the input.
pub const INPUT: &str = "obs";
/// Name of the output.
pub const OUTPUT: &str = "actions";
/// Version of the operators: every runtime since 2022 has it.
pub const OPSET: i64 = 17;
/// Version of the file format that belongs to [`OPSET`].
const IR_VERSION: i64 = 8;

/// The file; `notes` are kept in it by name.
pub fn to_bytes(net: &Dense, notes: &[(&str, &str)]) -> Vec<u8> {
    let mut graph = GraphProto {
        name: "policy".into(),
        input: vec![value(INPUT, net.inputs())],
        output: vec![value(OUTPUT, net.outputs())],
        ..GraphProto::default()
    };
    let mut from = INPUT.to_owned();
    for (l, layer) in net.layers.iter().enumerate() {
        let last = l + 1 == net.layers.len();
        let (weight, bias) = (format!("actor.{l}.weight"), format!("actor.{l}.bias"));
        graph.initializer.push(tensor(&weight, &[layer.outputs(), layer.inputs], &layer.weights));
        graph.initializer.push(tensor(&bias, &[layer.outputs()], &layer.bias));
        let sum = if last { OUTPUT.to_owned() } else { format!("sum.{l}") };
        graph.node.push(NodeProto {
            name: format!("layer.{l}"),
            op_type: "Gemm".into(),
            input: vec![from, weight, bias],
            output: vec![sum.clone()],
            // weights are stored [output, input]
            attribute: vec![AttributeProto {
                name: "transB".into(),
                r#type: AttributeType::Int as i32,
                i: 1,
                ..AttributeProto::default()
            }],
            ..NodeProto::default()
        });
        from = format!("hidden.{l}");
        if !last {
            graph.node.push(NodeProto {
                name: format!("activation.{l}"),
                op_type: operator(net.activation).into(),
                input: vec![sum],
                output: vec![from.clone()],
                ..NodeProto::default()
            });
        }
    }
    let note = |(key, value): &(&str, &str)| StringStringEntryProto {
        key: (*key).to_owned(),
        value: (*value).to_owned(),
    };
    let model = ModelProto {
        ir_version: IR_VERSION,
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPSET }],
        producer_name: "gaitlab".into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        graph: Some(graph),
        metadata_props: notes.iter().map(note).collect(),
        ..ModelProto::default()
    };
    model.encode_to_vec()
}

/// The operator of an activation; the slope of ELU is 1 unless said.
pub(super) fn operator(activation: Activation) -> &'static str {
    match activation {
        Activation::Elu => "Elu",
        Activation::Relu => "Relu",
        Activation::Tanh => "Tanh",
    }
}

fn tensor(name: &str, dims: &[usize], values: &[f64]) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: dims.iter().map(|d| *d as i64).collect(),
        data_type: DataType::Float as i32,
        raw_data: values.iter().flat_map(|v| (*v as f32).to_le_bytes()).collect(),
        ..TensorProto::default()
    }
}

/// `[batch, width]` of f32.
fn value(name: &str, width: usize) -> ValueInfoProto {
    let dimension = |value| Dimension { value: Some(value), ..Dimension::default() };
    let dim = vec![dimension(Value::DimParam("batch".into())), dimension(Value::DimValue(width as i64))];
    let shape = Some(TensorShapeProto { dim });
    let tensor = TensorType { elem_type: DataType::Float as i32, shape };
    let r#type = TypeProto { value: Some(TypeValue::TensorType(tensor)), ..TypeProto::default() };
    ValueInfoProto { name: name.into(), r#type: Some(r#type), ..ValueInfoProto::default() }
}
