//! `import-policy`: a policy of another program becomes one of a task's.
use super::Overrides;
use crate::run::import::{PolicyMap, import_policy, save};
use crate::run::write_atomic;
use crate::task;
use anyhow::{Result, ensure};
use clap::Args as ClapArgs;
use std::path::{Path, PathBuf};

/// Arguments of `import-policy`.
#[derive(ClapArgs)]
pub struct Args {
    /// The policy: a checkpoint of rsl_rl (`model_1500.pt`) or an ONNX file.
    #[arg(required_unless_present = "write_map")]
    file: Option<PathBuf>,
    /// The task that it shall play.
    #[arg(long)]
    task: String,
    /// What it is told and what its numbers mean (RON or JSON); without, the JSON file beside it of the same name, or
    /// the task's own interface.
    #[arg(long)]
    map: Option<PathBuf>,
    /// The policy to write (`.safetensors`); without, <file>_<task>.safetensors in the present folder.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Write the task's own interface as a map to start from, and end.
    #[arg(long, conflicts_with_all = ["file", "map", "out"])]
    write_map: Option<PathBuf>,
}

/// Imports.
pub fn run(a: Args, overrides: Overrides) -> Result<()> {
    let plan = task::compile(task::open(&a.task, &overrides)?)?;
    if let Some(path) = &a.write_map {
        let text = PolicyMap::of_task(&plan).to_text(path)?;
        write_atomic(path, text.as_bytes())?;
        println!("map      {}  (edit names, order, scales, nominal; give it with --map)", path.display());
        return Ok(());
    }
    let file = a.file.unwrap_or_default();
    let out = a.out.unwrap_or_else(|| default_out(&file, &plan.name));
    ensure!(
        out.extension().is_some_and(|e| e == "safetensors"),
        "{}: the policy is written as .safetensors; choose such a name",
        out.display()
    );
    let imported = import_policy(&file, &plan, a.map.as_deref())?;
    print!("{}", imported.report);
    save(&imported, &plan, &out)?;
    println!("policy   {}", out.display());
    println!("play it: gaitlab play {} --policy {}", a.task, out.display());
    println!("judge it: gaitlab eval {} --policy {}", a.task, out.display());
    Ok(())
}

fn default_out(file: &Path, task: &str) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    PathBuf::from(format!("{stem}_{task}.safetensors"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::run::train::load_policy;

    fn args(
        file: Option<PathBuf>,
        out: Option<PathBuf>,
        write_map: Option<PathBuf>,
        map: Option<PathBuf>,
    ) -> Args {
        Args { file, task: "a1_flat".into(), map, out, write_map }
    }

    #[test]
    fn a_checkpoint_becomes_a_policy_that_the_task_takes_with_the_map_that_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let (map, out) = (folder.path().join("map.ron"), folder.path().join("walk.safetensors"));
        run(args(None, None, Some(map.clone()), None), vec![]).unwrap();
        let file = config::root().join("tests/fixtures/rsl_rl/v1.pt");
        run(args(Some(file.clone()), Some(out.clone()), None, Some(map)), vec![]).unwrap();
        let plan = task::compile(task::open("a1_flat", &[]).unwrap()).unwrap();
        assert_eq!(load_policy(&out, &plan).unwrap().actor.widest(), 12);
        let wrong = run(args(Some(file), Some(folder.path().join("walk.onnx")), None, None), vec![]);
        assert!(wrong.unwrap_err().to_string().contains(".safetensors"));
    }

    #[test]
    fn a_file_without_a_name_for_the_result_gets_one() {
        let path = default_out(Path::new("logs/model_1500.pt"), "a1_flat");
        assert_eq!(path, Path::new("model_1500_a1_flat.safetensors"));
    }
}
