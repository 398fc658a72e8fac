//! A map of the ground: light from the upper left, colours by level.

use std::path::Path;

use anyhow::{Context, Result};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};

use super::canvas::{self, Align, Area, Canvas, Font, LINE, MUTED, PANEL, TEXT};
use super::{GAP, HEADER, WIDTH};
use crate::run::write_atomic;

/// What a map shows.
pub struct Relief<'a> {
    /// What it is.
    pub title: String,
    /// One line below the title.
    pub note: String,
    /// World position of its lower left and upper right corners, m.
    pub corners: [[f32; 2]; 2],
    /// Height at a world position, m.
    pub height: &'a dyn Fn(f32, f32) -> f32,
    /// Names of neighbouring columns from left to right, and how many columns each has; none: no columns.
    pub columns: Vec<(String, u32)>,
    /// Levels from the lower to the upper edge; fewer than two: one colour.
    pub levels: u32,
}

/// Colours from the easiest to the hardest level: equally bright, so that shades stay shades.
const COLOURS: [[u8; 3]; 5] =
    [[0x5b, 0xa8, 0xe0], [0x52, 0xb7, 0xa6], [0x9d, 0xb8, 0x55], [0xe0, 0xa0, 0x4a], [0xe0, 0x6c, 0x62]];
/// Space for the numbers of levels at the left, and for the legend of heights at the right, pixels.
const LEFT: i32 = 74;
const RIGHT: i32 = 26;
/// Height of a line of names, pixels.
const NAMES: i32 = 26;
/// Different shades of a colour of a level; few make small files.
const SHADES: f32 = 24.0;
/// How much brighter ground of 1 m is, up to [`TALL`].
const HIGHER: f32 = 0.16;
const TALL: f32 = 1.5;
/// How dark the borders of tiles are.
const BORDER: f32 = 0.8;
/// How much brighter a slope of 45° towards the light is.
const RELIEF: f32 = 0.75;
/// Pixels are the mean of that many squared.
const FINE: usize = 3;

/// Colour of a level, of which `share` is 0 for the easiest and 1 for the hardest: red, green, blue from 0 to 255.
pub fn level_colour(share: f32) -> [f32; 3] {
    let at = share.clamp(0.0, 1.0) * (COLOURS.len() - 1) as f32;
    let i = (at as usize).min(COLOURS.len() - 2);
    std::array::from_fn(|c| {
        let [a, b] = [COLOURS[i][c], COLOURS[i + 1][c]].map(f32::from);
        a + (b - a) * (at - i as f32)
    })
}

/// Draws the map.
///
/// # Errors
/// When there is nothing to draw, or the picture cannot be saved.
pub fn relief(map: &Relief<'_>, picture: &Path) -> Result<()> {
    let [low, high] = map.corners;
    let size = [high[0] - low[0], high[1] - low[1]];
    anyhow::ensure!(size.iter().all(|s| *s > 0.0 && s.is_finite()), "there is no ground to draw");
    let left = if map.levels > 1 { LEFT } else { 20 };
    let wide = WIDTH as i32 - left - RIGHT;
    // at most square: what is longer is drawn narrower
    let tall = ((wide as f32 * size[1] / size[0]).round() as i32).clamp(60, wide);
    let wide = wide.min((tall as f32 * size[0] / size[1]).round() as i32).max(60);
    let rows = name_rows(map, wide);
    let top = HEADER + 22 + NAMES * rows.max(1);
    let height = top + tall + 62;
    let area = Area { left, top, right: left + wide, bottom: top + tall };
    let rgb = canvas::render(WIDTH, height as u32, |canvas| frame(canvas, map, area, rows))?;
    let mut image = RgbImage::from_raw(WIDTH, height as u32, rgb).context("the picture is too large")?;
    paint(map, &mut image, area, size);
    let mut png = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::Adaptive);
    encoder.write_image(&image, WIDTH, height as u32, ExtendedColorType::Rgb8)?;
    Ok(write_atomic(picture, &png)?)
}

/// Lines that the names of the columns take: they alternate where they are wider than their columns.
fn name_rows(map: &Relief<'_>, wide: i32) -> i32 {
    let all: u32 = map.columns.iter().map(|(_, n)| n).sum();
    let room = |n: u32| (wide as f32 * n as f32 / all.max(1) as f32) as usize;
    // about nine pixels a letter
    let narrow = map.columns.iter().any(|(name, n)| name.len() * 9 > room(*n));
    match map.columns.len() {
        0 => 0,
        _ if !narrow => 1,
        n if n > 10 => 3,
        _ => 2,
    }
}

/// Everything but the ground.
fn frame(canvas: &Canvas<'_>, map: &Relief<'_>, area: Area, rows: i32) -> Result<()> {
    canvas.header(&map.title)?;
    let note_y = f64::from(HEADER) + 6.0;
    canvas.text((f64::from(GAP) + 4.0, note_y), &map.note, Font::Words, Align::Left, MUTED)?;
    canvas.fill(area, PANEL)?;
    let all: u32 = map.columns.iter().map(|(_, n)| n).sum();
    let x = |column: u32| {
        f64::from(area.left) + f64::from(area.width()) * f64::from(column) / f64::from(all.max(1))
    };
    let mut column = 0;
    for (i, (name, n)) in map.columns.iter().enumerate() {
        let (from, to) = (x(column), x(column + n));
        let row = i as i32 % rows.max(1);
        let y = f64::from(area.top - 14 - NAMES * (rows - 1 - row));
        let middle = (from + to) / 2.0;
        canvas.line([(middle, y + 10.0), (middle, f64::from(area.top) - 5.0)], 1.0, LINE)?;
        canvas.line(
            [(from + 2.0, f64::from(area.top) - 4.0), (to - 2.0, f64::from(area.top) - 4.0)],
            2.0,
            MUTED,
        )?;
        // names at the edges stay in the picture
        let half = name.len() as f64 * 4.2;
        let middle = middle.clamp(half + 4.0, f64::from(WIDTH) - half - 4.0);
        canvas.text((middle, y), &name.replace('_', " "), Font::Words, Align::Centre, TEXT)?;
        column += n;
    }
    if map.levels > 1 {
        for level in 0..map.levels {
            let share = f64::from(level) + 0.5;
            let y = f64::from(area.bottom) - f64::from(area.height()) * share / f64::from(map.levels);
            let [r, g, b] = level_colour(level as f32 / (map.levels - 1) as f32).map(|c| c as u8);
            let colour = plotters::style::RGBColor(r, g, b);
            let half = f64::from(area.height()) / f64::from(map.levels) / 2.0 - 1.0;
            canvas.fill_exact(
                f64::from(area.left) - 12.0,
                y - half,
                f64::from(area.left) - 5.0,
                y + half,
                colour,
            )?;
            canvas.text(
                (f64::from(area.left) - 20.0, y),
                &format!("{level}"),
                Font::Number,
                Align::Right,
                TEXT,
            )?;
        }
        let y = f64::from(area.top) - 14.0;
        canvas.text((f64::from(area.left) - 20.0, y), "level", Font::Number, Align::Right, MUTED)?;
    }
    scale(canvas, map, area)
}

/// A bar of a round length, and what the colours mean.
fn scale(canvas: &Canvas<'_>, map: &Relief<'_>, area: Area) -> Result<()> {
    let metres = f64::from(map.corners[1][0] - map.corners[0][0]);
    let per_metre = f64::from(area.width()) / metres;
    let length =
        [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0].into_iter().rev().find(|l| *l < metres / 5.0);
    let length = length.unwrap_or(metres / 10.0);
    let (from, y) = (f64::from(area.left), f64::from(area.bottom) + 20.0);
    let to = from + length * per_metre;
    for line in [[(from, y), (to, y)], [(from, y - 5.0), (from, y + 5.0)], [(to, y - 5.0), (to, y + 5.0)]] {
        canvas.line(line, 2.0, TEXT)?;
    }
    let text = format!("{length} m");
    let used = canvas.text((to + 8.0, y), &text, Font::Number, Align::Left, TEXT)?;
    let meaning = match map.levels {
        0 | 1 => "seen from above, light from the upper left; higher is lighter",
        _ => {
            "seen from above, light from the upper left; higher is lighter; colour: level, the hardest at the top"
        }
    };
    canvas.text((to + used + 28.0, y), meaning, Font::Words, Align::Left, MUTED)?;
    Ok(())
}

/// The ground itself, pixel by pixel.
fn paint(map: &Relief<'_>, image: &mut RgbImage, area: Area, size: [f32; 2]) {
    let [wide, tall] = [area.width() as usize * FINE, area.height() as usize * FINE];
    let [dx, dy] = [size[0] / wide as f32, size[1] / tall as f32];
    let low = map.corners[0];
    // a border of one for the slopes
    let row = |j: isize| -> Vec<f32> {
        let y = low[1] + size[1] - (j as f32 + 0.5) * dy;
        (0..wide + 2).map(|i| (map.height)(low[0] + (i as f32 - 0.5) * dx, y)).collect()
    };
    let (mut above, mut here) = (row(-1), row(0));
    let mut sums = vec![0.0f32; area.width() as usize];
    let all: u32 = map.columns.iter().map(|(_, n)| n).sum();
    for j in 0..tall {
        let below = row(j as isize + 1);
        for i in 0..wide {
            let slope_x = (here[i + 2] - here[i]) / (2.0 * dx);
            let slope_y = (above[i + 1] - below[i + 1]) / (2.0 * dy);
            // how much the ground leans towards the light, none when it is level
            let lean = (slope_x - slope_y) * std::f32::consts::FRAC_1_SQRT_2;
            let light = lean / (1.0 + slope_x * slope_x + slope_y * slope_y).sqrt();
            let high = here[i + 1].clamp(-TALL, TALL);
            sums[i / FINE] += 1.0 + RELIEF * light + HIGHER * high;
        }
        if j % FINE == FINE - 1 {
            let y = (j / FINE) as u32;
            let share = (tall - j) as f32 / tall as f32;
            let level = (share * map.levels as f32).floor().min(map.levels.max(1) as f32 - 1.0);
            let colour = match map.levels {
                0 | 1 => [0xa9 as f32, 0xb2 as f32, 0xbc as f32],
                n => level_colour(level / (n - 1) as f32),
            };
            for (x, sum) in sums.iter_mut().enumerate() {
                let border = if is_border(x, wide / FINE, all) || is_border(j / FINE, tall / FINE, map.levels)
                {
                    BORDER
                } else {
                    1.0
                };
                let mean = border * *sum / (FINE * FINE) as f32;
                let shade = mean.clamp(0.2, 1.5);
                let shade = if map.levels > 1 { (shade * SHADES).round() / SHADES } else { shade };
                let pixel = colour.map(|c| (c * 0.8 * shade).clamp(0.0, 255.0) as u8);
                image.put_pixel(area.left as u32 + x as u32, area.top as u32 + y, Rgb(pixel));
                *sum = 0.0;
            }
        }
        above = std::mem::replace(&mut here, below);
    }
}

/// Whether a pixel is the first of a tile, of which there are `parts` in a row of pixels.
fn is_border(pixel: usize, pixels: usize, parts: u32) -> bool {
    let part = |pixel: usize| pixel * parts as usize / pixels.max(1);
    pixel > 0 && part(pixel) != part(pixel - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_have_colours_and_slopes_towards_the_light_are_brighter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.png");
        // a ridge along y: its left side looks to the light
        let height = |x: f32, _: f32| 1.0 - x.abs();
        let map = Relief {
            title: "A ridge".into(),
            note: "for a test".into(),
            corners: [[-1.0, -1.0], [1.0, 1.0]],
            height: &height,
            columns: vec![("left".into(), 1), ("right".into(), 1)],
            levels: 2,
        };
        relief(&map, &path).unwrap();
        let image = image::open(&path).unwrap().to_rgb8();
        let at = |x: f32, y: f32| {
            let sum = |p: &Rgb<u8>| p.0.iter().map(|v| u32::from(*v)).sum::<u32>();
            let (w, h) = (image.width() as f32, image.height() as f32);
            (
                sum(image.get_pixel((x * w) as u32, (y * h) as u32)),
                image.get_pixel((x * w) as u32, (y * h) as u32).0,
            )
        };
        let (left, right) = (at(0.3, 0.3), at(0.7, 0.3));
        assert!(left.0 > right.0 + 100, "{left:?} {right:?}");
        // the lower half is of the easiest level, blue; the upper one of the hardest, red
        let low = at(0.3, 0.7).1;
        assert!(low[2] > low[0] && left.1[0] > left.1[2], "{low:?} {left:?}");
        let nothing = Relief { corners: [[0.0; 2]; 2], ..map };
        assert!(relief(&nothing, &path).is_err());
    }

    #[test]
    fn colours_of_levels_differ_from_level_to_level() {
        for i in 0..9 {
            let [a, b] = [i, i + 1].map(|l| level_colour(l as f32 / 9.0));
            let apart: f32 = (0..3).map(|c| (a[c] - b[c]).abs()).sum();
            assert!(apart > 20.0, "{i}: {apart}");
        }
    }
}
