//! Kinds of file of a policy, and fingerprints of what is in them.
use std::path::Path;

/// Kind of file of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyFormat {
    /// `.safetensors`: both networks; what this program plays.
    Safetensors,
    /// `.onnx`: the network that acts, for every ONNX runtime.
    Onnx,
    /// `.pt`: the network that acts, as a module of TorchScript.
    TorchScript,
}

impl PolicyFormat {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Safetensors, Self::Onnx, Self::TorchScript];

    /// Name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::Onnx => "onnx",
            Self::TorchScript => "torchscript",
        }
    }
    /// Ending of file names.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::Onnx => "onnx",
            Self::TorchScript => "pt",
        }
    }
    /// The kind that a file name asks for; a name without ending asks for safetensors.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension().map(|e| e.to_str().unwrap_or("?")) {
            None => Some(Self::Safetensors),
            Some(ending) => Self::ALL.into_iter().find(|f| f.ending() == ending),
        }
    }
}

/// FNV-1a over bytes, 64 bits, in hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix))
}
