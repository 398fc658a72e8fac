//! ONNX: networks written as files that any ONNX runtime runs, tried out in one (tract) before they are kept, and
//! read back from files of others.
//!
//! Written files are made of `Gemm` and an activation, opset 17, input `obs` `[batch, inputs]`, output `actions`
//! `[batch, outputs]`. Reading does not trust the file: an own reader of the few fields that matter, with limits.
mod chain;
mod check;
mod error;
mod graph;
mod wire;
mod write;

pub use chain::read;
#[cfg(feature = "torch")]
pub(crate) use check::inputs;
pub use check::{Agreement, agreement};
pub use error::OnnxError;
pub use write::{INPUT, OPSET, OUTPUT, to_bytes};
