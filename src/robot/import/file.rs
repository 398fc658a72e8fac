//! From a file to a robot, with the account of what became of everything in it.
use super::assemble;
use super::build;
use super::error::{ImportError, Result};
use super::meshes::Meshes;
use super::mjcf;
use super::options::Options;
use super::report::Report;
use super::shapes::ShapeFit;
use super::urdf;
use super::values::shortened;
use super::write::to_ron;
use super::xml::{Element, Tree};
use crate::config::Document;
use crate::robot::{RobotSpec, from_document};
use std::path::{Path, PathBuf};

/// An imported robot.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The robot.
    pub spec: RobotSpec,
    /// What became of everything in the file.
    pub report: Report,
    /// How well spheres stand in for the shapes.
    pub fits: Vec<ShapeFit>,
}

impl Imported {
    /// Points on the surfaces of the source's collision shapes, each with the index of its link, in the link's frame.
    pub fn surface(&self) -> impl Iterator<Item = (usize, [f64; 3])> {
        self.fits.iter().flat_map(|f| f.fit.samples.iter().map(|p| (f.link, f.place.point(*p))))
    }
}

/// Imports a file.
pub fn import(path: &Path, options: &Options) -> Result<Imported> {
    let tree = Tree::read(path)?;
    let folder = path.parent().map(Path::to_path_buf).filter(|f| !f.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| PathBuf::from("."));
    let mut folders = options.meshes.clone();
    folders.extend([folder.clone(), folder.join("..")]);
    let file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    from_tree(&tree, &file, &Meshes::new(folders), options)
}

/// Imports a text; files that it names are not read.
pub fn import_text(text: &str, options: &Options) -> Result<Imported> {
    from_tree(&Tree::parse(text, "text", None)?, "text", &Meshes::default(), options)
}

fn from_tree(tree: &Tree, file: &str, meshes: &Meshes, options: &Options) -> Result<Imported> {
    let robot_error = ImportError::Robot;
    let mut report = Report { file: file.to_owned(), ..Report::default() };
    let root = tree.root();
    let source = match root.tag() {
        "mujoco" => mjcf::read(root, meshes)?,
        "robot" => urdf::read(root, meshes, &mut report)?,
        other => {
            let message =
                format!("`{}` is neither URDF (`robot`) nor MuJoCo's XML (`mujoco`)", shortened(other));
            return Err(root.fail(message));
        }
    };
    let (links, left_out) = assemble::assemble(&source, &options.lock, &mut report)?;
    for id in left_out {
        Element { tree, id }.ignored("not a part of the robot");
    }
    let (spec, fits) = build::build(&source, &links, options, &mut report).map_err(robot_error)?;
    // what is written must load: the same checks as for any robot file
    let text = to_ron(&spec, "");
    let name = format!("{}.ron", options.name);
    let document = Document::from_text(&text, &name).map_err(|e| robot_error(e.to_string()))?;
    let spec = from_document(&document).map_err(|e| robot_error(format!("the robot is not sound:\n{e}")))?;
    for fit in fits.iter().filter(|f| f.fit.error.largest() > 0.0) {
        let error = fit.fit.error;
        report.assume(format!(
            "contact: {} `{}` is {} spheres; surface off by {:.1} mm on average, left out up to {:.1} mm, too much up to {:.1} mm",
            fit.kind,
            fit.name,
            fit.fit.balls.len(),
            1e3 * error.mean,
            1e3 * error.left_out,
            1e3 * error.sticks_out
        ));
    }
    report.account(tree);
    Ok(Imported { spec, report, fits })
}
