//! One chart: a panel with title, unit, grid, numbers along both axes, and curves.

use anyhow::Result;

use super::axis::{Range, label};
use super::canvas::{Align, Area, Canvas, Colour, Font, LINE, MUTED, PANEL, TEXT};

/// What a chart shows along its edges.
pub(super) struct Chart<'a> {
    /// The quantity.
    pub title: &'a str,
    /// Its unit; empty for numbers without.
    pub unit: &'a str,
    /// Name and unit of the horizontal axis, `time, s`.
    pub x_name: &'a str,
    /// How numbers along the horizontal axis are written: value and distance between them.
    pub x_label: fn(f64, f64) -> String,
    /// What the horizontal axis shows.
    pub x: Range,
    /// What the vertical axis shows.
    pub y: Range,
}

/// A chart whose frame is drawn and which takes curves.
pub(super) struct Frame {
    plot: Area,
    x: Range,
    y: Range,
}

/// The horizontal axis of most charts.
pub(super) const TIME: &str = "time, s";

impl Chart<'_> {
    /// Draws everything but the curves into an area.
    pub fn draw(&self, canvas: &Canvas<'_>, area: Area) -> Result<Frame> {
        let (ticks, step) = self.y.ticks((area.height() / 38).clamp(2, 8) as usize);
        let y: Vec<(f64, String)> = ticks.into_iter().map(|tick| (tick, label(tick, step))).collect();
        // as wide as the plot will be
        let (ticks, step) = self.x.ticks(((area.width() - 68) / 64).clamp(2, 10) as usize);
        let x: Vec<(f64, String)> =
            ticks.into_iter().map(|tick| (tick, (self.x_label)(tick, step))).collect();
        self.draw_with(canvas, area, [&x, &y])
    }

    /// As [`Self::draw`], with marks and their texts along both axes as given.
    pub fn draw_with(&self, canvas: &Canvas<'_>, area: Area, [x, y]: [&[(f64, String)]; 2]) -> Result<Frame> {
        canvas.fill(area, PANEL)?;
        // Digits are all of one width.
        let widest = y.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(1).max(4) as i32;
        let plot = Area {
            left: area.left + 20 + 8 * widest,
            top: area.top + 42,
            right: area.right - 16,
            bottom: area.bottom - 46,
        };
        let frame = Frame { plot, x: self.x, y: self.y };
        let line = f64::from(area.top) + 21.0;
        let start = f64::from(area.left) + 12.0;
        let used = canvas.text((start, line), self.title, Font::Words, Align::Left, TEXT)?;
        canvas.text((start + used + 10.0, line), self.unit, Font::Words, Align::Left, MUTED)?;

        for (tick, text) in y {
            let y = frame.y_pixel(*tick);
            canvas.fill_exact(plot.left.into(), y - 0.5, plot.right.into(), y + 0.5, LINE)?;
            canvas.text((f64::from(plot.left) - 8.0, y), text, Font::Number, Align::Right, MUTED)?;
        }
        let under = f64::from(plot.bottom);
        for (tick, text) in x {
            let x = frame.x_pixel(*tick);
            canvas.fill_exact(x - 0.5, under, x + 0.5, under + 4.0, LINE)?;
            canvas.text((x, under + 14.0), text, Font::Number, Align::Centre, MUTED)?;
        }
        canvas.text((f64::from(plot.right), under + 34.0), self.x_name, Font::Words, Align::Right, MUTED)?;
        Ok(frame)
    }
}

impl Frame {
    /// Horizontal pixel of a value.
    pub fn x_pixel(&self, value: f64) -> f64 {
        f64::from(self.plot.left) + self.x.share(value) * f64::from(self.plot.width())
    }

    /// Vertical pixel of a value.
    pub fn y_pixel(&self, value: f64) -> f64 {
        f64::from(self.plot.bottom) - self.y.share(value) * f64::from(self.plot.height())
    }

    /// Draws a curve.
    pub fn curve(
        &self,
        canvas: &Canvas<'_>,
        points: impl IntoIterator<Item = (f64, f64)>,
        width: f64,
        colour: Colour,
    ) -> Result<()> {
        let pixels = points.into_iter().map(|(x, y)| (self.x_pixel(x), self.y_pixel(y)));
        canvas.line(pixels, width, colour)
    }

    /// Writes what there is to say when there is no curve.
    pub fn note(&self, canvas: &Canvas<'_>, text: &str) -> Result<()> {
        let middle = (
            f64::from(self.plot.left + self.plot.right) / 2.0,
            f64::from(self.plot.top + self.plot.bottom) / 2.0,
        );
        canvas.text(middle, text, Font::Words, Align::Centre, MUTED).map(|_| ())
    }
}
