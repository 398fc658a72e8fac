//! What a pickle of a checkpoint can hold.
use super::error::TorchFileError;

/// Index of a value.
pub type Id = u32;

/// Kind of stored numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// 16-bit float (IEEE).
    F16,
    /// 16-bit float (the upper half of a 32-bit one).
    Bf16,
    /// 64-bit integer.
    I64,
    /// 32-bit integer.
    I32,
    /// 16-bit integer.
    I16,
    /// 8-bit integer.
    I8,
    /// Byte.
    U8,
    /// Truth value, a byte.
    Bool,
}

impl Kind {
    /// Bytes of a number.
    pub const fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::Bf16 | Self::I16 => 2,
            Self::I8 | Self::U8 | Self::Bool => 1,
        }
    }
}

/// The few things of Python that a checkpoint may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Global {
    /// `collections.OrderedDict`.
    OrderedDict,
    /// `torch._utils._rebuild_tensor_v2`.
    RebuildTensor,
    /// `torch._utils._rebuild_parameter`.
    RebuildParameter,
    /// `torch.Size`.
    Size,
    /// `torch.FloatStorage` and so on.
    Storage(Kind),
}

impl Global {
    /// The one of this name; everything else is refused.
    pub fn named(module: &str, name: &str) -> Result<Self, TorchFileError> {
        Ok(match (module, name) {
            ("collections", "OrderedDict") => Self::OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2") => Self::RebuildTensor,
            ("torch._utils", "_rebuild_parameter") => Self::RebuildParameter,
            ("torch", "Size") => Self::Size,
            ("torch", "FloatStorage") => Self::Storage(Kind::F32),
            ("torch", "DoubleStorage") => Self::Storage(Kind::F64),
            ("torch", "HalfStorage") => Self::Storage(Kind::F16),
            ("torch", "BFloat16Storage") => Self::Storage(Kind::Bf16),
            ("torch", "LongStorage") => Self::Storage(Kind::I64),
            ("torch", "IntStorage") => Self::Storage(Kind::I32),
            ("torch", "ShortStorage") => Self::Storage(Kind::I16),
            ("torch", "CharStorage") => Self::Storage(Kind::I8),
            ("torch", "ByteStorage") => Self::Storage(Kind::U8),
            ("torch", "BoolStorage") => Self::Storage(Kind::Bool),
            _ => {
                let short = |s: &str| s.chars().take(60).collect::<String>().escape_debug().to_string();
                return Err(TorchFileError::Refused(format!(
                    "it asks for `{}.{}`; a checkpoint needs tensors and dictionaries only",
                    short(module),
                    short(name)
                )));
            }
        })
    }
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    None,
    /// Truth value.
    Bool(bool),
    /// Whole number; larger ones than 64 bits are kept as their nearest.
    Int(i64),
    /// Number.
    Float(f64),
    /// Text.
    Text(&'a str),
    /// Fixed list.
    Tuple(Vec<Id>),
    /// List.
    List(Vec<Id>),
    /// Dictionary, in order.
    Dict(Vec<(Id, Id)>),
    /// One of the things of Python that may be named.
    Global(Global),
    /// Numbers in the archive.
    Storage(Storage<'a>),
    /// A view on such numbers.
    Tensor(Tensor<'a>),
}

/// Numbers in the archive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Storage<'a> {
    /// Their kind.
    pub kind: Kind,
    /// Name of the part below `data/`.
    pub key: &'a str,
    /// How many.
    pub len: usize,
}

/// A view on stored numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor<'a> {
    /// The numbers.
    pub storage: Storage<'a>,
    /// Index of the first.
    pub offset: usize,
    /// Sizes, outermost first.
    pub size: Vec<usize>,
    /// Distance of neighbours in every dimension.
    pub stride: Vec<usize>,
}
