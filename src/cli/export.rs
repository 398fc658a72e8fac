//! `export`: a policy for use elsewhere.
use super::Overrides;
use super::policy::{PolicyArgs, RunArgs};
use crate::nn::Checkpoint;
use crate::run::export::{PolicyFormat, export_policy};
use anyhow::{Context, Result, ensure};
use clap::{Args as ClapArgs, ValueEnum};
use std::path::{Path, PathBuf};

/// Arguments of `export`.
#[derive(ClapArgs)]
pub struct Args {
    /// A task (its shipped policy, or --policy, or --load_run), or the folder of a run (its newest checkpoint).
    #[command(flatten)]
    policy: PolicyArgs,
    /// Kind of the file; without, the ending of --out says it.
    #[arg(long)]
    format: Option<Format>,
    /// The file to write; a JSON file with everything needed to use the policy goes beside it. Without:
    /// export/<task>.<ending>.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For every ONNX runtime.
    Onnx,
    /// A module of PyTorch (a build with the feature `torch`).
    Torchscript,
    /// Weights of both networks, as `play --policy` takes them.
    Safetensors,
}

impl From<Format> for PolicyFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Onnx => Self::Onnx,
            Format::Torchscript => Self::TorchScript,
            Format::Safetensors => Self::Safetensors,
        }
    }
}

/// Exports.
pub fn run(mut a: Args, overrides: Overrides) -> Result<()> {
    take_run(&mut a.policy)?;
    let (plan, policy, from) = a.policy.open(&overrides)?;
    let out = out_path(a.out, a.format.map(PolicyFormat::from), &plan.name)?;
    let iteration = Checkpoint::load(&from)?.meta.get("iteration").and_then(|i| i.parse().ok()).unwrap_or(0);
    let files = export_policy(&out, &plan, &policy, iteration)?;
    println!("policy   {}  (of {})", files.policy.display(), from.display());
    println!("about    {}", files.about.display());
    if let Some(found) = files.agreement {
        println!(
            "check    run on {} random observations: actions differ by at most {:.1e} (largest action {:.1})",
            found.samples, found.difference, found.largest
        );
    }
    Ok(())
}

/// A run's folder in the place of a task stands for the run's task and newest checkpoint.
fn take_run(policy: &mut PolicyArgs) -> Result<()> {
    let folder = PathBuf::from(&policy.task);
    if !folder.is_dir() {
        return Ok(());
    }
    ensure!(
        policy.policy.is_none() && policy.run.load_run.is_none(),
        "{}: a run has its own policies",
        policy.task
    );
    let of_run = RunArgs { load_run: Some(format!("{}/", folder.display())), ..policy.run.clone() };
    let (run, path) = of_run.find("")?;
    let task = Checkpoint::load(&path)?.meta.get("task").cloned();
    policy.task = task.with_context(|| format!("{} does not say its task", path.display()))?;
    // the task as it was trained, if the run kept it
    let config = run.file("config.ron");
    if config.is_file() {
        policy.task = config.display().to_string();
    }
    policy.policy = Some(path);
    Ok(())
}

fn out_path(out: Option<PathBuf>, format: Option<PolicyFormat>, task: &str) -> Result<PathBuf> {
    let ending = |f: PolicyFormat| f.ending();
    Ok(match (out, format) {
        (None, format) => {
            Path::new("export").join(format!("{task}.{}", ending(format.unwrap_or(PolicyFormat::Onnx))))
        }
        (Some(out), None) => out,
        (Some(out), Some(format)) if out.extension().is_none() => out.with_extension(ending(format)),
        (Some(out), Some(format)) => {
            ensure!(
                PolicyFormat::of(&out) == Some(format),
                "{}: the ending of a {} file is .{}",
                out.display(),
                format.name(),
                ending(format)
            );
            out
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_and_the_name_of_the_file_must_agree() {
        let path = |out: Option<&str>, format| out_path(out.map(PathBuf::from), format, "a1_flat");
        let onnx = Some(PolicyFormat::Onnx);
        assert_eq!(path(None, None).unwrap(), Path::new("export/a1_flat.onnx"));
        assert_eq!(path(None, Some(PolicyFormat::TorchScript)).unwrap(), Path::new("export/a1_flat.pt"));
        assert_eq!(path(Some("x/walk"), onnx).unwrap(), Path::new("x/walk.onnx"));
        assert_eq!(path(Some("walk.pt"), None).unwrap(), Path::new("walk.pt"));
        let error = path(Some("walk.pt"), onnx).unwrap_err().to_string();
        assert!(error.contains(".onnx"), "{error}");
    }

    #[test]
    fn the_shipped_policy_is_exported_and_checked() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("walk.onnx");
        let policy = PolicyArgs { task: "a1_flat".into(), ..PolicyArgs::default() };
        run(Args { policy, format: None, out: Some(out.clone()) }, vec![]).unwrap();
        assert!(out.exists() && out.with_extension("json").exists());
    }
}
