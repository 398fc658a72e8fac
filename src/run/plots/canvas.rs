//! A picture to draw on: lines, boxes and text in pixels of the finished PNG.
//!
//! Everything is drawn [`FINE`] times larger and averaged down, which smooths every edge; plotters' own thick
//! lines are neither smooth nor round at the corners. The font travels in the program (Ubuntu Light, under the
//! Ubuntu Font Licence, which allows that), so that a machine without fonts draws the same picture.

use std::path::Path;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use plotters::coord::Shift;
use plotters::prelude::{
    BitMapBackend, Circle, Color, DrawingArea, FontStyle, IntoDrawingArea, IntoFont, PathElement, RGBColor,
    Rectangle, Text,
};
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::run::write_atomic;

/// A colour of the palette.
pub(super) type Colour = RGBColor;

pub(super) const BACKGROUND: Colour = RGBColor(0x14, 0x17, 0x1b);
pub(super) const PANEL: Colour = RGBColor(0x1b, 0x1f, 0x25);
pub(super) const LINE: Colour = RGBColor(0x2d, 0x33, 0x3c);
pub(super) const TEXT: Colour = RGBColor(0xd9, 0xdf, 0xe6);
pub(super) const MUTED: Colour = RGBColor(0x8b, 0x95, 0xa1);
pub(super) const BLUE: Colour = RGBColor(0x4a, 0xa3, 0xff);
pub(super) const ORANGE: Colour = RGBColor(0xff, 0xb4, 0x54);
pub(super) const GREEN: Colour = RGBColor(0x7b, 0xc6, 0x7e);
pub(super) const RED: Colour = RGBColor(0xe5, 0x72, 0x7a);
pub(super) const VIOLET: Colour = RGBColor(0xc7, 0x92, 0xea);

/// A colour mixed into the panel's, for what should stay behind.
pub(super) fn faint(colour: Colour, share: f64) -> Colour {
    mixed(colour, PANEL, share)
}

/// A share of one colour, the rest of another.
pub(super) fn mixed(front: Colour, back: Colour, share: f64) -> Colour {
    let mix = |front: u8, back: u8| (f64::from(front) * share + f64::from(back) * (1.0 - share)) as u8;
    RGBColor(mix(front.0, back.0), mix(front.1, back.1), mix(front.2, back.2))
}

/// How much finer than the finished picture everything is drawn.
const FINE: u32 = 3;

/// A rectangle in pixels: left, top, right, bottom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

impl Area {
    pub fn width(&self) -> i32 {
        self.right - self.left
    }

    pub fn height(&self) -> i32 {
        self.bottom - self.top
    }

    /// Cut into equal columns and rows with gaps between them; cells row by row.
    pub fn grid(&self, columns: usize, rows: usize, gap: i32) -> Vec<Area> {
        let edge = |start: i32, length: i32, parts: usize, index: usize| {
            start + (i64::from(length + gap) * index as i64 / parts as i64) as i32
        };
        let mut cells = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                cells.push(Area {
                    left: edge(self.left, self.width(), columns, column),
                    right: edge(self.left, self.width(), columns, column + 1) - gap,
                    top: edge(self.top, self.height(), rows, row),
                    bottom: edge(self.top, self.height(), rows, row + 1) - gap,
                });
            }
        }
        cells
    }
}

/// Which part of a text lies at the given point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// The kinds of text in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Font {
    /// What the picture shows.
    Title,
    /// What a chart shows, names of curves.
    Words,
    /// Numbers along an axis.
    Number,
}

impl Font {
    /// Height in pixels.
    fn size(self) -> f64 {
        match self {
            Self::Title => 24.0,
            Self::Words => 18.0,
            Self::Number => 16.5,
        }
    }
}

/// What plotters calls our font.
const FAMILY: &str = "gaitlab";

/// Makes the font known to plotters, once per process.
fn register() -> Result<()> {
    static DONE: OnceLock<bool> = OnceLock::new();
    let done = DONE
        .get_or_init(|| register_font(FAMILY, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT).is_ok());
    done.then_some(()).context("the font in the program is damaged")
}

/// A picture being drawn.
pub(super) struct Canvas<'a> {
    area: DrawingArea<BitMapBackend<'a>, Shift>,
}

/// Draws a picture and saves it as PNG, in one step: see [`write_atomic`].
pub(super) fn save(
    path: &Path,
    width: u32,
    height: u32,
    draw: impl FnOnce(&Canvas<'_>) -> Result<()>,
) -> Result<()> {
    save_pixels(path, &render(width, height, draw)?, width, height)
}

/// Saves `width × height × 3` bytes as PNG.
pub(super) fn save_pixels(path: &Path, rgb: &[u8], width: u32, height: u32) -> Result<()> {
    let mut png = Vec::new();
    PngEncoder::new(&mut png).write_image(rgb, width, height, ExtendedColorType::Rgb8)?;
    Ok(write_atomic(path, &png)?)
}

/// Draws a picture to `width × height × 3` bytes.
pub(super) fn render(
    width: u32,
    height: u32,
    draw: impl FnOnce(&Canvas<'_>) -> Result<()>,
) -> Result<Vec<u8>> {
    register()?;
    let (fine_width, fine_height) = (width * FINE, height * FINE);
    let mut fine = vec![0; (fine_width * fine_height * 3) as usize];
    {
        let backend = BitMapBackend::with_buffer(&mut fine, (fine_width, fine_height));
        let canvas = Canvas { area: backend.into_drawing_area() };
        canvas.area.fill(&BACKGROUND).map_err(drawing)?;
        draw(&canvas)?;
        canvas.area.present().map_err(drawing)?;
    }
    Ok(averaged(&fine, width as usize, height as usize))
}

/// The mean of each square of [`FINE`] × [`FINE`] pixels.
fn averaged(fine: &[u8], width: usize, height: usize) -> Vec<u8> {
    let scale = FINE as usize;
    let mut rgb = Vec::with_capacity(width * height * 3);
    let mut sums = vec![0_u16; width * 3];
    for rows in fine.chunks_exact(width * scale * 3 * scale) {
        sums.fill(0);
        for row in rows.chunks_exact(width * scale * 3) {
            for (square, sum) in row.chunks_exact(scale * 3).zip(sums.chunks_exact_mut(3)) {
                for pixel in square.chunks_exact(3) {
                    (0..3).for_each(|channel| sum[channel] += u16::from(pixel[channel]));
                }
            }
        }
        rgb.extend(sums.iter().map(|sum| (sum / (FINE * FINE) as u16) as u8));
    }
    rgb
}

/// Drawing into memory fails only when plotters itself is at fault.
fn drawing(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("drawing the picture: {error}")
}

/// A length in fine pixels.
fn fine(length: f64) -> i32 {
    (length * f64::from(FINE)).round() as i32
}

impl Canvas<'_> {
    /// Fills a rectangle.
    pub fn fill(&self, area: Area, colour: Colour) -> Result<()> {
        self.fill_exact(area.left.into(), area.top.into(), area.right.into(), area.bottom.into(), colour)
    }

    /// Fills a rectangle with edges between pixels.
    pub fn fill_exact(&self, left: f64, top: f64, right: f64, bottom: f64, colour: Colour) -> Result<()> {
        // plotters counts the last row and column in.
        let corners = [(fine(left), fine(top)), (fine(right) - 1, fine(bottom) - 1)];
        self.area.draw(&Rectangle::new(corners, colour.filled())).map_err(drawing)
    }

    /// Draws a line through points, with round corners; it is broken where a point is not finite.
    pub fn line(
        &self,
        points: impl IntoIterator<Item = (f64, f64)>,
        width: f64,
        colour: Colour,
    ) -> Result<()> {
        let width = fine(width).max(1) as u32;
        let mut last: Option<(i32, i32)> = None;
        for (x, y) in points {
            if !(x.is_finite() && y.is_finite()) {
                last = None;
                continue;
            }
            let point = (fine(x), fine(y));
            if last == Some(point) {
                continue;
            }
            if let Some(last) = last {
                self.area
                    .draw(&PathElement::new([last, point], colour.stroke_width(width)))
                    .map_err(drawing)?;
            }
            self.area.draw(&Circle::new(point, width / 2, colour.filled())).map_err(drawing)?;
            last = Some(point);
        }
        Ok(())
    }

    /// Writes a text whose middle height is `y`; returns its width.
    pub fn text(&self, at: (f64, f64), text: &str, font: Font, align: Align, colour: Colour) -> Result<f64> {
        let size = font.size();
        let style = (FAMILY, size * f64::from(FINE)).into_font();
        let (width, _) = style.box_size(text).map_err(drawing)?;
        let horizontal = match align {
            Align::Left => HPos::Left,
            Align::Centre => HPos::Center,
            Align::Right => HPos::Right,
        };
        // plotters puts the baseline half the font's size below the top of its box; letters are about half as
        // high as the font.
        let top = (fine(at.0), fine(at.1 - size * 0.27));
        let style = style.color(&colour).pos(Pos::new(horizontal, VPos::Top));
        self.area.draw(&Text::new(text.to_owned(), top, style)).map_err(drawing)?;
        Ok(f64::from(width) / f64::from(FINE))
    }

    /// Writes what the picture shows at its top.
    pub fn header(&self, title: &str) -> Result<()> {
        let at = (f64::from(super::GAP) + 4.0, f64::from(super::HEADER) / 2.0 + 2.0);
        self.text(at, title, Font::Title, Align::Left, TEXT).map(|_| ())
    }

    /// Names of colours, from the right edge of a line of text to the left.
    pub fn legend(&self, right: f64, y: f64, entries: &[(&str, Colour)]) -> Result<()> {
        let mut x = right;
        for (name, colour) in entries.iter().rev() {
            x -= self.text((x, y), name, Font::Words, Align::Right, MUTED)? + 7.0;
            self.fill_exact(x - 12.0, y - 5.0, x, y + 5.0, *colour)?;
            x -= 12.0 + 18.0;
        }
        Ok(())
    }
}
