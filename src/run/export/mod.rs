//! Policies for use elsewhere: as ONNX, as TorchScript (feature `torch`) or as safetensors, and beside them a JSON file
//! with everything that a program on a robot or in another simulator must know to use them: which numbers go in, in
//! which order and scale, and what the numbers that come out mean ([`about`]).
//!
//! An ONNX or TorchScript file is run before it is kept, and compared with the network of this program.
pub mod about;
mod describe;
mod format;
pub mod terms;
#[cfg(test)]
mod tests;
#[cfg(feature = "torch")]
mod torchscript;

use super::train::policy_checkpoint;
use super::write_atomic;
use crate::nn::onnx::{self, Agreement};
use crate::nn::{ActorCritic, Dense};
use crate::task::Plan;
use about::{PolicyAbout, VerifiedAbout};
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};

pub use describe::{describe, policy_hash};
pub use format::PolicyFormat;
use format::hash;
pub use terms::ObservationKind;

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// The policy.
    pub policy: PathBuf,
    /// The description.
    pub about: PathBuf,
    /// How well the written file agrees with the network of this program, where it was run.
    pub agreement: Option<Agreement>,
}

/// Writes the policy to `path`, whose ending says the kind, and its description beside it (`.json`). Older files of the
/// same names stay whole if this fails.
///
/// # Errors
/// When the name has another ending, a file cannot be written, or the file gives other actions than the policy.
pub fn export_policy(path: &Path, plan: &Plan, policy: &ActorCritic, iteration: u64) -> Result<Exported> {
    let (mut exported, format) = (names(path)?, PolicyFormat::of(path).unwrap_or(PolicyFormat::Safetensors));
    // what is used elsewhere needs no normalisation of its own
    let policy = &policy.folded();
    let mut about = describe(plan, policy, iteration, format)?;
    let (bytes, found) = match format {
        PolicyFormat::Safetensors => (policy_checkpoint(plan, policy, iteration).to_bytes(), None),
        PolicyFormat::Onnx => {
            let notes = [
                ("task", about.task.as_str()),
                ("robot", &about.robot),
                ("policy_hash", &about.hashes.policy),
                ("interface_hash", &about.hashes.interface),
            ];
            let bytes = onnx::to_bytes(&Dense::actor(policy), &notes);
            let found = onnx::agreement(&bytes, policy).context("trying the ONNX file in tract")?;
            (bytes, Some(VerifiedAbout::new("tract", found)).zip(Some(found)))
        }
        PolicyFormat::TorchScript => {
            let (bytes, found) = torchscript(policy)?;
            (bytes, Some(VerifiedAbout::new("libtorch", found)).zip(Some(found)))
        }
    };
    if let Some((verified, found)) = found {
        ensure!(
            found.is_good(),
            "the {} file gives actions that differ by {} from the policy's (largest action {}); not written",
            format.name(),
            found.difference,
            found.largest
        );
        (about.verified, exported.agreement) = (Some(verified), Some(found));
    }
    make_folder(path)?;
    write_atomic(&exported.policy, &bytes)?;
    let written = std::fs::read(&exported.policy)
        .with_context(|| format!("reading {} again", exported.policy.display()))?;
    // what was tried is what is on the disk
    ensure!(written == bytes, "{} reads back differently: is the disk full?", exported.policy.display());
    about.weights = exported.policy.file_name().unwrap_or_default().to_string_lossy().into_owned();
    about.hashes.file = hash(&bytes);
    write_about(&exported.about, &about)?;
    Ok(exported)
}

fn write_about(path: &Path, about: &PolicyAbout) -> Result<()> {
    Ok(write_atomic(path, serde_json::to_string_pretty(about)?.as_bytes())?)
}

#[cfg(feature = "torch")]
fn torchscript(policy: &ActorCritic) -> Result<(Vec<u8>, Agreement)> {
    torchscript::to_bytes(policy)
}

#[cfg(not(feature = "torch"))]
fn torchscript(_: &ActorCritic) -> Result<(Vec<u8>, Agreement)> {
    bail!(
        "TorchScript is written by libtorch, which this build lacks: build with `--features torch`, or export ONNX \
         (choose a name ending in .onnx), which needs nothing"
    )
}

/// Copies a checkpoint of a stored run.
///
/// # Errors
/// When it cannot be read or the copy cannot be written; half a copy is taken away.
pub fn export_checkpoint(from: &Path, to: &Path) -> Result<u64> {
    make_folder(to)?;
    let bytes = std::fs::read(from).with_context(|| format!("reading {}", from.display()))?;
    write_atomic(to, &bytes).with_context(|| format!("writing {}", to.display()))?;
    Ok(bytes.len() as u64)
}

/// The files that an export to `path` writes; a name without ending gets one.
///
/// # Errors
/// When the name is empty or has an ending of another kind.
pub fn names(path: &Path) -> Result<Exported> {
    ensure!(path.file_name().is_some(), "a policy needs a file name, for example walk.onnx");
    let Some(format) = PolicyFormat::of(path) else {
        bail!(
            "`{}`: policies are written as .onnx, .pt (TorchScript) or .safetensors, with a .json beside; choose \
             such a name",
            path.display()
        )
    };
    let (policy, about) = (path.with_extension(format.ending()), path.with_extension("json"));
    Ok(Exported { policy, about, agreement: None })
}

pub(super) fn make_folder(path: &Path) -> Result<()> {
    match path.parent().filter(|p| !p.as_os_str().is_empty()) {
        Some(parent) => {
            std::fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))
        }
        None => Ok(()),
    }
}
