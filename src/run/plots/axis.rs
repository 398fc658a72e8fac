//! From numbers to pixels: the range that an axis shows, and the round numbers written along it.

/// The numbers that an axis shows, `low` below `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    pub low: f64,
    pub high: f64,
}

impl Range {
    /// The smallest range with all finite values, or from 0 to 1 when there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        if low > high { Self { low: 0.0, high: 1.0 } } else { Self { low, high } }
    }

    /// The same range with zero in it.
    pub fn with(self, value: f64) -> Self {
        Self { low: self.low.min(value), high: self.high.max(value) }
    }

    /// At least `width` wide, around the same middle: noise of a constant does not fill the picture.
    pub fn at_least(self, width: f64) -> Self {
        let missing = (width - (self.high - self.low)).max(0.0) / 2.0;
        Self { low: self.low - missing, high: self.high + missing }
    }

    /// With free space above and below, so that no curve touches the frame.
    pub fn padded(self) -> Self {
        let width = self.high - self.low;
        let size = self.low.abs().max(self.high.abs());
        let space = if width > size * 1e-9 && width > 0.0 { width * 0.08 } else { size.max(1.0) * 0.1 };
        Self { low: self.low - space, high: self.high + space }
    }

    /// Where a value lies: 0 at the low end, 1 at the high end.
    pub fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// Round numbers within the range, about `count` of them, and the distance between them.
    pub fn ticks(&self, count: usize) -> (Vec<f64>, f64) {
        let rough = (self.high - self.low) / count.max(1) as f64;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough * 0.999);
        let step = step.unwrap_or(rough);
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        ((first..=last).map(|index| index as f64 * step).collect(), step)
    }
}

/// A tick's number, with the digits that the distance of the ticks needs; `−` is a real minus sign.
pub(super) fn label(value: f64, step: f64) -> String {
    let value = if value.abs() < step * 1e-6 { 0.0 } else { value };
    // The distance alone decides the form, so that all numbers of an axis look alike.
    let text = if !(1e-3..1e4).contains(&step) {
        if value == 0.0 {
            return "0".to_owned();
        }
        let exponent = value.abs().log10().floor();
        let mantissa = value / 10_f64.powf(exponent);
        // 0.001 may come out as 9.99e-4 before rounding.
        let (mantissa, exponent) =
            if mantissa.abs() > 9.95 { (mantissa / 10.0, exponent + 1.0) } else { (mantissa, exponent) };
        let digits = usize::from((mantissa - mantissa.round()).abs() > 0.05);
        format!("{mantissa:.digits$}e{exponent}")
    } else {
        let digits = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
        format!("{value:.digits$}")
    };
    text.replace('-', "−")
}

/// A count in the largest unit that fits: `4.2 M`.
pub(super) fn count(value: f64) -> String {
    let (scaled, unit) = match value.abs() {
        v if v >= 1e9 => (value / 1e9, " G"),
        v if v >= 1e6 => (value / 1e6, " M"),
        v if v >= 1e3 => (value / 1e3, " k"),
        _ => (value, ""),
    };
    let digits = usize::from((scaled - scaled.round()).abs() > 0.04);
    format!("{scaled:.digits$}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let (ticks, step) = Range { low: -0.13, high: 1.07 }.ticks(5);
        assert_eq!(step, 0.5);
        assert_eq!(ticks, [0.0, 0.5, 1.0]);
        let (ticks, _) = Range { low: 0.0, high: 100.0 }.ticks(5);
        assert_eq!(ticks, [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
    }

    #[test]
    fn labels_have_the_digits_that_tell_them_apart() {
        assert_eq!(label(0.30000000000000004, 0.1), "0.3");
        assert_eq!(label(-20.0, 10.0), "−20");
        assert_eq!(label(0.25, 0.05), "0.25");
        assert_eq!(label(0.0003, 0.0001), "3e−4");
        assert_eq!(label(0.001, 0.0002), "1e−3");
        assert_eq!(label(0.0012, 0.0002), "1.2e−3");
        assert_eq!(label(0.0, 0.0002), "0");
        assert_eq!(label(1e-20, 0.1), "0.0");
        assert_eq!(count(4_200_000.0), "4.2 M");
        assert_eq!(count(2e6), "2 M");
        assert_eq!(count(500.0), "500");
    }

    #[test]
    fn a_range_of_nothing_or_of_a_constant_can_still_be_drawn() {
        for range in [Range::of([]), Range::of([f64::NAN]), Range::of([3.0, 3.0]), Range::of([0.0])] {
            let range = range.padded();
            assert!(range.low < range.high, "{range:?}");
            assert!(!range.ticks(4).0.is_empty(), "{range:?}");
        }
    }
}
