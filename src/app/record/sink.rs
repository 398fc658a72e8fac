//! Where frames go: put into order, handed to an encoder on its own thread through a bounded channel. A slow encoder
//! slows the recording; no frame is ever dropped.
use super::RecordOptions;
use super::frame::Frame;
use super::gif_writer::GifWriter;
use anyhow::Context;
use bevy::prelude::{Image, Resource};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Frames that wait for the encoder, at most.
const QUEUE: usize = 8;

/// What kind of film a path asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Gif,
    PngFolder,
}

/// The format for a path, by its ending.
pub(super) fn format_of(path: &Path) -> anyhow::Result<Format> {
    match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("gif") => Ok(Format::Gif),
        None | Some("png") => Ok(Format::PngFolder),
        Some(other) => anyhow::bail!(
            "`{}`: films of kind `.{other}` cannot be written; take a file that ends in .gif, or a folder",
            path.display()
        ),
    }
}

/// The end of the channel where frames go in.
#[derive(Resource)]
pub(super) struct Sink {
    // Only for `Sync`, which resources need; never contended.
    sender: Mutex<Option<SyncSender<Frame>>>,
    waiting: BTreeMap<u32, Frame>,
    next: u32,
    trouble: Option<String>,
}

/// The end where the result comes out.
pub(super) struct Receipts {
    encoder: JoinHandle<anyhow::Result<u64>>,
}

impl Sink {
    /// Opens the file or folder and starts the encoder.
    pub fn open(options: &RecordOptions, frames: u32) -> anyhow::Result<(Self, Receipts)> {
        let (sender, receiver) = sync_channel(QUEUE);
        let (path, fps) = (options.path.clone(), options.fps);
        let format = format_of(&path)?;
        if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
        }
        let work = move || match format {
            Format::Gif => write_gif(&path, fps, frames, &receiver),
            Format::PngFolder => write_folder(&path, &receiver),
        };
        let encoder = std::thread::Builder::new().name("film encoder".into()).spawn(work)?;
        let sink =
            Self { sender: Mutex::new(Some(sender)), waiting: BTreeMap::new(), next: 0, trouble: None };
        Ok((sink, Receipts { encoder }))
    }

    /// Takes the pixels of frame `index`, in whatever order they come.
    pub fn accept(&mut self, index: u32, image: &Image) {
        match to_frame(image) {
            Ok(frame) => drop(self.waiting.insert(index, frame)),
            Err(error) => self.trouble = Some(error.to_string()),
        }
        while let Some(frame) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.send(frame);
        }
    }

    fn send(&mut self, frame: Frame) {
        let sender = self.sender.get_mut().ok().and_then(|s| s.as_ref());
        if sender.is_none_or(|sender| sender.send(frame).is_err()) {
            self.trouble = Some("the encoder stopped".into());
        }
    }

    /// Frames that came in, in order.
    pub fn accepted(&self) -> u32 {
        self.next
    }

    /// Fails if a frame could not be used. When the encoder stopped, its own error says more.
    pub fn health(&self) -> anyhow::Result<()> {
        match &self.trouble {
            Some(trouble) => anyhow::bail!("{trouble}"),
            None => Ok(()),
        }
    }
}

impl Receipts {
    /// Waits for the encoder; returns the bytes written.
    pub fn finish(self) -> anyhow::Result<u64> {
        self.encoder.join().map_err(|_| anyhow::anyhow!("the encoder panicked"))?
    }
}

fn to_frame(image: &Image) -> anyhow::Result<Frame> {
    let pixels = image.clone().try_into_dynamic()?.to_rgb8();
    Ok(Frame { width: pixels.width(), height: pixels.height(), rgb: pixels.into_raw() })
}

fn write_gif(path: &Path, fps: u32, frames: u32, source: &Receiver<Frame>) -> anyhow::Result<u64> {
    let partial = path.with_extension("gif.partial");
    let file = std::fs::File::create(&partial).with_context(|| format!("creating {}", partial.display()))?;
    let mut writer = GifWriter::new(std::io::BufWriter::new(file), fps);
    let mut count = 0;
    for frame in source {
        writer.push(frame)?;
        count += 1;
    }
    writer.finish()?;
    if count < frames {
        std::fs::remove_file(&partial)?;
        anyhow::bail!("only {count} of {frames} frames came");
    }
    std::fs::rename(&partial, path)?;
    Ok(std::fs::metadata(path)?.len())
}

fn write_folder(path: &Path, source: &Receiver<Frame>) -> anyhow::Result<u64> {
    let folder: PathBuf = path.with_extension("");
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let mut bytes = 0;
    for (index, frame) in source.iter().enumerate() {
        let file = folder.join(format!("frame_{index:04}.png"));
        image::save_buffer(&file, &frame.rgb, frame.width, frame.height, image::ColorType::Rgb8)?;
        bytes += std::fs::metadata(&file)?.len();
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_decides_the_format() {
        assert_eq!(format_of(Path::new("a/walk.GIF")).unwrap(), Format::Gif);
        assert_eq!(format_of(Path::new("frames")).unwrap(), Format::PngFolder);
        assert!(format_of(Path::new("walk.mp4")).unwrap_err().to_string().contains(".gif"));
    }

    #[test]
    fn frames_that_come_out_of_order_are_written_in_order() {
        use bevy::asset::RenderAssetUsages;
        use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
        let folder = tempfile::tempdir().unwrap();
        let options = RecordOptions { path: folder.path().join("film"), ..RecordOptions::default() };
        let (mut sink, receipts) = Sink::open(&options, 3).unwrap();
        let frame = |red: u8| {
            let size = Extent3d { width: 4, height: 2, depth_or_array_layers: 1 };
            let pixel = [red, 0, 0, 255];
            let format = TextureFormat::Rgba8UnormSrgb;
            Image::new_fill(size, TextureDimension::D2, &pixel, format, RenderAssetUsages::MAIN_WORLD)
        };
        for index in [1, 0, 2] {
            sink.accept(index, &frame(index as u8 * 50));
        }
        assert_eq!(sink.accepted(), 3);
        drop(sink);
        assert!(receipts.finish().unwrap() > 0);
        for index in 0..3_u8 {
            let path = folder.path().join(format!("film/frame_{index:04}.png"));
            assert_eq!(image::open(path).unwrap().to_rgb8().get_pixel(3, 1).0[0], index * 50);
        }
    }
}
