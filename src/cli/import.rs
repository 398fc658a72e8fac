//! `import`: robots of other programs.
use crate::config;
use crate::robot::import::{self, Imported, Options};
use crate::robot::{Posture, link_poses, point_w};
use crate::run::plots::{RobotFit, robot_fit};
use crate::run::write_atomic;
use anyhow::{Context, Result, ensure};
use clap::Args;
use std::path::{Path, PathBuf};

/// Arguments of `import`.
#[derive(Args)]
pub struct ImportArgs {
    /// A URDF file (xacro written out), or MuJoCo's XML.
    file: PathBuf,
    /// Name of the robot, and of its file.
    #[arg(long)]
    name: String,
    /// Folder for the robot file, the report and the picture; `assets/robots` without.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Joints that do not move (repeat it, or separate them by commas).
    #[arg(long, value_delimiter = ',')]
    lock: Vec<String>,
    /// Folders with meshes, besides that of the file and the one above it.
    #[arg(long)]
    meshes: Vec<PathBuf>,
    /// About how many spheres stand in for one shape at most.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    spheres: u16,
    /// Rotor inertia of joints whose file gives none, kg m².
    #[arg(long, value_parser = amount)]
    armature: Option<f64>,
    /// Effort limit of joints whose file gives none, N m.
    #[arg(long, value_parser = amount)]
    effort: Option<f64>,
    /// Speed limit of joints whose file gives none, rad/s.
    #[arg(long, value_parser = amount)]
    velocity: Option<f64>,
    /// Write over a robot of that name.
    #[arg(long)]
    force: bool,
}

fn amount(text: &str) -> std::result::Result<f64, String> {
    match text.parse::<f64>() {
        Ok(v) if v >= 0.0 && v.is_finite() => Ok(v),
        _ => Err("a number that is not negative".into()),
    }
}

/// Imports a robot: writes `<name>.ron`, `<name>_import.txt` and `<name>_fit.png`.
pub fn import(a: ImportArgs) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    ensure!(
        !a.name.is_empty() && a.name.len() <= 64 && a.name.chars().all(plain),
        "`{}` is no name for a robot: letters, digits, `_` and `-` only",
        a.name
    );
    let out = a.out.unwrap_or_else(|| config::root().join("assets/robots"));
    let file = out.join(format!("{}.ron", a.name));
    ensure!(a.force || !file.exists(), "{} exists: take another --name, or --force", file.display());
    let options = Options {
        name: a.name,
        lock: a.lock,
        meshes: a.meshes,
        spheres: a.spheres.into(),
        armature: a.armature,
        effort: a.effort,
        velocity: a.velocity,
    };
    let imported = import::import(&a.file, &options)?;
    std::fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    let spec = &imported.spec;
    let report = out.join(format!("{}_import.txt", spec.name));
    let comment = format!(
        "{}: imported from {}. What was assumed is in {}_import.txt; roles, gains and nominal pose may be changed here.",
        spec.name, imported.report.file, spec.name
    );
    write_atomic(&file, import::to_ron(spec, &comment).as_bytes())?;
    write_atomic(&report, imported.report.to_string().as_bytes())?;
    println!("{}", file.display());
    println!(
        "  {} links, {} joints, {:.3} kg, {} collision spheres, {} legs",
        spec.links.len(),
        spec.num_joints(),
        spec.mass(),
        spec.points().count(),
        spec.roles.legs.len()
    );
    let lines =
        [&imported.report.used, &imported.report.approximated, &imported.report.ignored].map(|l| l.len());
    println!("{}", report.display());
    println!("  {} lines used, {} approximated, {} ignored; remarks:", lines[0], lines[1], lines[2]);
    imported.report.assumed.iter().for_each(|r| println!("  - {r}"));
    if spec.points().next().is_some() {
        let picture = out.join(format!("{}_fit.png", spec.name));
        draw(&imported, &picture)?;
        println!("{}", picture.display());
    }
    Ok(())
}

/// The spheres over the source's surfaces in the nominal pose.
fn draw(imported: &Imported, picture: &Path) -> Result<()> {
    let spec = &imported.spec;
    let posture = Posture {
        pos_w: [0.0, 0.0, spec.nominal.height as f32],
        quat: [1.0, 0.0, 0.0, 0.0],
        joint_pos: spec.nominal_joints(),
    };
    let poses = link_poses(spec, &posture);
    let feet = spec.roles.points.get("feet");
    let is_foot = |name: &String| feet.is_some_and(|f| f.contains(name));
    let fit = RobotFit {
        title: format!("{}: spheres in place of the shapes", spec.name),
        surface: imported.surface().map(|(link, p)| point_w(&poses[link], p)).collect(),
        spheres: spec
            .points()
            .map(|(l, p)| (point_w(&poses[l], p.center), p.radius as f32, is_foot(&p.name)))
            .collect(),
    };
    robot_fit(&fit, picture)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::robot::load;

    fn args(out: &Path, name: &str) -> ImportArgs {
        ImportArgs {
            file: config::root().join("src/robot/import/tests/data/features.urdf"),
            name: name.into(),
            out: Some(out.into()),
            lock: vec![],
            meshes: vec![],
            spheres: 4,
            armature: None,
            effort: None,
            velocity: None,
            force: false,
        }
    }

    #[test]
    fn an_import_leaves_a_robot_a_report_and_a_picture() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path();
        import(args(out, "toy")).unwrap();
        let file = out.join("toy.ron");
        let spec = load(&file.display().to_string()).unwrap();
        assert_eq!((spec.name.as_str(), spec.num_joints()), ("toy", 2));
        let report = std::fs::read_to_string(out.join("toy_import.txt")).unwrap();
        for part in ["\nUsed\n", "\nApproximated\n", "\nIgnored\n", "geometry/box", "no rotor inertia"] {
            assert!(report.contains(part), "`{part}` is not in:\n{report}");
        }
        let picture = image::open(out.join("toy_fit.png")).unwrap();
        assert_eq!(picture.width(), 1200);
        let error = import(args(out, "toy")).unwrap_err().to_string();
        assert!(error.contains("exists"), "{error}");
        import(ImportArgs { force: true, ..args(out, "toy") }).unwrap();
    }

    #[test]
    fn names_that_are_paths_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", "../x", "a/b", "a b"] {
            assert!(import(args(folder.path(), name)).unwrap_err().to_string().contains("no name"), "{name}");
        }
    }
}
