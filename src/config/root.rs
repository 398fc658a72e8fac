//! Where the shipped files are.
use std::path::{Path, PathBuf};

/// Folder that holds `assets`, `configs` and `scenes`: `$GAITLAB_ROOT`, else the current folder if it looks like it,
/// else the folder the program was built in.
pub fn root() -> PathBuf {
    if let Some(r) = std::env::var_os("GAITLAB_ROOT") {
        return r.into();
    }
    let here = PathBuf::from(".");
    if here.join("configs/tasks").is_dir() && here.join("assets/robots").is_dir() {
        return here;
    }
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Names (without `.ron`) of the documents in a folder, sorted.
pub fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|e| e.ok()?.file_name().into_string().ok()?.strip_suffix(".ron").map(str::to_owned))
        .collect();
    names.sort();
    names
}

/// Path of a document given by name (in `folder` below the root) or by path; unknown names list the nearest.
pub fn find(kind: &str, folder: &str, name: &str) -> Result<PathBuf, super::ConfigErrors> {
    let direct = Path::new(name);
    if name.ends_with(".ron") && direct.exists() {
        return Ok(direct.into());
    }
    let dir = root().join(folder);
    let path = dir.join(format!("{name}.ron"));
    if path.exists() {
        return Ok(path);
    }
    let names = names_in(&dir);
    let hint = super::nearest(name, names.iter().map(String::as_str));
    let message = format!("unknown {kind} `{name}`; {hint}");
    Err(super::ConfigError { message, place: dir.display().to_string() }.into())
}
