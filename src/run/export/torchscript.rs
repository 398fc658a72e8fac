//! A policy as a TorchScript module, traced by libtorch: the weights are constants of its code.
use crate::nn::onnx::{Agreement, inputs};
use crate::nn::{ActorCritic, torch};
use anyhow::{Context, Result};
use tch::{CModule, Kind, Tensor};

/// The module's file, and how well it agrees with the policy when it is loaded again.
pub(super) fn to_bytes(policy: &ActorCritic) -> Result<(Vec<u8>, Agreement)> {
    const TILES: usize = 16;
    let num_obs = policy.num_obs();
    let rows = inputs(num_obs, TILES);
    let params = Tensor::from_slice(policy.actor_params());
    let x = Tensor::from_slice(&rows).view([-1, num_obs as i64]);
    let module = {
        let mut forward = |x: &[Tensor]| {
            vec![torch::forward(&policy.actor, &torch::layers(&policy.actor, &params, 0), &x[0])]
        };
        CModule::create_by_tracing("policy", "forward", std::slice::from_ref(&x), &mut forward)?
    };
    let folder = Folder::new()?;
    let path = folder.0.join("policy.pt");
    module.save(&path).context("writing the TorchScript module")?;
    let again = CModule::load(&path).context("loading the TorchScript module again")?;
    let theirs = again.forward_ts(&[&x])?.to_kind(Kind::Float).contiguous().view([-1]);
    let theirs: Vec<f32> = Vec::try_from(&theirs)?;
    Ok((std::fs::read(&path)?, Agreement::of(policy, TILES, &theirs)))
}

/// A folder for the file while it is tried; libtorch writes to paths only.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("gaitlab_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).with_context(|| format!("making {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
