//! Checkpoints of PyTorch (`torch.save`), read without PyTorch and without trust.
//!
//! Such a file is a zip archive with a pickle, a program for a small machine that may call any function of Python.
//! [`pickle`] is that machine with everything taken out but nested dictionaries, lists, numbers, texts and tensors:
//! a file that asks for anything else is refused with the name of what it asked for, and nothing it says is ever run.
//! Values live in one list and refer to each other by index, so circles and depth do no harm; sizes are limited.
//! Tensors are read from the archive only when somebody asks for their numbers.
mod machine;
mod opcodes;
pub mod pickle;
mod rsl_rl;
mod tensor;
mod zip;

pub use rsl_rl::{Foreign, read};

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
