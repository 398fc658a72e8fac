//! Networks: what maps observations to actions and to values.
//!
//! [`ActorCritic`] is the policy of this program: two multi-layer perceptrons and a Gaussian head, all parameters
//! in one flat vector, evaluated in SIMD lanes ([`kernels`]). Its file is a [`Checkpoint`]. With the feature
//! `torch` the same flat vector is read by libtorch; nothing else differs. Networks come and go as files of other
//! programs through [`Dense`]: [`onnx`] in both directions, [`torch_file`] in.
//!
//! Activations are *tiles*: one time step of one block of sixteen environments, features one after the other,
//! every feature one [`Wide`](crate::lane::Wide). Several tiles are stored `[tile][feature]`. Nothing here knows
//! what a feature means.

mod activation;
mod actor_critic;
pub mod checkpoint;
pub mod dense;
mod elu;
mod gru;
pub mod kernels;
mod memory;
mod mlp;
mod normal;
pub mod onnx;
mod policy_file;
pub mod random;
#[cfg(feature = "torch")]
pub mod torch;
pub mod torch_file;
#[cfg(feature = "torch")]
pub mod torch_gru;

pub use activation::Activation;
pub use actor_critic::{Activations, ActorCritic, NetworkCfg, Normal};
pub use checkpoint::{Checkpoint, CheckpointError, TensorData};
pub use dense::Dense;
pub use gru::{Gru, Memory, MemoryKind};
pub use mlp::{Layer, Mlp, Strip, Tape};
pub use normal::{Batch, Running};
