//! The encoders, each a function from frames to a file. What goes wrong leaves no half file behind.
use super::frame::Frame;
use super::gif_writer::GifWriter;
use anyhow::Context;
use std::ffi::OsStr;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The program that makes MP4 files.
const ENCODER: &str = "ffmpeg";

/// What kind of film a path asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Gif,
    /// Through this encoder.
    Mp4(PathBuf),
    PngFolder,
}

/// The format for a path, by its ending.
pub(super) fn format_of(path: &Path) -> anyhow::Result<Format> {
    format_with(path, mp4_encoder())
}

fn format_with(path: &Path, encoder: Option<PathBuf>) -> anyhow::Result<Format> {
    anyhow::ensure!(path.file_name().is_some(), "a film needs a file name, for example walk.gif");
    match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("gif") => Ok(Format::Gif),
        None | Some("png") => Ok(Format::PngFolder),
        Some("mp4") => encoder.map(Format::Mp4).with_context(|| {
            format!(
                "`{}`: MP4 needs the program `{ENCODER}`, and it is not installed (on Debian and Ubuntu: \
                 `apt install ffmpeg`); or take a file that ends in .gif",
                path.display()
            )
        }),
        Some(other) => anyhow::bail!(
            "`{}`: films of kind `.{other}` cannot be written; take a file that ends in .gif or .mp4, or a folder",
            path.display()
        ),
    }
}

/// The installed MP4 encoder.
pub(in crate::app) fn mp4_encoder() -> Option<PathBuf> {
    find_program(ENCODER, &std::env::var_os("PATH")?)
}

fn find_program(name: &str, folders: &OsStr) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(folders).map(|folder| folder.join(&name)).find(|path| path.is_file())
}

/// Writes all frames; returns the size in bytes. Fewer than `expected` frames are an error.
pub(super) fn encode(
    path: &Path,
    format: &Format,
    fps: u32,
    expected: Option<u32>,
    frames: impl Iterator<Item = Frame>,
) -> anyhow::Result<u64> {
    let whole = |partial: &Path, write: &mut dyn FnMut(&Path) -> anyhow::Result<u32>| {
        let written = write(partial).and_then(|count| check_count(count, expected));
        if let Err(error) = written {
            // what is left is half a film; should it not go away, the error at hand says more
            let _ = std::fs::remove_file(partial);
            return Err(error);
        }
        std::fs::rename(partial, path)?;
        Ok(std::fs::metadata(path)?.len())
    };
    let mut frames = frames;
    match format {
        Format::Gif => whole(&partial(path), &mut |file| write_gif(file, fps, &mut frames)),
        Format::Mp4(encoder) => whole(&partial(path), &mut |file| write_mp4(encoder, file, fps, &mut frames)),
        Format::PngFolder => {
            let (bytes, count) = write_folder(path, &mut frames)?;
            check_count(count, expected)?;
            Ok(bytes)
        }
    }
}

/// Fails early where nothing can be written.
pub(super) fn prepare(path: &Path, format: &Format) -> anyhow::Result<()> {
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
    }
    if *format == Format::PngFolder {
        let folder = path.with_extension("");
        std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        return Ok(());
    }
    let file = partial(path);
    std::fs::File::create(&file).map(drop).with_context(|| format!("creating {}", file.display()))
}

/// Where a film is while it grows.
fn partial(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    path.with_file_name(name)
}

fn check_count(count: u32, expected: Option<u32>) -> anyhow::Result<()> {
    anyhow::ensure!(count > 0, "a film needs at least one frame");
    let expected = expected.unwrap_or(count);
    anyhow::ensure!(count >= expected, "only {count} of {expected} frames came");
    Ok(())
}

fn write_gif(file: &Path, fps: u32, frames: &mut dyn Iterator<Item = Frame>) -> anyhow::Result<u32> {
    let out = std::fs::File::create(file).with_context(|| format!("creating {}", file.display()))?;
    let mut writer = GifWriter::new(BufWriter::new(out), fps);
    let mut count = 0;
    for frame in frames {
        writer.push(frame)?;
        count += 1;
    }
    writer.finish()?;
    Ok(count)
}

fn write_mp4(
    encoder: &Path,
    file: &Path,
    fps: u32,
    frames: &mut dyn Iterator<Item = Frame>,
) -> anyhow::Result<u32> {
    let mut running: Option<Child> = None;
    let mut count = 0;
    for frame in frames {
        let child = match &mut running {
            Some(child) => child,
            None => running.insert(start_mp4(encoder, file, fps, &frame)?),
        };
        let written = child.stdin.as_mut().map(|pipe| pipe.write_all(&frame.rgb));
        if !matches!(written, Some(Ok(()))) {
            break; // the encoder ended; it says why
        }
        count += 1;
    }
    let Some(mut child) = running else { return Ok(0) };
    drop(child.stdin.take());
    let mut complaint = String::new();
    if let Some(mut pipe) = child.stderr.take() {
        pipe.read_to_string(&mut complaint)?;
    }
    let status = child.wait()?;
    anyhow::ensure!(status.success(), "{ENCODER} gave up ({status}): {}", complaint.trim());
    Ok(count)
}

/// H.264 wants even sizes: an odd one gets a last black row or column.
fn start_mp4(encoder: &Path, file: &Path, fps: u32, frame: &Frame) -> anyhow::Result<Child> {
    Command::new(encoder)
        .args(["-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"])
        .args(["-s", &format!("{}x{}", frame.width, frame.height), "-r", &fps.to_string(), "-i", "-"])
        .args([
            "-vf",
            "pad=ceil(iw/2)*2:ceil(ih/2)*2",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            "-crf",
            "20",
        ])
        .args(["-movflags", "+faststart", "-f", "mp4"])
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting {}", encoder.display()))
}

fn write_folder(path: &Path, frames: &mut dyn Iterator<Item = Frame>) -> anyhow::Result<(u64, u32)> {
    let folder = path.with_extension("");
    let (mut bytes, mut count) = (0, 0);
    for frame in frames {
        let file = folder.join(format!("frame_{count:04}.png"));
        let saved = image::save_buffer(&file, &frame.rgb, frame.width, frame.height, image::ColorType::Rgb8);
        if let Err(error) = saved {
            // the pictures before it are whole and stay
            let _ = std::fs::remove_file(&file);
            return Err(error).with_context(|| format!("writing {}", file.display()));
        }
        bytes += std::fs::metadata(&file)?.len();
        count += 1;
    }
    Ok((bytes, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(count: u8) -> impl Iterator<Item = Frame> {
        (0..count).map(|i| Frame { width: 4, height: 2, rgb: [i * 20, 7, 9].repeat(8) })
    }

    #[test]
    fn the_ending_decides_the_format_and_an_mp4_needs_its_encoder() {
        assert_eq!(format_of(Path::new("a/walk.GIF")).unwrap(), Format::Gif);
        assert_eq!(format_of(Path::new("frames")).unwrap(), Format::PngFolder);
        let advice = format_with(Path::new("walk.mp4"), None).unwrap_err().to_string();
        assert!(advice.contains("apt install ffmpeg") && advice.contains(".gif"), "{advice}");
        assert!(format_of(Path::new("walk.avi")).unwrap_err().to_string().contains(".gif"));
        assert!(format_of(Path::new("/")).unwrap_err().to_string().contains("walk.gif"));
        let encoder = Some(PathBuf::from("/x/ffmpeg"));
        assert_eq!(format_with(Path::new("walk.mp4"), encoder.clone()).ok(), encoder.map(Format::Mp4));
    }

    #[test]
    fn a_program_is_found_in_the_first_folder_that_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let name = format!("gifmaker{}", std::env::consts::EXE_SUFFIX);
        std::fs::write(folder.path().join(&name), "").unwrap();
        let folders = std::env::join_paths([Path::new("/nowhere"), folder.path()]).unwrap();
        assert_eq!(find_program("gifmaker", &folders), Some(folder.path().join(name)));
        assert_eq!(find_program("othermaker", &folders), None);
    }

    #[test]
    fn a_film_with_missing_frames_is_no_film() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("walk.gif");
        let error = encode(&path, &Format::Gif, 20, Some(5), frames(3)).unwrap_err().to_string();
        assert!(error.contains("3 of 5"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "half a film is left");
        assert!(encode(&path, &Format::Gif, 20, None, frames(3)).unwrap() > 0);
        assert!(encode(&path, &Format::Gif, 20, None, frames(0)).is_err());
        assert!(path.exists(), "the film of before is untouched");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_no_half_film() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("walk.gif");
        let growing = partial(&path);
        std::os::unix::fs::symlink("/dev/full", &growing).unwrap();
        let error = format!("{:#}", encode(&path, &Format::Gif, 20, None, frames(3)).unwrap_err());
        assert!(error.to_lowercase().contains("no space"), "{error}");
        assert!(!path.exists() && growing.symlink_metadata().is_err());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_said_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        for (name, format) in [("walk.gif", Format::Gif), ("frames", Format::PngFolder)] {
            let error = prepare(&file.join(name), &format).unwrap_err();
            assert!(format!("{error:#}").contains("file"), "{error:#}");
        }
    }

    /// A stand-in that keeps what it is asked and given.
    #[cfg(unix)]
    fn encoder(folder: &Path, script: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.join("ffmpeg");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[cfg(unix)]
    #[test]
    fn an_mp4_encoder_gets_every_pixel_and_its_complaint_is_passed_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("walk.mp4");
        let program =
            encoder(folder.path(), "echo \"$@\" > \"${0}.asked\"\nfor last; do :; done\ncat > \"$last\"");
        assert_eq!(encode(&path, &Format::Mp4(program), 20, Some(3), frames(3)).unwrap(), 3 * 4 * 2 * 3);
        let asked = std::fs::read_to_string(folder.path().join("ffmpeg.asked")).unwrap();
        for part in ["-s 4x2", "-r 20", "libx264", "yuv420p", "rgb24"] {
            assert!(asked.contains(part), "{part} is not in {asked}");
        }
        assert_eq!(std::fs::read(&path).unwrap()[24], 20, "the second frame follows the first");

        let program = encoder(folder.path(), "echo 'no codec here' >&2; exit 3");
        let error = encode(&path, &Format::Mp4(program), 20, None, frames(3)).unwrap_err().to_string();
        assert!(error.contains("no codec here"), "{error}");
        assert!(!partial(&path).exists());
    }

    /// With the real encoder, where it is installed.
    #[test]
    fn a_real_mp4_is_written() {
        let Some(program) = mp4_encoder() else {
            println!("skipped: ffmpeg is not installed");
            return;
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("walk.mp4");
        let frames = (0..10).map(|i| Frame { width: 65, height: 33, rgb: [i * 20, 7, 9].repeat(65 * 33) });
        assert!(encode(&path, &Format::Mp4(program), 20, Some(10), frames).unwrap() > 500);
        assert_eq!(&std::fs::read(&path).unwrap()[4..8], b"ftyp");
    }
}
