//! A GIF with one palette in which a frame stores only what changed: the smallest rectangle around it, and inside that
//! "as before" for pixels that stayed.
use super::frame::Frame;
use super::palette::{COLORS, Palette, distance};
use gif::{DisposalMethod, Encoder, Repeat};
use std::borrow::Cow;
use std::io::Write;

/// Frames wait until they fill this many bytes; the palette is chosen from all of them. Enough for half a minute of an
/// ordinary film.
const PALETTE_BYTES: usize = 256 << 20;
/// Entry that means "as before".
const SAME: u8 = COLORS as u8;
/// A pixel this near to what is shown already stays (weighted square of 8-bit steps); the eye does not see it move.
const TOLERANCE: i32 = 9 * 5 * 5;

/// Writes frames; the first ones wait until the palette is chosen.
pub(super) struct GifWriter<W: Write> {
    out: Option<W>,
    early: Vec<Frame>,
    early_bytes: usize,
    film: Option<Film<W>>,
    fps: u32,
}

struct Film<W: Write> {
    encoder: Encoder<W>,
    palette: Palette,
    shown: Vec<u8>,
    written: u32,
    fps: u32,
}

impl<W: Write> GifWriter<W> {
    /// A film of `fps` frames per second.
    pub fn new(out: W, fps: u32) -> Self {
        Self { out: Some(out), early: Vec::new(), early_bytes: 0, film: None, fps }
    }

    /// Adds a frame.
    pub fn push(&mut self, frame: Frame) -> anyhow::Result<()> {
        if let Some(film) = &mut self.film {
            return film.write(&frame);
        }
        self.early_bytes += frame.rgb.len();
        self.early.push(frame);
        if self.early_bytes >= PALETTE_BYTES { self.start() } else { Ok(()) }
    }

    /// Ends the film.
    pub fn finish(mut self) -> anyhow::Result<()> {
        if self.film.is_none() {
            self.start()?;
        }
        if let Some(film) = self.film {
            film.encoder.into_inner()?.flush()?;
        }
        Ok(())
    }

    fn start(&mut self) -> anyhow::Result<()> {
        let (Some(first), Some(out)) = (self.early.first(), self.out.take()) else {
            anyhow::bail!("a film needs at least one frame");
        };
        let palette = Palette::of(&self.early);
        let mut encoder = Encoder::new(out, first.width as u16, first.height as u16, &palette.bytes())?;
        encoder.set_repeat(Repeat::Infinite)?;
        let mut film = Film { encoder, palette, shown: Vec::new(), written: 0, fps: self.fps };
        for frame in self.early.drain(..) {
            film.write(&frame)?;
        }
        self.film = Some(film);
        Ok(())
    }
}

impl<W: Write> Film<W> {
    fn write(&mut self, frame: &Frame) -> anyhow::Result<()> {
        let width = frame.width as usize;
        let entries = self.entries(frame, width);
        let area = Area::of_changes(&entries, width);
        let buffer: Vec<u8> =
            area.rows().flat_map(|row| &entries[row * width..][area.columns()]).copied().collect();
        self.encoder.write_frame(&gif::Frame {
            delay: delay(self.written, self.fps),
            dispose: DisposalMethod::Keep,
            transparent: Some(SAME),
            left: area.left as u16,
            top: area.top as u16,
            width: area.columns().len() as u16,
            height: area.rows().len() as u16,
            buffer: Cow::Owned(buffer),
            ..gif::Frame::default()
        })?;
        self.written += 1;
        Ok(())
    }

    /// Palette entries of a frame, [`SAME`] where what is shown may stay; remembers what is shown then.
    fn entries(&mut self, frame: &Frame, width: usize) -> Vec<u8> {
        let is_first = self.shown.is_empty();
        self.shown.resize(frame.rgb.len() / 3, 0);
        let pixels = frame.rgb.as_chunks::<3>().0;
        let mut entries = vec![SAME; pixels.len()];
        for (i, (&rgb, entry)) in pixels.iter().zip(&mut entries).enumerate() {
            let stays = !is_first && distance(self.palette.color(self.shown[i]), rgb) <= TOLERANCE;
            if !stays {
                *entry = self.palette.entry_at(rgb, i % width, i / width);
                self.shown[i] = *entry;
            }
        }
        entries
    }
}

/// Time to show a frame, in 10 ms; rounded so that the film as a whole keeps its speed.
fn delay(index: u32, fps: u32) -> u16 {
    let until = |frames: u32| (u64::from(frames) * 100 + u64::from(fps) / 2) / u64::from(fps);
    (until(index + 1) - until(index)) as u16
}

/// A rectangle of pixels, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Area {
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
}

impl Area {
    /// The smallest one around all changed pixels; one pixel if nothing changed.
    fn of_changes(entries: &[u8], width: usize) -> Self {
        let changed =
            entries.iter().enumerate().filter(|&(_, &e)| e != SAME).map(|(i, _)| (i % width, i / width));
        changed
            .map(|(x, y)| Self { left: x, right: x, top: y, bottom: y })
            .reduce(|a, b| Self {
                left: a.left.min(b.left),
                right: a.right.max(b.right),
                top: a.top.min(b.top),
                bottom: a.bottom.max(b.bottom),
            })
            .unwrap_or(Self { left: 0, right: 0, top: 0, bottom: 0 })
    }
    fn rows(self) -> std::ops::Range<usize> {
        self.top..self.bottom + 1
    }
    fn columns(self) -> std::ops::Range<usize> {
        self.left..self.right + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::AnimationDecoder;
    use std::io::Cursor;

    const SIZE: usize = 64;

    /// A bright square at column `x` on a dark gradient.
    fn square_at(x: usize) -> Frame {
        let rgb = (0..SIZE * SIZE)
            .flat_map(|i| {
                let (column, row) = (i % SIZE, i / SIZE);
                let inside = (x..x + 8).contains(&column) && (20..28).contains(&row);
                if inside { [240, 180, 80] } else { [row as u8, row as u8 + 10, 40] }
            })
            .collect();
        Frame { width: SIZE as u32, height: SIZE as u32, rgb }
    }

    fn film(frames: usize, step: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = GifWriter::new(&mut bytes, 25);
        (0..frames).for_each(|i| writer.push(square_at(i * step)).unwrap());
        writer.finish().unwrap();
        bytes
    }

    #[test]
    fn a_decoder_sees_every_frame_as_it_was() {
        let bytes = film(20, 2);
        let decoder = image::codecs::gif::GifDecoder::new(Cursor::new(bytes)).unwrap();
        let frames = decoder.into_frames().collect_frames().unwrap();
        assert_eq!(frames.len(), 20);
        for (index, frame) in frames.iter().enumerate() {
            let (expected, got) = (square_at(index * 2), frame.buffer());
            for (i, rgb) in expected.rgb.as_chunks::<3>().0.iter().enumerate() {
                let pixel = got.get_pixel((i % SIZE) as u32, (i / SIZE) as u32).0;
                let off = distance(*rgb, [pixel[0], pixel[1], pixel[2]]);
                assert!(off <= 2 * TOLERANCE, "frame {index}, pixel {i}: {rgb:?} became {pixel:?}");
            }
        }
    }

    #[test]
    fn frames_that_do_not_change_cost_next_to_nothing() {
        let (still, one) = (film(40, 0).len(), film(1, 0).len());
        assert!(still < one + 40 * 40, "{still} bytes for 40 frames, {one} for one");
    }

    #[test]
    fn delays_keep_the_speed_of_the_film() {
        assert!((0..100).all(|i| delay(i, 25) == 4));
        let total: u32 = (0..30).map(|i| u32::from(delay(i, 30))).sum();
        assert_eq!(total, 100);
    }

    #[test]
    fn a_film_without_frames_is_an_error() {
        let mut bytes = Vec::new();
        assert!(GifWriter::new(&mut bytes, 25).finish().is_err());
    }
}
