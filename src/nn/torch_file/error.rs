//! What can be wrong with a file of PyTorch.

/// Largest file that is read, bytes: a policy of ten million parameters with its optimiser.
pub const MAX_FILE: usize = 256 << 20;

/// Why a file of PyTorch cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TorchFileError {
    /// Cut off, changed or inconsistent.
    #[error("damaged checkpoint: {0}")]
    Damaged(String),
    /// Another kind of file.
    #[error("{0}")]
    OtherKind(String),
    /// It asks for what a checkpoint does not need.
    #[error("refused: {0}; nothing from the file was run")]
    Refused(String),
    /// More than any policy needs.
    #[error("checkpoint beyond what is read: {0}")]
    TooLarge(String),
    /// A checkpoint, but not of a policy as this program has them: everything found, one per line.
    #[error("no policy that can be taken over:\n  {}", .0.join("\n  "))]
    NoPolicy(Vec<String>),
}
