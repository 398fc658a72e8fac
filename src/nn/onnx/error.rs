//! What can be wrong with an ONNX file.

/// Why an ONNX file cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OnnxError {
    /// Not ONNX, or cut off, or inconsistent.
    #[error("damaged ONNX file: {0}")]
    Damaged(String),
    /// More than any policy needs.
    #[error("ONNX file beyond what is read: {0}")]
    TooLarge(String),
    /// ONNX, but no chain of dense layers as this program has them.
    #[error("no plain network of dense layers: {0}")]
    Unsupported(String),
}
