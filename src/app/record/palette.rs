//! One palette for a whole film: colours are grouped by median cut (Heckbert 1982) over its frames, and every
//! pixel takes the nearest one. A fixed ordered pattern hides the steps of smooth surfaces; because it does not move,
//! what stands still stays the same from frame to frame.
use super::frame::Frame;

/// Colours of a film; one more entry means "as before".
pub(super) const COLORS: usize = 255;
/// Bits per channel of the histogram and of the look-up table.
const HISTOGRAM_BITS: u32 = 6;
const LOOKUP_BITS: u32 = 7;
const UNKNOWN: u16 = u16::MAX;
/// Strength of the ordered pattern, in 8-bit steps.
const PATTERN_STRENGTH: i32 = 3;
/// Thresholds of a 4 × 4 ordered pattern (Bayer 1973).
const PATTERN: [[i32; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];

/// A palette and the nearest entry for every colour asked so far.
pub(super) struct Palette {
    colors: Vec<[u8; 3]>,
    nearest: Vec<u16>,
}

impl Palette {
    /// Chooses the colours that serve these frames best.
    pub fn of(frames: &[Frame]) -> Self {
        let bins = histogram(frames);
        let mut boxes = vec![ColorBox::around(bins)];
        while boxes.len() < COLORS {
            let Some(widest) = (0..boxes.len())
                .filter(|&i| boxes[i].bins.len() > 1)
                .max_by(|&a, &b| boxes[a].urgency.total_cmp(&boxes[b].urgency))
            else {
                break;
            };
            let (low, high) = boxes.swap_remove(widest).split();
            boxes.extend([low, high]);
        }
        let colors = boxes.iter().map(ColorBox::mean).collect();
        Self { colors, nearest: vec![UNKNOWN; 1 << (3 * LOOKUP_BITS)] }
    }

    /// Entries as a GIF has them, filled up to 256.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.colors.iter().flatten().copied().collect();
        bytes.resize(256 * 3, 0);
        bytes
    }

    /// Colour of an entry.
    pub fn color(&self, entry: u8) -> [u8; 3] {
        self.colors[usize::from(entry)]
    }

    /// Entry for a pixel at column `x`, row `y`.
    pub fn entry_at(&mut self, rgb: [u8; 3], x: usize, y: usize) -> u8 {
        let shift = (PATTERN[y % 4][x % 4] * 2 - 15) * PATTERN_STRENGTH / 16;
        self.entry(rgb.map(|v| (i32::from(v) + shift).clamp(0, 255) as u8))
    }

    fn entry(&mut self, rgb: [u8; 3]) -> u8 {
        let key = rgb.iter().fold(0, |key, &v| (key << LOOKUP_BITS) | (usize::from(v) >> (8 - LOOKUP_BITS)));
        if self.nearest[key] == UNKNOWN {
            let closest = (0..self.colors.len()).min_by_key(|&i| distance(self.colors[i], rgb));
            self.nearest[key] = closest.unwrap_or(0) as u16;
        }
        self.nearest[key] as u8
    }
}

/// Squared distance of colours, weighted as the eye does.
pub(super) fn distance(a: [u8; 3], b: [u8; 3]) -> i32 {
    let d: [i32; 3] = std::array::from_fn(|i| i32::from(a[i]) - i32::from(b[i]));
    2 * d[0] * d[0] + 4 * d[1] * d[1] + 3 * d[2] * d[2]
}

/// Pixels of nearly one colour: their number and their sums by channel.
#[derive(Clone, Copy, Default)]
struct Bin {
    count: u64,
    sum: [u64; 3],
}

impl Bin {
    fn mean(&self, channel: usize) -> f64 {
        self.sum[channel] as f64 / self.count as f64
    }
}

fn histogram(frames: &[Frame]) -> Vec<Bin> {
    let mut bins = vec![Bin::default(); 1 << (3 * HISTOGRAM_BITS)];
    for rgb in frames.iter().flat_map(|f| f.rgb.chunks_exact(3)) {
        let key =
            rgb.iter().fold(0, |k, &v| (k << HISTOGRAM_BITS) | (usize::from(v) >> (8 - HISTOGRAM_BITS)));
        bins[key].count += 1;
        for channel in 0..3 {
            bins[key].sum[channel] += u64::from(rgb[channel]);
        }
    }
    bins.retain(|bin| bin.count > 0);
    bins
}

struct ColorBox {
    bins: Vec<Bin>,
    longest: usize,
    urgency: f64,
}

impl ColorBox {
    fn around(bins: Vec<Bin>) -> Self {
        let side = |channel: usize| {
            let means = bins.iter().map(|b| b.mean(channel));
            means.clone().fold(f64::MIN, f64::max) - means.fold(f64::MAX, f64::min)
        };
        let sides = [side(0), side(1), side(2)];
        let longest = (0..3).max_by(|&a, &b| sides[a].total_cmp(&sides[b])).unwrap_or(0);
        let count: u64 = bins.iter().map(|b| b.count).sum();
        // The root keeps small, colourful things (feet, arrows) from drowning in floor and sky.
        let urgency = sides[longest] * (count as f64).sqrt();
        Self { bins, longest, urgency }
    }

    /// Two halves with about as many pixels each, along the longest side.
    fn split(mut self) -> (Self, Self) {
        let channel = self.longest;
        self.bins.sort_by(|a, b| a.mean(channel).total_cmp(&b.mean(channel)));
        let half = self.bins.iter().map(|b| b.count).sum::<u64>() / 2;
        let mut seen = 0;
        let at = self.bins.iter().position(|bin| {
            seen += bin.count;
            seen > half
        });
        let at = at.unwrap_or(0).clamp(1, self.bins.len() - 1);
        let high = self.bins.split_off(at);
        (Self::around(self.bins), Self::around(high))
    }

    fn mean(&self) -> [u8; 3] {
        let count: u64 = self.bins.iter().map(|b| b.count).sum();
        std::array::from_fn(|c| {
            let sum: u64 = self.bins.iter().map(|b| b.sum[c]).sum();
            ((sum + count / 2) / count.max(1)) as u8
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(rgb: Vec<u8>) -> Frame {
        Frame { width: rgb.len() as u32 / 3, height: 1, rgb }
    }

    #[test]
    fn few_colours_are_kept_exactly() {
        let colors = [[10, 20, 30], [200, 100, 50], [74, 163, 255]];
        let mut palette = Palette::of(&[frame(colors.concat())]);
        for color in colors {
            let entry = palette.entry(color);
            assert_eq!(palette.color(entry), color);
        }
    }

    #[test]
    fn a_small_bright_spot_survives_a_large_grey_gradient() {
        let mut rgb: Vec<u8> = (0..60_000).flat_map(|i| [(i % 180) as u8; 3]).collect();
        rgb.extend([255, 180, 84].repeat(40));
        let mut palette = Palette::of(&[frame(rgb)]);
        let entry = palette.entry([255, 180, 84]);
        assert!(distance(palette.color(entry), [255, 180, 84]) < 100, "{:?}", palette.color(entry));
    }

    #[test]
    fn one_colour_makes_a_valid_palette() {
        let palette = Palette::of(&[frame(vec![7; 30])]);
        assert_eq!(palette.bytes().len(), 768);
        assert_eq!(palette.color(0), [7, 7, 7]);
    }
}
