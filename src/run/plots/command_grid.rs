//! Which commands a curriculum opened, and how well they were followed.

use std::path::Path;

use anyhow::Result;

use super::canvas::{self, Align, Area, BLUE, Canvas, Colour, Font, GREEN, LINE, MUTED, ORANGE, PANEL, TEXT};
use super::{GAP, HEADER, WIDTH};

/// A grid over forward velocity and yaw rate; cell `x + across[0] · y`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CommandGrid {
    /// Reach, m/s.
    pub lin_vel_x: [f64; 2],
    /// Reach, rad/s.
    pub yaw_rate: [f64; 2],
    /// Cells along both.
    pub across: [usize; 2],
    /// Which are open.
    pub open: Vec<bool>,
    /// How well commands were followed when last judged, 0 to 1.
    pub followed: Vec<Option<f64>>,
    /// The iteration that opened a cell; none for those that were open from the start.
    pub opened: Vec<Option<u64>>,
}

const HEIGHT: i32 = 720;
/// Names of a colour scale's ends.
type Scale<'a> = (&'a str, &'a str, Colour);

/// Draws two maps: how well each command was followed, and when it was opened.
///
/// # Errors
/// When the picture cannot be saved.
pub fn command_grid(grid: &CommandGrid, picture: &Path) -> Result<()> {
    canvas::save(picture, WIDTH, HEIGHT as u32, |canvas| {
        let open = grid.open.iter().filter(|o| **o).count();
        canvas.header(&format!("Commands: {open} of {} cells are open", grid.open.len()))?;
        let all = Area { left: GAP, top: HEADER, right: WIDTH as i32 - GAP, bottom: HEIGHT - GAP };
        let cells = all.grid(2, 1, GAP);
        let newest = grid.opened.iter().flatten().max().copied().unwrap_or(0);
        let when = |cell: usize| {
            let at = grid.opened.get(cell).copied().flatten().unwrap_or(0) as f64;
            Some(1.0 - 0.85 * at / newest.max(1) as f64)
        };
        let newest = format!("iteration {newest}");
        let followed = |cell: usize| grid.followed.get(cell).copied().flatten();
        map(canvas, cells[0], "how well it is followed", ("0", "1", GREEN), grid, followed)?;
        map(canvas, cells[1], "when it was opened", (&newest, "from the start", BLUE), grid, when)
    })
}

fn map(
    canvas: &Canvas<'_>,
    area: Area,
    title: &str,
    (low, high, colour): Scale<'_>,
    grid: &CommandGrid,
    share: impl Fn(usize) -> Option<f64>,
) -> Result<()> {
    canvas.fill(area, PANEL)?;
    let (left, right) = (f64::from(area.left), f64::from(area.right));
    canvas.text((left + 14.0, f64::from(area.top) + 20.0), title, Font::Words, Align::Left, TEXT)?;
    let (x0, x1) = (left + 64.0, right - 20.0);
    let (y0, y1) = (f64::from(area.top) + 44.0, f64::from(area.bottom) - 96.0);
    let [nx, ny] = grid.across.map(|n| n.max(1));
    let at = |i: usize, n: usize, a: f64, b: f64| a + (b - a) * i as f64 / n as f64;
    for cell in 0..nx * ny {
        let (i, j) = (cell % nx, cell / nx);
        let inset = 1.0;
        let (a, b) = (at(i, nx, x0, x1) + inset, at(i + 1, nx, x0, x1) - inset);
        // upwards is faster to the left
        let (c, d) = (at(j + 1, ny, y1, y0) + inset, at(j, ny, y1, y0) - inset);
        let is_open = grid.open.get(cell).copied().unwrap_or(false);
        let fill = match share(cell).filter(|_| is_open) {
            Some(s) => canvas::faint(colour, 0.15 + 0.85 * s.clamp(0.0, 1.0)),
            None if is_open => canvas::faint(ORANGE, 0.25),
            None => canvas::faint(LINE, 0.5),
        };
        canvas.fill_exact(a, c, b, d, fill)?;
    }
    let number = |at: (f64, f64), value: f64, align| {
        let text = format!("{value:.2}");
        canvas
            .text(at, text.trim_end_matches('0').trim_end_matches('.'), Font::Number, align, MUTED)
            .map(|_| ())
    };
    for k in 0..=4_usize {
        let s = k as f64 / 4.0;
        let of = |[a, b]: [f64; 2]| a + (b - a) * s;
        number((x0 + (x1 - x0) * s, y1 + 14.0), of(grid.lin_vel_x), Align::Centre)?;
        number((x0 - 8.0, y1 + (y0 - y1) * s), of(grid.yaw_rate), Align::Right)?;
    }
    let x = (x0 + x1) / 2.0;
    canvas.text(
        (x, y1 + 36.0),
        "forward velocity, m/s; upwards: yaw rate, rad/s",
        Font::Words,
        Align::Centre,
        MUTED,
    )?;
    // the scale
    let y = f64::from(area.bottom) - 26.0;
    let (a, b) = (x - 90.0, x + 90.0);
    for k in 0..60 {
        let s = f64::from(k) / 60.0;
        let from = a + (b - a) * s;
        canvas.fill_exact(from, y - 6.0, from + 3.0, y + 6.0, canvas::faint(colour, 0.15 + 0.85 * s))?;
    }
    canvas.text((a - 8.0, y), low, Font::Number, Align::Right, MUTED)?;
    canvas.text((b + 8.0, y), high, Font::Number, Align::Left, MUTED).map(|_| ())
}
