//! TensorBoard event files, written by hand: about one page of format needs no dependency.
//!
//! An event file is a row of TFRecords; each holds one `Event` message in protobuf encoding.
//!
//! | part | bytes |
//! |---|---|
//! | TFRecord | length `u64` · masked CRC of the length `u32` · data · masked CRC of the data `u32`, little endian |
//! | `Event` | 1 `wall_time` double · 2 `step` int64 · 3 `file_version` string · 5 `summary` · 7 `session_log` |
//! | `Summary` | 1 `value`, repeated: 1 `tag` string · 2 `simple_value` float |
//! | `SessionLog` | 1 `status`: 1 = start; events of earlier files from that step on are dropped by the reader |
//!
//! Source: `tensorflow/core/util/event.proto`, `framework/summary.proto`, `lib/io/record_writer.cc`.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Appends scalars to one event file.
#[derive(Debug)]
pub struct EventWriter {
    file: BufWriter<File>,
    path: PathBuf,
}

impl EventWriter {
    /// Starts a new event file in a folder. With `resumed_at`, TensorBoard forgets what earlier files of the
    /// folder say about that step and later ones.
    ///
    /// # Errors
    /// When the file cannot be made or written.
    pub fn create(folder: &Path, resumed_at: Option<u64>) -> io::Result<Self> {
        let now = wall_time();
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = if host.trim().is_empty() { "localhost" } else { host.trim() };
        // The reader takes files in the order of their names; ten digits sort as numbers until the year 2286.
        // Nanoseconds keep two writers of one process and one second apart.
        let name = |extra: u32| {
            format!("events.out.tfevents.{:010}.{host}.{}.{extra:09}", now as u64, std::process::id())
        };
        let mut extra = (now.fract() * 1e9) as u32;
        let (file, path) = loop {
            let path = folder.join(name(extra));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => extra += 1,
                opened => break (opened?, path),
            }
        };
        let mut writer = Self { file: BufWriter::new(file), path };
        let mut version = event(now, 0);
        put_bytes(&mut version, 3, b"brain.Event:2");
        writer.record(&version)?;
        if let Some(step) = resumed_at {
            let mut start = event(now, step);
            // SessionLog { status: START }.
            put_bytes(&mut start, 7, &[1 << 3, 1]);
            writer.record(&start)?;
        }
        writer.flush()?;
        Ok(writer)
    }

    /// Path of the event file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the scalars of one step as one event.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn scalars<'a>(
        &mut self,
        step: u64,
        values: impl IntoIterator<Item = (&'a str, f64)>,
    ) -> io::Result<()> {
        let mut summary = Vec::new();
        for (tag, value) in values {
            let mut entry = Vec::with_capacity(tag.len() + 8);
            put_bytes(&mut entry, 1, tag.as_bytes());
            entry.push((2 << 3) | FIXED32);
            entry.extend((value as f32).to_le_bytes());
            put_bytes(&mut summary, 1, &entry);
        }
        let mut message = event(wall_time(), step);
        put_bytes(&mut message, 5, &summary);
        self.record(&message)
    }

    /// Hands everything to the operating system, so that a reader sees it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    fn record(&mut self, data: &[u8]) -> io::Result<()> {
        let length = (data.len() as u64).to_le_bytes();
        self.file.write_all(&length)?;
        self.file.write_all(&masked_crc(&length).to_le_bytes())?;
        self.file.write_all(data)?;
        self.file.write_all(&masked_crc(data).to_le_bytes())
    }
}

/// Seconds since 1970.
fn wall_time() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64())
}

// Protobuf wire types.
const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const BYTES: u8 = 2;
const FIXED32: u8 = 5;

/// The start of an `Event`: when and at which step.
fn event(wall_time: f64, step: u64) -> Vec<u8> {
    let mut message = vec![(1 << 3) | FIXED64];
    message.extend(wall_time.to_le_bytes());
    message.push((2 << 3) | VARINT);
    put_varint(&mut message, step);
    message
}

fn put_bytes(message: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    message.push((field << 3) | BYTES);
    put_varint(message, bytes.len() as u64);
    message.extend(bytes);
}

/// Seven bits per byte, lowest first, the top bit says that more follow.
fn put_varint(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push(value as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}

/// CRC-32C (Castagnoli), reflected polynomial 0x82F63B78.
fn crc32c(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            let mut crc = byte as u32;
            let mut bit = 0;
            while bit < 8 {
                crc = (crc >> 1) ^ if crc & 1 == 1 { 0x82F6_3B78 } else { 0 };
                bit += 1;
            }
            table[byte] = crc;
            byte += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |crc: u32, &byte| (crc >> 8) ^ TABLE[((crc ^ u32::from(byte)) & 0xFF) as usize])
}

/// TFRecord's masked checksum: a CRC of data that contains CRCs would be weak, so it is rotated and shifted.
fn masked_crc(bytes: &[u8]) -> u32 {
    crc32c(bytes).rotate_right(15).wrapping_add(0xA282_EAD8)
}

#[cfg(test)]
#[path = "tensorboard_tests.rs"]
mod tests;
