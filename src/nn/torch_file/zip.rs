//! The zip archive around a checkpoint: entries that are stored, not compressed, as PyTorch writes them.
use super::error::TorchFileError;
use std::collections::BTreeMap;

/// Entries by name, borrowed from the file.
#[derive(Debug)]
pub(super) struct Archive<'a> {
    entries: BTreeMap<&'a str, Entry<'a>>,
}

#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    content: &'a [u8],
    checksum: u32,
    is_stored: bool,
}

fn damaged<T>(why: impl Into<String>) -> Result<T, TorchFileError> {
    Err(TorchFileError::Damaged(why.into()))
}

/// Little-endian numbers at a place of the file.
fn two(file: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(*file.get(at..)?.first_chunk()?)))
}
fn four(file: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*file.get(at..)?.first_chunk()?))
}

impl<'a> Archive<'a> {
    /// Lists a file's entries.
    pub fn open(file: &'a [u8]) -> Result<Self, TorchFileError> {
        if !file.starts_with(b"PK") {
            return Err(other_kind(file));
        }
        // the list's end: 22 bytes and a comment of at most 65535
        let first = file.len().saturating_sub(22 + 65535);
        let end = file[first..].windows(4).rposition(|w| w == b"PK\x05\x06").map(|i| first + i);
        let Some(end) = end else {
            return damaged("the list of its parts, which stands at the end, is missing; was it cut off?");
        };
        let list = || Some((two(file, end + 10)?, four(file, end + 16)? as usize));
        let Some((count, mut at)) = list() else { return damaged("the end of the archive is cut off") };
        if count == 0xffff || at == 0xffff_ffff {
            return Err(TorchFileError::TooLarge("an archive of more than 4 GB".into()));
        }
        let mut entries = BTreeMap::new();
        for index in 0..count {
            let Some((name, entry, next)) = entry(file, at)? else {
                return damaged(format!("part {index} of {count} lies outside of the file"));
            };
            entries.insert(name, entry);
            at = next;
        }
        Ok(Self { entries })
    }

    /// The content of an entry below the archive's only folder.
    pub fn read(&self, name: &str) -> Result<&'a [u8], TorchFileError> {
        let found =
            self.entries.iter().find(|(path, _)| path.split_once('/').is_some_and(|(_, rest)| rest == name));
        let Some((path, entry)) = found else { return damaged(format!("its part `{name}` is missing")) };
        if !entry.is_stored {
            return damaged(format!(
                "its part `{path}` is compressed, which PyTorch never does; save it again with torch.save"
            ));
        }
        match checksum(entry.content) == entry.checksum {
            true => Ok(entry.content),
            false => damaged(format!("the checksum of `{path}` is wrong")),
        }
    }

    /// Whether there is such an entry below the archive's only folder.
    pub fn has(&self, name: &str) -> bool {
        self.entries.keys().any(|path| path.split_once('/').is_some_and(|(_, rest)| rest == name))
    }
}

/// An entry of the list at `at`, with its name and where the next one begins; none where the file ends before.
fn entry(file: &[u8], at: usize) -> Result<Option<(&str, Entry<'_>, usize)>, TorchFileError> {
    let read = || {
        if file.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
            return None;
        }
        let (method, checksum) = (two(file, at + 10)?, four(file, at + 16)?);
        let (packed, size, start) =
            (four(file, at + 20)?, four(file, at + 24)?, four(file, at + 42)? as usize);
        let (name, extra, comment) = (two(file, at + 28)?, two(file, at + 30)?, two(file, at + 32)?);
        let next = at + 46 + name + extra + comment;
        let name = file.get(at + 46..at + 46 + name)?;
        // the same entry's own header: its name and extra fields may differ in length
        if file.get(start..start.checked_add(4)?)? != b"PK\x03\x04" {
            return None;
        }
        let data = start + 30 + two(file, start + 26)? + two(file, start + 28)?;
        let content = file.get(data..data.checked_add(packed as usize)?)?;
        let is_stored = method == 0 && packed == size;
        Some((name, Entry { content, checksum, is_stored }, next))
    };
    let Some((name, entry, next)) = read() else { return Ok(None) };
    match std::str::from_utf8(name) {
        Ok(name) => Ok(Some((name, entry, next))),
        Err(_) => damaged("the name of a part is not UTF-8"),
    }
}

fn other_kind(file: &[u8]) -> TorchFileError {
    let what = match file {
        [] => "an empty file",
        // the magic number of files before PyTorch 1.6
        [0x80, 2, 0x8a, 10, ..] => {
            "a checkpoint in the form of before PyTorch 1.6; load it with PyTorch and save it again"
        }
        [0x80, ..] => "a bare pickle; save it with torch.save",
        [0x1f, 0x8b, ..] => "a gzip file; unpack it first",
        _ => "no checkpoint of PyTorch: that is a zip archive",
    };
    TorchFileError::OtherKind(what.into())
}

/// CRC-32 as zip has it.
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut i = 0;
        while i < 256 {
            let (mut c, mut bit) = (i as u32, 0);
            while bit < 8 {
                c = if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 };
                bit += 1;
            }
            table[i] = c;
            i += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |c: u32, b| TABLE[((c ^ u32::from(*b)) & 0xff) as usize] ^ (c >> 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn other_files_are_called_by_their_name() {
        let text = |file: &[u8]| Archive::open(file).unwrap_err().to_string();
        assert!(text(b"").contains("empty"));
        assert!(text(&[0x80, 2, 0x8a, 10, 1]).contains("1.6"));
        assert!(text(b"(a: 3)").contains("zip archive"));
        assert!(text(b"PK\x03\x04 and no more").contains("cut off"));
    }
}
