//! Numbers as people read and write them, and the way along a slider.

/// The interval between which a slider moves, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::app::panels) struct Scale {
    low: f64,
    high: f64,
    is_log: bool,
}

impl Scale {
    /// A way from low to high; over three powers of ten and more, every power takes the same way.
    pub fn new(reach: [f64; 2]) -> Self {
        let [low, high] = reach;
        let (low, high) = if low.is_finite() && high > low { (low, high) } else { (-1.0, 1.0) };
        Self { low, high, is_log: low > 0.0 && high / low >= 999.0 }
    }
    /// Where a value is: 0 at the low end, 1 at the high one, between them even if the value is beyond.
    pub fn share(&self, value: f64) -> f64 {
        let share = if self.is_log {
            (value.max(self.low) / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }
    /// The value at a share of the way, rounded to what a hand can choose.
    pub fn value(&self, share: f64) -> f64 {
        let share = share.clamp(0.0, 1.0);
        let exact = if self.is_log {
            self.low * (self.high / self.low).powf(share)
        } else {
            self.low + (self.high - self.low) * share
        };
        self.rounded(exact).clamp(self.low, self.high)
    }
    /// `value` moved by a share of the way: beyond the ends only if it was beyond already.
    pub fn moved(&self, value: f64, by: f64) -> f64 {
        if self.is_log {
            return (value.max(self.low * 1e-3) * (self.high / self.low).powf(by))
                .clamp(self.low.min(value), self.high.max(value));
        }
        (value + (self.high - self.low) * by).clamp(self.low.min(value), self.high.max(value))
    }
    /// To a hundredth of the way, as a round number; to two digits on a logarithmic way.
    pub fn rounded(&self, value: f64) -> f64 {
        let step = match self.is_log {
            true if value > 0.0 => 10_f64.powf(value.log10().floor() - 1.0),
            true => return value,
            false => 10_f64.powf(((self.high - self.low) / 100.0).log10().floor()),
        };
        // dividing by the inverse keeps 0.3 from becoming 0.30000000000000004
        let inverse = (1.0 / step).round();
        if inverse >= 1.0 { (value * inverse).round() / inverse } else { (value / step).round() * step }
    }
}

/// Three digits, with a real minus; very small ones as `−1e−4`.
pub(in crate::app::panels) fn text(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        _ if !value.is_finite() => return "–".into(),
        0.0 => "0.00".into(),
        s if !(9.95e-4..1e6).contains(&s) => exponent(value),
        s if s < 0.00995 => format!("{value:.4}"),
        s if s < 0.0995 => format!("{value:.3}"),
        s if s < 9.995 => format!("{value:.2}"),
        s if s < 99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    };
    text.replace('-', "−")
}

fn exponent(value: f64) -> String {
    let short = format!("{value:.1e}");
    short.replace(".0e", "e")
}

/// With a sign, for shares and rates.
pub(in crate::app::panels) fn signed(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    let text = format!("{value:+.digits$}");
    let is_zero = text.chars().all(|c| matches!(c, '+' | '-' | '0' | '.'));
    if is_zero { text.replace(['+', '-'], "") } else { text.replace('-', "−") }
}

/// A typed number; a comma and a long minus are understood.
///
/// # Errors
/// With a sentence for the person when it is no number that a simulation could use.
pub(in crate::app::panels) fn parse(typed: &str) -> Result<f64, String> {
    let text = typed.trim().replace('−', "-").replace(',', ".");
    if text.is_empty() {
        return Err("Type a number, for example 0.5.".into());
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(format!("“{}” cannot be used: it must be finite.", typed.trim())),
        Err(_) => Err(format!("“{}” is not a number.", typed.trim())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_and_a_real_minus() {
        let written: Vec<String> =
            [1.5, -20.0, 0.0, -0.01, -1e-4, -2.5e-7, 0.25, 512.0, 0.002, f64::NAN].map(text).into();
        let expected = ["1.50", "−20.0", "0.00", "−0.010", "−1e−4", "−2.5e−7", "0.25", "512", "0.0020", "–"];
        assert_eq!(written, expected);
        assert_eq!([signed(0.304, 2), signed(-0.001, 2)], ["+0.30", "0.00"]);
    }

    #[test]
    fn nonsense_is_no_number() {
        for wrong in ["", "abc", "NaN", "inf", "-inf", "1e999", "1.2.3", "1 2"] {
            assert!(parse(wrong).is_err(), "{wrong:?} was taken");
        }
        for (right, value) in [("1,5", 1.5), (" −0.02 ", -0.02), ("1e-4", 1e-4)] {
            assert_eq!(parse(right), Ok(value));
        }
    }

    #[test]
    fn a_slider_goes_there_and_back_in_round_steps() {
        for scale in [Scale::new([-2.0, 2.0]), Scale::new([1e-5, 1e-2])] {
            for share in [0.0, 0.25, 0.5, 1.0] {
                assert!((scale.share(scale.value(share)) - share).abs() < 0.02, "{scale:?} at {share}");
            }
        }
        assert_eq!(Scale::new([0.0, 3.0]).value(0.1001), 0.3);
        assert_eq!(Scale::new([1e-5, 1e-2]).rounded(0.001_234), 0.0012);
    }

    #[test]
    fn a_reach_without_meaning_still_gives_a_slider() {
        for reach in [[f64::NAN, 1.0], [1.0, 1.0], [2.0, -2.0]] {
            let scale = Scale::new(reach);
            assert!(scale.value(0.7).is_finite() && scale.share(f64::NAN) == 0.0);
        }
    }
}
