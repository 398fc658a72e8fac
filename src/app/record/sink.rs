//! Where frames go: put into order, handed to an encoder on its own thread through a bounded channel. A slow encoder
//! slows the recording; no frame is ever dropped.
use super::encode::{encode, format_of, prepare};
use super::frame::Frame;
use bevy::prelude::{Image, Resource};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Frames that wait for the encoder, at most.
pub(super) const QUEUE: u32 = 8;

/// The end of the channel where frames go in.
#[derive(Resource)]
pub(super) struct Sink {
    // Only for `Sync`, which resources need; never contended.
    sender: Mutex<Option<SyncSender<Frame>>>,
    waiting: BTreeMap<u32, Frame>,
    next: u32,
    taken: Arc<AtomicU32>,
    trouble: Option<String>,
}

/// The end where the result comes out.
pub(super) struct Receipts {
    encoder: JoinHandle<anyhow::Result<u64>>,
}

impl Sink {
    /// Opens the file or folder and starts the encoder. Fewer than `frames`, if that is known, are an error in the
    /// end.
    pub fn open(path: &Path, fps: u32, frames: Option<u32>) -> anyhow::Result<(Self, Receipts)> {
        let format = format_of(path)?;
        prepare(path, &format)?;
        let (sender, receiver) = sync_channel(QUEUE as usize);
        let taken = Arc::new(AtomicU32::new(0));
        let (path, counter) = (path.to_owned(), taken.clone());
        let work = move || {
            let counted = receiver.iter().inspect(|_| {
                counter.fetch_add(1, Ordering::Relaxed);
            });
            encode(&path, &format, fps, frames, counted)
        };
        let encoder = std::thread::Builder::new().name("film encoder".into()).spawn(work)?;
        let sender = Mutex::new(Some(sender));
        Ok((Self { sender, waiting: BTreeMap::new(), next: 0, taken, trouble: None }, Receipts { encoder }))
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

    /// Frames that the encoder has taken.
    pub fn taken(&self) -> u32 {
        self.taken.load(Ordering::Relaxed)
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
    /// Whether the encoder has ended, so that `finish` does not wait.
    pub fn is_finished(&self) -> bool {
        self.encoder.is_finished()
    }
    /// Waits for the encoder; returns the bytes written.
    pub fn finish(self) -> anyhow::Result<u64> {
        self.encoder.join().map_err(|_| anyhow::anyhow!("the encoder panicked"))?
    }
}

fn to_frame(image: &Image) -> anyhow::Result<Frame> {
    let pixels = image.clone().try_into_dynamic()?.to_rgb8();
    Ok(Frame { width: pixels.width(), height: pixels.height(), rgb: pixels.into_raw() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_that_come_out_of_order_are_written_in_order() {
        use bevy::asset::RenderAssetUsages;
        use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
        let folder = tempfile::tempdir().unwrap();
        let (mut sink, receipts) = Sink::open(&folder.path().join("film"), 20, Some(3)).unwrap();
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
