//! `export-robot`: robots, and the ground of tasks, for other programs.
use crate::physics::PhysicsCfg;
use crate::robot::export::{self, Format};
use crate::robot::load;
use crate::robot::mjcf::MjcfOptions;
use crate::run::write_atomic;
use crate::task;
use crate::terrain::{Terrain, highest_around};
use anyhow::Result;
use clap::Args as ClapArgs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Arguments of `export-robot`.
#[derive(ClapArgs)]
pub struct Args {
    /// Name of a robot, or path of a robot file.
    robot: String,
    /// What to write.
    #[arg(long, default_value = "mjcf", value_parser = ["mjcf", "urdf"])]
    format: String,
    /// The file; in this folder under the robot's name without.
    #[arg(long)]
    out: Option<PathBuf>,
    /// With the ground of this task: in MJCF around the robot (its time step and softness of contacts too), beside a
    /// URDF as triangles, `<name>_ground.obj`.
    #[arg(long, value_name = "TASK")]
    terrain: Option<String>,
}

/// Exports a robot.
pub fn run(a: Args) -> Result<()> {
    let spec = load(&a.robot)?;
    let ground = a.terrain.as_deref().map(ground).transpose()?;
    let (format, ending) = if a.format == "urdf" { (Format::Urdf, "urdf") } else { (Format::Mjcf, "xml") };
    let out = a.out.unwrap_or_else(|| PathBuf::from(format!("{}.{ending}", spec.name)));
    let text = match (&ground, format) {
        (Some((terrain, physics)), Format::Mjcf) => export::whole_mjcf(&spec, options(terrain, physics)),
        _ => export::robot(&spec, format),
    };
    write_atomic(&out, text.as_bytes())?;
    println!("{}", out.display());
    if let (Some((terrain, _)), Format::Urdf) = (&ground, format) {
        let path = beside(&out);
        write_atomic(&path, terrain.obj().as_bytes())?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Ground and physics of a task.
fn ground(task: &str) -> Result<(Arc<Terrain>, PhysicsCfg)> {
    let plan = task::compile(task::open(task, &[])?)?;
    Ok((plan.terrain.clone(), plan.env.physics.clone()))
}

fn options(terrain: &Terrain, physics: &PhysicsCfg) -> MjcfOptions {
    let xml = terrain.mjcf();
    MjcfOptions {
        timestep: physics.dt,
        contact_time: physics.contact_time,
        ground: xml.geoms,
        assets: xml.assets,
        ground_height: highest_around(terrain, [0.0; 2]).into(),
        ..MjcfOptions::default()
    }
}

fn beside(out: &Path) -> PathBuf {
    let stem = out.file_stem().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!("{stem}_ground.obj"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export(folder: &Path, format: &str, terrain: Option<&str>) -> String {
        let out = folder.join(format!("a1.{format}"));
        let robot = "a1".to_owned();
        let terrain = terrain.map(str::to_owned);
        run(Args { robot, format: format.into(), out: Some(out.clone()), terrain }).unwrap();
        std::fs::read_to_string(out).unwrap()
    }

    #[test]
    fn a_robot_is_written_with_the_ground_that_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let plain = export(folder.path(), "mjcf", None);
        assert!(plain.contains("type=\"plane\"") && !plain.contains("<hfield"));
        assert_eq!(export(folder.path(), "mjcf", Some("a1_flat")), plain);
        let bumpy = export(folder.path(), "mjcf", Some("a1_bumps"));
        assert!(bumpy.contains("<hfield name=\"ground\"") && bumpy.contains("hfield=\"ground\""));
        assert!(bumpy.contains("<custom>") && !bumpy.contains("type=\"plane\""));
        assert!(export(folder.path(), "urdf", Some("a1_bumps")).contains("<robot"));
        let triangles = std::fs::read_to_string(folder.path().join("a1_ground.obj")).unwrap();
        assert!(triangles.lines().filter(|l| l.starts_with("f ")).count() > 1_000_000);
    }

    #[test]
    fn mujoco_reads_the_ground_as_it_is() {
        let Some(python) = crate::physics::testing::python_with("mujoco") else { return };
        let folder = tempfile::tempdir().unwrap();
        export(folder.path(), "mjcf", Some("a1_bumps"));
        // rays downwards from well above the ground, everywhere on it
        let script = "import sys, json, mujoco, numpy as np
m = mujoco.MjModel.from_xml_path(sys.argv[1]); d = mujoco.MjData(m); mujoco.mj_resetDataKeyframe(m, d, 0)
d.qpos[0] = 1000; mujoco.mj_forward(m, d); g = np.zeros(1, np.int32)
ray = lambda x, y: 5 - mujoco.mj_ray(m, d, np.array([x, y, 5.0]), np.array([0, 0, -1.0]), None, 1, -1, g)
print(json.dumps([[x, y, ray(x, y)] for x in np.linspace(-30.03, 29.94, 41) for y in np.linspace(-38.05, 38.97, 43)]))";
        let file = folder.path().join("a1.mjcf");
        let output = std::process::Command::new(python).args(["-c", script]).arg(file).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let rows: Vec<[f32; 3]> = serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        let (terrain, _) = ground("a1_bumps").unwrap();
        let apart: Vec<f32> = rows.iter().map(|[x, y, z]| (terrain.height(*x, *y) - z).abs()).collect();
        let worst = apart.iter().copied().fold(0.0, f32::max);
        println!("{} rays, heights within {worst} m", rows.len());
        // two triangles per cell there, bilinear here
        assert!(rows.iter().any(|[_, _, z]| *z > 0.08) && worst < 0.004, "{worst}");
    }
}
