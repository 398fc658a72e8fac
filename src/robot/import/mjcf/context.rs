//! What is looked up while bodies are read: settings, defaults, meshes.
use super::compiler::Compiler;
use super::defaults::{Defaulted, Defaults};
use crate::robot::import::error::Result;
use crate::robot::import::math::{Place, V3, inverse, rotate, scale, unit_quat};
use crate::robot::import::mesh::Triangles;
use crate::robot::import::meshes::Meshes;
use crate::robot::import::values::Values;
use crate::robot::import::xml::Element;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Settings, defaults and meshes of a model.
pub struct Context<'a> {
    /// How numbers are meant.
    pub compiler: Compiler,
    /// Default classes.
    pub defaults: Defaults<'a>,
    /// Geoms that touch the ground by name, whatever their types say.
    pub paired: BTreeSet<String>,
    /// Drawn meshes in `custom` texts, by name.
    pub drawn: BTreeMap<String, String>,
    assets: BTreeMap<String, Element<'a>>,
    meshes: &'a Meshes,
}

impl<'a> Context<'a> {
    /// Of a whole model.
    pub fn read(root: Element<'a>, meshes: &'a Meshes) -> Result<Self> {
        let mut compiler = Compiler::default();
        root.named("compiler").try_for_each(|c| compiler.read(c))?;
        let defaults = Defaults::read(root)?;
        let mut assets = BTreeMap::new();
        for mesh in root.named("asset").flat_map(|a| a.children().filter(|c| c.tag() == "mesh")) {
            let file = mesh.attr("file");
            let stem = file
                .map(|f| f.rsplit(['/', '\\']).next().unwrap_or(f))
                .map(|f| f.rsplit_once('.').map_or(f, |(s, _)| s));
            if let Some(name) = mesh.attr("name").or(stem) {
                assets.insert(name.to_owned(), mesh);
            }
        }
        let mut paired = BTreeSet::new();
        for pair in root.children().filter(|c| c.tag() == "contact").flat_map(|c| c.children()) {
            if pair.tag() == "pair" {
                paired.extend(["geom1", "geom2"].iter().filter_map(|g| pair.attr(g)).map(str::to_owned));
                pair.approximated("both shapes touch the ground");
            }
        }
        for contact in root.children().filter(|c| c.tag() == "contact") {
            contact.see();
        }
        let mut drawn = BTreeMap::new();
        for text in root.children().filter(|c| c.tag() == "custom").flat_map(|c| c.children()) {
            if let Some(name) = text.attributes().find(|(n, _)| *n == "name").and_then(|_| text.attr("name"))
                && name.starts_with("gaitlab_mesh_")
                && let Some(data) = text.attr("data")
            {
                text.see();
                drawn.insert(name.to_owned(), data.to_owned());
            }
        }
        Ok(Self { compiler, defaults, paired, drawn, assets, meshes })
    }

    /// The mesh that a geom names, where its file is at hand.
    pub fn mesh(&self, geom: Defaulted<'a, '_>) -> Result<Option<Arc<Triangles>>> {
        let Some(name) = geom.word("mesh") else {
            return Err(geom.element.fail("a mesh geom names its mesh"));
        };
        let Some(&asset) = self.assets.get(name) else {
            geom.element.ignored("there is no asset of that name");
            return Ok(None);
        };
        asset.see();
        let asset = self.defaults.of(asset, 0, &[])?;
        let Some(file) = asset.word("file") else {
            geom.element.ignored("its mesh is written in the file itself; only mesh files are read");
            asset.element.ignored("only mesh files are read");
            return Ok(None);
        };
        let factors = asset.numbers::<3>("scale")?.unwrap_or([1.0; 3]);
        let pos: V3 = asset.numbers("refpos")?.unwrap_or([0.0; 3]);
        let quat = asset.numbers::<4>("refquat")?.and_then(unit_quat).map(inverse);
        let quat = quat.unwrap_or(crate::robot::import::math::UPRIGHT);
        let place = Place { pos: rotate(quat, scale(pos, -1.0)), quat };
        let folder = if self.compiler.strip_path { "" } else { &self.compiler.mesh_folder };
        match self.meshes.open(folder, file, factors, place) {
            Ok(mesh) => Ok(Some(mesh)),
            Err(why) => {
                geom.element.ignored("its mesh is not at hand");
                asset.element.ignored(why);
                Ok(None)
            }
        }
    }
}
