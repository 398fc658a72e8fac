//! Seconds from process start to a policy that walks: each seed in a process of its own, so that start-up counts.
use super::Numbers;
use crate::config::Document;
use anyhow::{Context, Result, bail};
use std::ops::Range;
use std::process::Command;
use std::time::Instant;

/// Runs `train --until-pass` once per seed, one after the other; with libtorch on a device if one is given.
pub fn time_to_walk(doc: Document, seeds: Range<u64>, torch: Option<&str>) -> Result<Numbers> {
    let name = doc.get("name").as_str().unwrap_or_default().to_owned();
    let program = std::env::current_exe().context("cannot find this program")?;
    let folder = std::env::temp_dir().join(format!("gaitlab_walk_{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let task = folder.join(format!("{name}.ron"));
    std::fs::write(&task, doc.to_ron())?;
    let (mut out, mut times): (Numbers, Vec<f64>) = (vec![], vec![]);
    for seed in seeds {
        let start = Instant::now();
        let threads = rayon::current_num_threads().to_string();
        let run = Command::new(&program)
            .env("GAITLAB_ROOT", std::path::absolute(crate::config::root())?)
            .current_dir(&folder)
            .args(["train", "--until-pass", "--threads", &threads, "--seed", &seed.to_string()])
            .args(torch.iter().flat_map(|device| ["--learner", "torch", "--rl-device", device]))
            .arg(&task)
            .output()
            .context("cannot start a training process")?;
        let seconds = start.elapsed().as_secs_f64();
        let said = String::from_utf8_lossy(&run.stderr);
        if !run.status.success() {
            bail!("seed {seed}: {said}");
        }
        let walks =
            said.lines().find(|l| l.contains("walks after")).unwrap_or("does not walk").trim().to_owned();
        eprintln!("seed {seed}: {walks}; whole process {seconds:.1} s");
        let time = if walks.starts_with("walks") { seconds } else { f64::INFINITY };
        out.push((format!("time_to_walk.{name}.seed_{seed}_s"), time));
        times.push(time);
    }
    times.sort_by(f64::total_cmp);
    std::fs::remove_dir_all(&folder).ok();
    if let Some(worst) = times.last() {
        out.push((format!("time_to_walk.{name}.worst_s"), *worst));
        out.push((
            format!("time_to_walk.{name}.median_s"),
            (times[(times.len() - 1) / 2] + times[times.len() / 2]) / 2.0,
        ));
    }
    Ok(out)
}
