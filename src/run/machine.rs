//! The machine that numbers were measured on.

use std::fs;
use std::process::Command;

use serde::Serialize;

/// What decides how fast things run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Name of the processor.
    pub cpu: String,
    /// Hardware threads that this process may use.
    pub cores: usize,
    /// Main memory, MiB.
    pub memory_mb: u64,
    /// Operating system and kernel.
    pub os: String,
    /// Instruction sets that matter for the simulator.
    pub features: Vec<&'static str>,
    /// Name of the first graphics card, when there is one that computes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu: Option<String>,
}

impl Machine {
    /// Describes the machine that this program runs on; what cannot be found out is called `unknown`.
    pub fn this() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let unknown = || "unknown".to_owned();
        let system = field(&read("/etc/os-release"), "PRETTY_NAME", '=');
        let kernel = read("/proc/sys/kernel/osrelease");
        let memory = field(&read("/proc/meminfo"), "MemTotal", ':');
        let kibibytes = memory.and_then(|text| text.split(' ').next().and_then(|number| number.parse().ok()));
        Self {
            cpu: field(&read("/proc/cpuinfo"), "model name", ':').unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_mb: kibibytes.unwrap_or(0_u64) / 1024,
            os: format!(
                "{}, {} {}",
                system.unwrap_or_else(|| std::env::consts::OS.to_owned()),
                std::env::consts::ARCH,
                kernel.trim()
            )
            .trim_end()
            .to_owned(),
            features: features(),
            gpu: gpus().into_iter().next(),
        }
    }
}

/// The value of the first line `name <separator> value`, without quotes.
fn field(text: &str, name: &str, separator: char) -> Option<String> {
    let mut lines = text.lines().filter_map(|line| line.split_once(separator));
    let value = lines.find(|(found, _)| found.trim() == name)?.1;
    Some(value.trim().trim_matches('"').to_owned())
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<&'static str> {
    let all = [
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512dq", is_x86_feature_detected!("avx512dq")),
    ];
    all.into_iter().filter_map(|(name, present)| present.then_some(name)).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> Vec<&'static str> {
    Vec::new()
}

/// Names of the NVIDIA GPUs that the driver lists, in its order; none where there is no driver.
pub fn gpus() -> Vec<String> {
    let query = ["--query-gpu=name", "--format=csv,noheader"];
    let output =
        Command::new("nvidia-smi").args(query).output().ok().filter(|output| output.status.success());
    let text = output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    text.lines().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "model\t\t: 85\nmodel name\t: Some CPU @ 2.0GHz\nmodel name\t: other\n";
        assert_eq!(field(text, "model name", ':').as_deref(), Some("Some CPU @ 2.0GHz"));
        assert_eq!(
            field("PRETTY_NAME=\"Some System\"\n", "PRETTY_NAME", '=').as_deref(),
            Some("Some System")
        );
        assert_eq!(field(text, "name", ':'), None);
    }

    #[test]
    fn this_machine_has_a_core_and_a_system() {
        let machine = Machine::this();
        assert!(machine.cores >= 1);
        assert!(machine.os.contains(std::env::consts::ARCH), "{}", machine.os);
        assert!(serde_json::to_value(&machine).unwrap().get("cpu").is_some());
    }
}
