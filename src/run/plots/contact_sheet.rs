//! Pictures beside each other, each with its name and a note.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use image::RgbImage;
use image::imageops::{FilterType, overlay, resize};

use super::canvas::{self, Align, Area, Canvas, Font, MUTED, PANEL, TEXT};
use super::{GAP, HEADER, WIDTH};

/// One picture of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// What it shows.
    pub title: String,
    /// What else there is to say of it, in a few words each.
    pub notes: Vec<String>,
    /// The picture; all of a sheet are drawn in the shape of the first one.
    pub picture: RgbImage,
}

/// Most pictures in a row.
const COLUMNS: usize = 5;
/// Height of a line of notes, pixels.
const LINE: i32 = 24;

/// Saves a sheet of pictures as PNG.
///
/// # Errors
/// When there are no pictures, or the sheet cannot be saved.
pub fn contact_sheet(title: &str, tiles: &[Tile], path: &Path) -> Result<()> {
    let first = tiles.first().context("there is nothing to put on the sheet")?;
    ensure!(first.picture.width() > 0 && first.picture.height() > 0, "the first picture is empty");
    let columns = tiles.len().min(COLUMNS);
    let rows = tiles.len().div_ceil(columns);
    let notes = tiles.iter().map(|t| t.notes.len()).max().unwrap_or(0) as i32;
    let below = LINE * (notes + 1) + 14;
    let width = (WIDTH as i32 - GAP) / columns as i32 - GAP;
    let tall = width * first.picture.height() as i32 / first.picture.width() as i32;
    let height = HEADER + (tall + below + GAP) * rows as i32;
    let all = Area { left: GAP, top: HEADER, right: WIDTH as i32 - GAP, bottom: height - GAP };
    let cells = all.grid(columns, rows, GAP);
    let rgb = canvas::render(WIDTH, height as u32, |canvas| {
        canvas.header(title)?;
        tiles.iter().zip(&cells).try_for_each(|(tile, cell)| write(canvas, tile, *cell, tall))
    })?;
    let mut sheet = RgbImage::from_raw(WIDTH, height as u32, rgb).context("the sheet is too large")?;
    for (tile, cell) in tiles.iter().zip(&cells) {
        let small = resize(&tile.picture, cell.width() as u32, tall as u32, FilterType::CatmullRom);
        overlay(&mut sheet, &small, cell.left.into(), cell.top.into());
    }
    canvas::save_pixels(path, &sheet, WIDTH, height as u32)
}

fn write(canvas: &Canvas<'_>, tile: &Tile, cell: Area, tall: i32) -> Result<()> {
    canvas.fill(cell, PANEL)?;
    let (x, mut y) = (f64::from(cell.left) + 10.0, f64::from(cell.top + tall) + 18.0);
    canvas.text((x, y), &tile.title, Font::Title, Align::Left, TEXT)?;
    for note in &tile.notes {
        y += f64::from(LINE);
        canvas.text((x, y), note, Font::Words, Align::Left, MUTED)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(name: &str, colour: [u8; 3]) -> Tile {
        let picture = RgbImage::from_pixel(30, 40, image::Rgb(colour));
        Tile { title: name.into(), notes: vec!["12 joints".into()], picture }
    }

    #[test]
    fn pictures_stand_in_rows_with_their_names_below() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sheet.png");
        let tiles: Vec<Tile> = (0..7).map(|i| tile("robot", [200, 30 * i, 0])).collect();
        contact_sheet("Robots", &tiles, &path).unwrap();
        let sheet = image::open(&path).unwrap().to_rgb8();
        assert_eq!(sheet.width(), WIDTH);
        let [x, y] = [(GAP + 50) as u32, (HEADER + 50) as u32];
        assert_eq!(sheet.get_pixel(x, y).0, [200, 0, 0]);
        let second_row = (sheet.height() + HEADER as u32 - GAP as u32) / 2 + 60;
        assert_eq!(sheet.get_pixel(x, second_row).0, [200, 150, 0]);
        let words = sheet.rows().flatten().filter(|p| p.0[0] > 120 && p.0[2] > 120).count();
        assert!(words > 500, "names are written: {words}");
        assert!(contact_sheet("Robots", &[], &path).is_err());
    }
}
