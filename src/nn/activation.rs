//! What follows a hidden layer: ELU in networks of this program, others in imported ones.
use super::elu::{elu, elu_slope};
use crate::lane::{Lane, Wide};
use serde::{Deserialize, Serialize};

/// The function after every layer but the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `x` above zero, `exp(x) - 1` below.
    #[default]
    Elu,
    /// `x` above zero, zero below.
    Relu,
    /// Hyperbolic tangent.
    Tanh,
}

impl Activation {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Elu, Self::Relu, Self::Tanh];

    /// As files write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Elu => "elu",
            Self::Relu => "relu",
            Self::Tanh => "tanh",
        }
    }
    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.name() == name)
    }
    /// All names, for messages.
    pub fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

/// An activation known when the code is built, so that a layer's loop contains it.
pub(super) trait Hinge {
    /// The function.
    fn value(&self, x: Wide) -> Wide;
    /// Its derivative, from its output.
    fn slope(&self, y: Wide) -> Wide;
}

/// See [`Activation::Elu`].
pub(super) struct Elu;
impl Hinge for Elu {
    #[inline(always)]
    fn value(&self, x: Wide) -> Wide {
        elu(x)
    }
    #[inline(always)]
    fn slope(&self, y: Wide) -> Wide {
        elu_slope(y)
    }
}

/// See [`Activation::Relu`].
pub(super) struct Relu;
impl Hinge for Relu {
    #[inline(always)]
    fn value(&self, x: Wide) -> Wide {
        // the order keeps NaN
        Wide::zero().max(x)
    }
    #[inline(always)]
    fn slope(&self, y: Wide) -> Wide {
        Wide::one_if(Wide::zero().lt(y))
    }
}

/// See [`Activation::Tanh`].
pub(super) struct HyperbolicTangent;
impl Hinge for HyperbolicTangent {
    #[inline(always)]
    fn value(&self, x: Wide) -> Wide {
        // tanh |x| = (1 - e) / (1 + e) with e = exp(-2 |x|) = 1 + m
        let m = elu(x.abs() * Wide::splat(-2.0));
        let size = -m * (m + Wide::splat(2.0)).recip();
        Wide::select(x.lt(Wide::zero()), -size, size)
    }
    #[inline(always)]
    fn slope(&self, y: Wide) -> Wide {
        y.neg_mul_add(y, Wide::splat(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relu_and_tanh_agree_with_the_library_and_keep_nan() {
        for i in -12_000..12_000 {
            let x = i as f32 * 1e-3;
            let (relu, tanh) = (Relu.value(Wide::splat(x)), HyperbolicTangent.value(Wide::splat(x)));
            assert_eq!(relu.lanes()[3], x.max(0.0));
            assert!((tanh.lanes()[3] as f64 - (x as f64).tanh()).abs() < 4e-7, "tanh({x})");
        }
        let nan = Wide::splat(f32::NAN);
        assert!(Relu.value(nan).lanes()[0].is_nan() && HyperbolicTangent.value(nan).lanes()[0].is_nan());
        let large = HyperbolicTangent.value(Wide::splat(f32::NEG_INFINITY));
        assert_eq!((large.lanes()[1], HyperbolicTangent.slope(large).lanes()[1]), (-1.0, 0.0));
    }

    #[test]
    fn names_lead_back() {
        assert!(Activation::ALL.into_iter().all(|a| Activation::named(a.name()) == Some(a)));
        assert_eq!(Activation::named("gelu"), None);
    }
}
