//! On what to compute: the flags that users of GPU simulators know.
use clap::Args;

/// Devices.
#[derive(Args, Clone, Debug)]
pub struct Hardware {
    /// Where gradients are computed: `cpu`, `cuda:0` (through libtorch). One that is not there is refused, see `--on-device-loss`.
    #[arg(long, default_value = "cpu")]
    pub rl_device: String,
    /// Where physics runs: always processors, all cores of them (`--threads`).
    #[arg(long, default_value = "cpu", value_parser = device)]
    sim_device: String,
    /// For scripts that give it: one process uses all cores, and one GPU for gradients.
    #[arg(long)]
    multi_gpu: bool,
}

impl Default for Hardware {
    fn default() -> Self {
        Self { rl_device: "cpu".into(), sim_device: "cpu".into(), multi_gpu: false }
    }
}

fn device(text: &str) -> Result<String, String> {
    let is_known = text == "cpu" || text == "gpu" || text == "cuda" || text.starts_with("cuda:");
    if is_known {
        Ok(text.to_owned())
    } else {
        Err("physics runs on processors: its one device is `cpu`".into())
    }
}

impl Hardware {
    /// What is asked for and done otherwise, in sentences.
    pub fn sentences(&self) -> Vec<String> {
        let mut list = vec![];
        if self.sim_device != "cpu" {
            list.push(format!(
                "--sim_device {}: physics has one device, cpu, and runs on processors, on all their cores; --rl_device {0} computes gradients there",
                self.sim_device
            ));
        }
        if self.multi_gpu {
            list.push(
                "--multi_gpu changes nothing: one process steps physics on all cores and computes gradients on one device (--rl_device)"
                    .into(),
            );
        }
        list
    }

    /// Says them.
    pub fn explain(&self) {
        self.sentences().iter().for_each(|s| eprintln!("{s}"));
    }
}
