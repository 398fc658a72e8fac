//! `replay`: how a number stopped being finite.
use crate::run::replay::replay;
use anyhow::Result;
use clap::Args as ClapArgs;
use std::path::PathBuf;

/// Arguments of `replay`.
#[derive(ClapArgs)]
pub struct Args {
    /// The file `not_finite_<iteration>_<block>.safetensors` of a run folder.
    dump: PathBuf,
}

/// Replays.
pub fn run(a: Args) -> Result<()> {
    print!("{}", replay(&a.dump)?);
    Ok(())
}
