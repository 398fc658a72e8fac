//! Checkpoints: one file format for both learners, readable by every safetensors reader.
//!
//! A file holds named tensors and text. `ActorCritic` and `Ppo` write theirs under fixed names (see there), the run
//! adds what it needs, such as snapshots of environments as bytes. Saving is atomic: a save that is killed or runs
//! out of disk leaves the file of the same name whole. The same content gives the same bytes.
use safetensors::{Dtype, SafeTensorError, SafeTensors};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Key of the checksum among the file's texts.
const CHECKSUM: &str = "checksum";

/// One tensor.
#[derive(Clone, Debug, PartialEq)]
pub enum TensorData {
    /// Numbers, row by row.
    F32 {
        /// Sizes, outermost first.
        shape: Vec<usize>,
        /// All numbers.
        values: Vec<f32>,
    },
    /// A list of integers.
    U64(Vec<u64>),
    /// Bytes whose meaning only the writer knows.
    Bytes(Vec<u8>),
}

impl TensorData {
    /// A one-dimensional tensor.
    pub fn vector(values: Vec<f32>) -> Self {
        Self::F32 { shape: vec![values.len()], values }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::F32 { .. } => "F32",
            Self::U64(_) => "U64",
            Self::Bytes(_) => "U8",
        }
    }

    fn shape(&self) -> Vec<usize> {
        match self {
            Self::F32 { shape, .. } => shape.clone(),
            Self::U64(values) => vec![values.len()],
            Self::Bytes(bytes) => vec![bytes.len()],
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::F32 { values, .. } => values.iter().for_each(|x| out.extend_from_slice(&x.to_le_bytes())),
            Self::U64(values) => values.iter().for_each(|x| out.extend_from_slice(&x.to_le_bytes())),
            Self::Bytes(bytes) => out.extend_from_slice(bytes),
        }
    }
}

/// Why a checkpoint could not be written, read or used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file cannot be read.
    #[error("cannot read the checkpoint ({reason}): {}", path.display())]
    Read {
        /// What the system said.
        reason: std::io::Error,
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written; an older one of this name is untouched.
    #[error("cannot write the checkpoint ({reason}): {}", path.display())]
    Write {
        /// What the system said.
        reason: std::io::Error,
        /// The file.
        path: PathBuf,
    },
    /// Some other kind of file.
    #[error("not a checkpoint ({reason}): {}", path.display())]
    NotACheckpoint {
        /// How that shows.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The end is missing.
    #[error("the checkpoint is truncated ({reason}): {}", path.display())]
    Truncated {
        /// How that shows.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The content was changed after it was written.
    #[error("the checkpoint is corrupt ({reason}): {}", path.display())]
    Corrupt {
        /// How that shows.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// Read, but not what the program needs: everything wrong, one per line.
    #[error("the checkpoint does not fit:\n  {}", .0.join("\n  "))]
    Mismatch(Vec<String>),
}

/// Named tensors and text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checkpoint {
    /// Tensors by name.
    pub tensors: BTreeMap<String, TensorData>,
    /// Text by name.
    pub meta: BTreeMap<String, String>,
}

impl Checkpoint {
    /// The numbers of a one-dimensional tensor of known length.
    pub fn vector(&self, name: &str, len: usize) -> Result<&[f32], CheckpointError> {
        match self.tensors.get(name) {
            Some(TensorData::F32 { values, .. }) if values.len() == len => Ok(values),
            other => Err(CheckpointError::Mismatch(vec![unlike(name, other, &format!("{len} numbers"))])),
        }
    }

    /// The integers of a tensor of known length.
    pub fn integers(&self, name: &str, len: usize) -> Result<&[u64], CheckpointError> {
        match self.tensors.get(name) {
            Some(TensorData::U64(values)) if values.len() == len => Ok(values),
            other => Err(CheckpointError::Mismatch(vec![unlike(name, other, &format!("{len} integers"))])),
        }
    }

    /// Writes the file: first under another name in the same folder, then, when it is safely on the disk, renamed.
    pub fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        let bytes = self.to_bytes();
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.tmp", std::process::id()));
        let temporary = path.with_file_name(name);
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&temporary)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            drop(file);
            std::fs::rename(&temporary, path)?;
            // the rename itself must survive a power cut too; not every file system can do this
            if let Some(folder) = path.parent() {
                let _ = File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
                    .and_then(|f| f.sync_all());
            }
            Ok(())
        };
        write().map_err(|reason| {
            let _ = std::fs::remove_file(&temporary);
            CheckpointError::Write { reason, path: path.into() }
        })
    }

    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, CheckpointError> {
        let bytes =
            std::fs::read(path).map_err(|reason| CheckpointError::Read { reason, path: path.into() })?;
        Self::from_bytes(&bytes, path)
    }

    /// The content of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        // wide numbers first keeps every tensor aligned in the file
        let mut order: Vec<(&String, &TensorData)> = self.tensors.iter().collect();
        order.sort_by_key(|(_, t)| match t {
            TensorData::U64(_) => 0,
            TensorData::F32 { .. } => 1,
            TensorData::Bytes(_) => 2,
        });
        let mut data = Vec::new();
        let mut header = Map::new();
        for (name, tensor) in order {
            let start = data.len();
            tensor.write(&mut data);
            let entry =
                json!({"dtype": tensor.kind(), "shape": tensor.shape(), "data_offsets": [start, data.len()]});
            header.insert(name.clone(), entry);
        }
        let mut meta: Map<String, Value> = self.meta.iter().map(|(k, v)| (k.clone(), json!(v))).collect();
        meta.insert(CHECKSUM.into(), json!(format!("{:016x}", checksum(&data))));
        header.insert("__metadata__".into(), Value::Object(meta));
        let mut text = Value::Object(header).to_string();
        while !text.len().is_multiple_of(8) {
            text.push(' ');
        }
        let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(text.as_bytes());
        bytes.extend_from_slice(&data);
        bytes
    }

    /// Reads the content of a file; `path` is for messages only.
    pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Self, CheckpointError> {
        let path = || path.to_path_buf();
        if bytes.first_chunk::<8>().is_none() {
            return Err(CheckpointError::Truncated {
                reason: format!("{} bytes", bytes.len()),
                path: path(),
            });
        }
        if bytes.get(8).is_some_and(|b| *b != b'{') {
            return Err(CheckpointError::NotACheckpoint {
                reason: "no safetensors header".into(),
                path: path(),
            });
        }
        let explain = |error: SafeTensorError| {
            let reason = error.to_string();
            match error {
                SafeTensorError::HeaderTooSmall
                | SafeTensorError::InvalidHeaderLength
                | SafeTensorError::MetadataIncompleteBuffer => {
                    CheckpointError::Truncated { reason, path: path() }
                }
                SafeTensorError::HeaderTooLarge => CheckpointError::NotACheckpoint { reason, path: path() },
                _ => CheckpointError::Corrupt { reason, path: path() },
            }
        };
        let file = SafeTensors::deserialize(bytes).map_err(explain)?;
        let (header, metadata) = SafeTensors::read_metadata(bytes).map_err(explain)?;
        let meta: BTreeMap<String, String> =
            metadata.metadata().clone().unwrap_or_default().into_iter().collect();
        let mut checkpoint = Self { tensors: BTreeMap::new(), meta };
        // a file of another program has none
        if let Some(written) = checkpoint.meta.remove(CHECKSUM)
            && written != format!("{:016x}", checksum(&bytes[8 + header..]))
        {
            let reason = "its numbers do not match their checksum".into();
            return Err(CheckpointError::Corrupt { reason, path: path() });
        }
        for (name, view) in file.iter() {
            let data = view.data();
            let tensor = match view.dtype() {
                Dtype::F32 => TensorData::F32 {
                    shape: view.shape().to_vec(),
                    values: data.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
                },
                Dtype::U64 => {
                    TensorData::U64(data.as_chunks::<8>().0.iter().map(|b| u64::from_le_bytes(*b)).collect())
                }
                Dtype::U8 => TensorData::Bytes(data.to_vec()),
                other => {
                    let reason = format!("tensor {name} is of type {other:?}, which gaitlab does not write");
                    return Err(CheckpointError::NotACheckpoint { reason, path: path() });
                }
            };
            checkpoint.tensors.insert(name.to_owned(), tensor);
        }
        Ok(checkpoint)
    }
}

/// What is wrong with a tensor that is missing or not as wanted.
pub(super) fn unlike(name: &str, found: Option<&TensorData>, wanted: &str) -> String {
    match found {
        None => format!("{name}: missing, {wanted} expected"),
        Some(tensor) => format!("{name}: file has {} {:?}, {wanted} expected", tensor.kind(), tensor.shape()),
    }
}

/// FNV-1a over 64-bit words; the last one is filled with zeros.
fn checksum(data: &[u8]) -> u64 {
    let (words, tail) = data.as_chunks::<8>();
    let mut last = [0; 8];
    last[..tail.len()].copy_from_slice(tail);
    let mix = |hash: u64, word: &[u8; 8]| {
        (hash ^ u64::from_le_bytes(*word)).wrapping_mul(0x100_0000_01b3).rotate_left(23)
    };
    mix(words.iter().fold(0xcbf2_9ce4_8422_2325, mix), &last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(x: f32) -> Checkpoint {
        let mut c = Checkpoint::default();
        c.tensors.insert(
            "weight".into(),
            TensorData::F32 { shape: vec![2, 3], values: vec![x, 1.0, -2.5, f32::MIN, 0.0, 7.0] },
        );
        c.tensors.insert("state".into(), TensorData::U64(vec![u64::MAX, 3]));
        c.tensors.insert("snapshot".into(), TensorData::Bytes(vec![1, 2, 3]));
        c.meta.insert("task".into(), "a1 \"flat\"\n".into());
        c
    }

    fn failure(bytes: &[u8]) -> String {
        Checkpoint::from_bytes(bytes, Path::new("runs/model.safetensors")).unwrap_err().to_string()
    }

    #[test]
    fn a_saved_checkpoint_reads_back_the_same_and_has_the_same_bytes_every_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        example(0.5).save(&path).unwrap();
        assert_eq!(Checkpoint::load(&path).unwrap(), example(0.5));
        assert_eq!(example(0.5).to_bytes(), Checkpoint::load(&path).unwrap().to_bytes());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a temporary file was left");
    }

    #[test]
    fn other_programs_can_read_the_file() {
        let bytes = example(0.5).to_bytes();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(file.tensor("weight").unwrap().shape(), [2, 3]);
        let (header, _) = SafeTensors::read_metadata(&bytes).unwrap();
        assert_eq!((8 + header) % 8, 0, "data must be aligned");
    }

    #[test]
    fn every_truncation_is_refused() {
        let bytes = example(0.5).to_bytes();
        for len in 0..bytes.len() {
            let message = failure(&bytes[..len]);
            assert!(
                message.contains("truncated") && message.ends_with("runs/model.safetensors"),
                "{len}: {message}"
            );
        }
    }

    #[test]
    fn changed_numbers_and_foreign_files_are_refused() {
        let mut bytes = example(0.5).to_bytes();
        let last = bytes.len() - 1;
        bytes[last - 5] ^= 1;
        assert!(failure(&bytes).contains("corrupt"), "{}", failure(&bytes));
        assert!(failure(b"PK\x03\x04 a zip file").contains("not a checkpoint"));
        assert!(failure(b"(kind: \"task\", value: 3)").contains("not a checkpoint"));
    }

    #[test]
    fn a_save_that_fails_leaves_the_old_file_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        example(0.5).save(&path).unwrap();
        // a folder in the place of the temporary file: the write fails before the rename
        let blocker = folder.path().join(format!("model.safetensors.{}.tmp", std::process::id()));
        std::fs::create_dir(&blocker).unwrap();
        let error = example(9.0).save(&path).unwrap_err().to_string();
        assert!(error.contains("cannot write") && error.ends_with("model.safetensors"), "{error}");
        assert_eq!(Checkpoint::load(&path).unwrap(), example(0.5));
        // a killed save leaves half a temporary file: the next one replaces it
        std::fs::remove_dir(&blocker).unwrap();
        std::fs::write(&blocker, &example(9.0).to_bytes()[..40]).unwrap();
        assert_eq!(Checkpoint::load(&path).unwrap(), example(0.5));
        example(2.0).save(&path).unwrap();
        assert_eq!(Checkpoint::load(&path).unwrap(), example(2.0));
        assert!(!blocker.exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_the_old_file_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        example(0.5).save(&path).unwrap();
        let temporary = folder.path().join(format!("model.safetensors.{}.tmp", std::process::id()));
        std::os::unix::fs::symlink("/dev/full", &temporary).unwrap();
        assert!(example(9.0).save(&path).is_err());
        assert_eq!(Checkpoint::load(&path).unwrap(), example(0.5));
    }
}
