//! Checkpoints of PyTorch (`torch.save`), read without PyTorch and without trust.
//!
//! Such a file is a zip archive with a pickle, a program for a small machine that may call any function of Python.
//! [`unpickle`] is that machine with everything taken out but nested dictionaries, lists, numbers, texts and tensors:
//! a file that asks for anything else is refused with the name of what it asked for, and nothing it says is ever run.
//! Values live in one list and refer to each other by index, so circles and depth do no harm; sizes are limited.
//! Tensors are read from the archive only when somebody asks for their numbers.
mod error;
mod machine;
mod opcodes;
mod pickle;
mod rsl_rl;
mod tensor;
mod value;
mod zip;

pub use error::{MAX_FILE, TorchFileError};
pub use machine::unpickle;
pub use pickle::Pickle;
pub use rsl_rl::{Foreign, read};
pub use value::{Global, Id, Kind, Storage, Tensor, Value};
