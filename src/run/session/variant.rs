//! Saving what was turned as a task of its own.
use crate::config::Document;
use crate::run::change::differences;
use crate::task;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// First line of every file made here; others are never replaced.
const MARK: &str = "// Made by turning knobs in the lab.";

/// Writes all differences of `doc` from the task it is named after as `<folder>/<name>.ron`, and makes sure that the
/// file is a task. An error says what to do instead.
pub(super) fn save(folder: &Path, name: &str, doc: &Document) -> Result<PathBuf, String> {
    let plain = !name.is_empty()
        && name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if !plain {
        return Err(format!(
            "`{name}` cannot be the name of a task; use letters, digits, `_` and `-`, a letter first"
        ));
    }
    let base_name = doc.get("name").as_str().unwrap_or_default().to_owned();
    let base_path = folder.join(format!("{base_name}.ron"));
    let path = folder.join(format!("{name}.ron"));
    if !base_path.exists() {
        return Err(format!(
            "the run's task `{base_name}` is not in {}, so nothing can extend it; the whole task is in the run folder's config.ron",
            folder.display()
        ));
    }
    let earlier = match std::fs::read_to_string(&path) {
        Ok(text) if text.starts_with(MARK) && name != base_name => Some(text),
        Ok(_) => return Err(format!("`{name}` is a task that was not made here; choose another name")),
        Err(_) => None,
    };
    let base = task::load(&base_path).map_err(|e| e.to_string())?;
    let mut patch = differences(&base, doc);
    patch.retain(|(key, _)| key != "name" && key != "about");
    if patch.is_empty() {
        return Err(format!("nothing differs from `{base_name}`; turn a knob first"));
    }
    let text = variant(name, &base_name, &patch)?;
    crate::run::write_atomic(&path, text.as_bytes()).map_err(|e| e.to_string())?;
    let check = || -> Result<(), String> {
        let written = task::load(&path).map_err(|e| e.to_string())?;
        let left = differences(doc, &written);
        task::compile(written).map_err(|e| e.to_string())?;
        match left.iter().find(|(key, _)| key != "name" && key != "about") {
            Some((key, _)) => Err(format!("`{key}` cannot be written as a change of `{base_name}`")),
            None => Ok(()),
        }
    };
    check().map_err(|e| {
        // what was there before comes back; a file that is no task must not stay
        let _ = match &earlier {
            Some(text) => crate::run::write_atomic(&path, text.as_bytes()).map_err(|_| ()),
            None => std::fs::remove_file(&path).map_err(|_| ()),
        };
        format!("the changes do not make a task that can be saved: {e}")
    })?;
    Ok(path)
}

fn variant(name: &str, base: &str, patch: &[(String, serde_json::Value)]) -> Result<String, String> {
    let keys: Vec<&str> =
        patch.iter().map(|(k, _)| k.split('.').rev().find(|w| *w != "weight").unwrap_or(k)).collect();
    let shown = keys.iter().take(4).copied().collect::<Vec<_>>().join(", ");
    let more = if keys.len() > 4 { format!(" and {} more", keys.len() - 4) } else { String::new() };
    let mut text = format!("{MARK}\nvariant(\n    name: {name:?},\n");
    let _ = writeln!(text, "    about: \"as {base}, with changed {shown}{more}\",");
    let _ = writeln!(text, "    extends: {base:?},\n    patch: {{");
    for (key, value) in patch {
        let value = ron::to_string(value).map_err(|e| e.to_string())?;
        let _ = writeln!(text, "        {key:?}: {value},");
    }
    text.push_str("    },\n)\n");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::run::change::changed;
    use serde_json::json;

    #[test]
    fn a_variant_is_a_task_with_the_same_values() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::copy(config::root().join("configs/tasks/a1_flat.ron"), dir.path().join("a1_flat.ron"))
            .unwrap();
        let doc = task::open("a1_flat", &[("env.num_envs".into(), "64".into())]).unwrap();
        let doc = changed(&doc, "env.rewards.trot.weight", &json!(0.75)).unwrap().0;
        let doc = changed(&doc, "env.commands.lin_vel_x", &json!([-0.5, 2.0])).unwrap().0;
        let path = save(dir.path(), "fast_trot", &doc).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("extends: \"a1_flat\"") && text.contains("trot"), "{text}");
        let again = config::load(&path).unwrap();
        assert_eq!(again.get("name"), json!("fast_trot"));
        assert!(differences(&doc, &again).iter().all(|(k, _)| k == "name" || k == "about"));
        // made here: may be replaced
        let doc = changed(&doc, "env.rewards.trot.weight", &json!(1.0)).unwrap().0;
        save(dir.path(), "fast_trot", &doc).unwrap();
        assert_eq!(config::load(&path).unwrap().get("env.rewards.trot.weight"), json!(1.0));
    }

    #[test]
    fn other_tasks_are_never_replaced_and_names_are_plain() {
        let dir = tempfile::tempdir().unwrap();
        let shipped = config::root().join("configs/tasks/a1_flat.ron");
        for name in ["a1_flat", "mine"] {
            std::fs::copy(&shipped, dir.path().join(format!("{name}.ron"))).unwrap();
        }
        let doc = task::open("a1_flat", &[]).unwrap();
        assert!(save(dir.path(), "new", &doc).unwrap_err().contains("turn a knob first"));
        let doc = changed(&doc, "env.rewards.trot.weight", &json!(0.75)).unwrap().0;
        for (name, why) in [
            ("a1_flat", "choose another name"),
            ("mine", "choose another name"),
            ("../evil", "cannot be the name"),
            ("", "cannot be the name"),
            ("a b", "cannot be the name"),
        ] {
            let e = save(dir.path(), name, &doc).unwrap_err();
            assert!(e.contains(why), "{e}");
        }
        let before = std::fs::read(&shipped).unwrap();
        assert_eq!(std::fs::read(dir.path().join("mine.ron")).unwrap(), before);
        std::fs::remove_file(dir.path().join("a1_flat.ron")).unwrap();
        assert!(save(dir.path(), "new", &doc).unwrap_err().contains("config.ron"));
    }
}
