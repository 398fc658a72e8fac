//! `terrain`: what a mix of terrains or a file of heights is made of, as a table and as a picture.
use super::Overrides;
use crate::config::{self, ConfigError, ConfigErrors};
use crate::run::plots::{Relief, relief};
use crate::task;
use crate::terrain::{self, FileKind, HeightFile, Mix, Span, Steps, TerrainCfg, generator};
use anyhow::Result;
use clap::Args;
use std::path::{Path, PathBuf};

/// Arguments of `terrain`.
#[derive(Args)]
pub struct TerrainArgs {
    /// A mix of configs/terrains, a task whose ground it is, a greyscale picture (PNG), or a mesh (OBJ, STL).
    what: String,
    /// Draw a map, FILE.png.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Tiles of each level, of a mix.
    #[arg(long, default_value_t = 20)]
    columns: u32,
    /// Levels, of a mix.
    #[arg(long, default_value_t = 10)]
    levels: u32,
    /// Seed, of a mix.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Make vertical faces of boxes.
    #[arg(long)]
    boxes: bool,
    /// Length of a pixel of a picture, m.
    #[arg(long, default_value_t = 0.05)]
    pixel: f64,
    /// Heights of black and of white in a picture, m.
    #[arg(long, num_args = 2, value_names = ["LOW", "HIGH"], default_values_t = [0.0, 1.0], allow_negative_numbers = true)]
    heights: Vec<f64>,
    /// Factor on all lengths of a mesh.
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
}

/// Prints the table, draws the picture.
pub fn run(a: TerrainArgs, overrides: Overrides) -> Result<()> {
    let ending =
        Path::new(&a.what).extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let cfg = if ["png", "obj", "stl", "dae"].contains(&ending.as_str()) {
        let (cfg, report) = file(&a)?;
        print!("{report}");
        cfg
    } else {
        let cfg = read(&a, &overrides)?;
        print!("{}", table(&cfg));
        cfg
    };
    let terrain = terrain::build(Some(&cfg));
    println!("{}", made_of(&terrain));
    if let Some(path) = &a.picture {
        let half = [cfg.columns, cfg.levels].map(|n| n as f32 * cfg.tile as f32 / 2.0);
        let height = |x: f32, y: f32| terrain.height(x, y);
        let map = Relief {
            title: format!("Terrain: {}", a.what),
            note: cfg.mix.about.clone(),
            corners: [half.map(|v| -v), half],
            height: &height,
            columns: columns(&cfg),
            levels: cfg.levels,
        };
        relief(&map, path)?;
        println!("{}", path.display());
    }
    Ok(())
}

fn read(a: &TerrainArgs, overrides: &Overrides) -> Result<TerrainCfg> {
    let steps = if a.boxes { Steps::Boxes } else { Steps::Field };
    let mixes = config::names_in(&config::root().join(terrain::FOLDER));
    let tasks = config::names_in(&config::root().join("configs/tasks"));
    if tasks.contains(&a.what) && !mixes.contains(&a.what) {
        let plan = task::compile(task::open(&a.what, overrides)?)?;
        let cfg = plan.env.terrain.clone();
        let cfg = cfg.ok_or_else(|| {
            anyhow::anyhow!("the ground of `{}` is a plane: there is nothing to show", a.what)
        })?;
        return Ok(if a.boxes { TerrainCfg { steps, ..cfg } } else { cfg });
    }
    let mix = Mix::load(&a.what)?;
    let cfg = TerrainCfg {
        columns: a.columns.max(mix.types.iter().filter(|t| t.share > 0.0).count() as u32),
        mix,
        levels: a.levels,
        seed: a.seed,
        steps,
        ..TerrainCfg::default()
    };
    let at = |(key, message): (String, String)| ConfigError { message, place: format!("{}: {key}", a.what) };
    let problems: Vec<_> = cfg.problems().into_iter().map(at).collect();
    if problems.is_empty() { Ok(cfg) } else { Err(ConfigErrors(problems).into()) }
}

/// One tile with the whole of a file, and what is to be said about it.
fn file(a: &TerrainArgs) -> Result<(TerrainCfg, String)> {
    let wrong = |message: String| ConfigErrors::from(ConfigError { message, place: a.what.clone() });
    let read = HeightFile::read(&a.what).map_err(wrong)?;
    let (size, values, text) = match &read {
        HeightFile::Picture(p) => {
            let [nx, ny] = p.size();
            let [dark, bright] = p.range();
            let [low, high] = [a.heights[0], a.heights[1]];
            let height = |v: f32| low + (high - low) * f64::from(v);
            let size = [nx, ny].map(|n| n as f64 * a.pixel);
            let text = format!(
                "picture of {nx} x {ny} pixels of {} m: {:.2} x {:.2} m, heights from {:.3} to {:.3} m\n",
                a.pixel,
                size[0],
                size[1],
                height(dark),
                height(bright)
            );
            (size, vec![("pixel", a.pixel), ("low", low), ("high", high)], text)
        }
        HeightFile::Mesh(mesh) => {
            let [low, high] = mesh.bounds.map(|b| b.map(|v| f64::from(v) * a.scale));
            let facts = mesh.facts();
            let room = f64::from(facts.lost_room) * a.scale;
            // no minus before zeros
            let [x, y] = facts.lost_at.map(|v| (f64::from(v) * a.scale * 100.0).round() / 100.0 + 0.0);
            let size = [high[0] - low[0], high[1] - low[1]];
            let mut text = format!(
                "mesh of {} triangles: {:.2} x {:.2} m, heights from {:.3} to {:.3} m\n\nAs a height field:\n\
                 {:8.2} % of its rectangle has no surface; it becomes level ground\n\
                 {:8.2} % of its surface hangs over something; what is below is lost\n",
                mesh.faces.len(),
                size[0],
                size[1],
                low[2],
                high[2],
                100.0 * facts.empty_share,
                100.0 * facts.lost_share,
            );
            if facts.lost_share > 0.0 {
                text += &format!(
                    "{room:8.3} m is the largest room that is lost, at x = {x:.2} m, y = {y:.2} m from its middle\n\
                     \nrapier keeps all of it: --env.physics.engine=rapier --env.physics.ground=mesh\n"
                );
            }
            (size, vec![("scale", a.scale)], text)
        }
    };
    let kind = if read.kind() == FileKind::Picture { "image" } else { "mesh" };
    let tile = size[0].max(size[1]).clamp(2.0, 40.0);
    // a whole number of cells
    let cell = (0.05 * (tile * tile / 0.0025 / 4e6).sqrt().max(1.0) * 100.0).ceil() / 100.0;
    let tile = ((tile / cell).ceil() * cell * 1e6).round() / 1e6;
    let mut mix = Mix::of(kind);
    mix.about = text.lines().next().unwrap_or_default().to_owned();
    for t in &mut mix.types {
        t.file = Some(a.what.clone());
        t.values = values.iter().map(|(k, v)| ((*k).to_owned(), Span([*v; 2]))).collect();
        t.values.insert("fade".into(), Span([0.0; 2]));
    }
    let cfg = TerrainCfg {
        mix,
        tile,
        columns: 1,
        levels: 1,
        cell,
        start_levels: [0.0; 2],
        ..TerrainCfg::default()
    };
    let wrong = |(key, message)| ConfigError { message, place: format!("{}: {key}", a.what) };
    let problems: Vec<_> = cfg.problems().into_iter().map(wrong).collect();
    if !problems.is_empty() {
        return Err(ConfigErrors(problems).into());
    }
    let written: Vec<String> = values.iter().map(|(k, v)| format!("{k}: {v:?}")).collect();
    let text = format!(
        "{text}\nIn a task:\nterrain: (mix: (types: [(type: {kind:?}, file: {:?}, {}, fade: 0.0)]), tile: {tile:?}, columns: 1, \
         levels: 1,\n    cell: {cell:?}, start_levels: (0, 0), seed: 1)\n",
        a.what,
        written.join(", ")
    );
    Ok((cfg, text))
}

/// Names of neighbouring columns, and how many there are of each.
fn columns(cfg: &TerrainCfg) -> Vec<(String, u32)> {
    cfg.types().into_iter().zip(cfg.mix.deal(cfg.columns)).filter(|(_, n)| *n > 0).collect()
}

/// A line per type: its columns, and its values on the easiest and on the hardest level.
fn table(cfg: &TerrainCfg) -> String {
    let mut text = format!(
        "{} columns x {} levels of tiles of {} m, cells of {} m: {}\n\n{:20} {:>7}  values: easiest level -> hardest\n",
        cfg.columns, cfg.levels, cfg.tile, cfg.cell, cfg.mix.about, "type", "columns"
    );
    for (kind, n) in cfg.mix.types.iter().zip(cfg.mix.deal(cfg.columns)) {
        let parameters = generator(&kind.kind).map_or(&[][..], |g| g.parameters);
        let [easy, hard] = [0.0, cfg.difficulty(cfg.levels.max(1) - 1)].map(|d| kind.values_at(d));
        let value = |(i, p): (usize, &terrain::Parameter)| {
            let unit = if p.unit.is_empty() { String::new() } else { format!(" {}", p.unit) };
            match easy[i] == hard[i] {
                true => format!("{} {}{unit}", p.name, easy[i]),
                false => format!("{} {} -> {}{unit}", p.name, easy[i], hard[i]),
            }
        };
        let mut values: Vec<String> = parameters.iter().enumerate().map(value).collect();
        if let Some([height, width]) = kind.perlin {
            values.push(format!(
                "Perlin noise {} -> {} m, waves of {} m",
                height.0[0], height.0[1], width.0[1]
            ));
        }
        let stepped = generator(&kind.kind).is_some_and(|g| g.stepped);
        if stepped && cfg.steps_of(kind) == Steps::Boxes {
            values.push("faces exactly vertical".into());
        }
        text += format!("{:20} {n:>7}  {}", kind.label(), values.join(", ")).trim_end();
        text.push('\n');
    }
    text
}

/// What engines will see.
fn made_of(terrain: &terrain::Terrain) -> String {
    let surface = match &terrain.surface {
        terrain::Surface::Plane { height } => format!("a plane at {height} m"),
        terrain::Surface::Field(f) => {
            let low = f.data.iter().copied().fold(f32::MAX, f32::min);
            let memory = f.data.len() as f64 * 4.0 / 1e6;
            format!("{} x {} heights from {low:.2} to {:.2} m, {memory:.1} MB", f.nx, f.ny, f.max)
        }
    };
    match terrain.boxes.list().len() {
        0 => format!("\n{surface}"),
        n => format!("\n{surface}, and {n} boxes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(what: &str) -> TerrainArgs {
        TerrainArgs {
            what: what.into(),
            picture: None,
            columns: 20,
            levels: 10,
            seed: 1,
            boxes: false,
            pixel: 0.05,
            heights: vec![0.0, 1.0],
            scale: 1.0,
        }
    }

    #[test]
    fn the_table_names_types_columns_and_ranges_and_the_picture_is_small() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rough.png");
        let args = || TerrainArgs { columns: 25, ..args("rough") };
        run(TerrainArgs { picture: Some(path.clone()), ..args() }, vec![]).unwrap();
        let cfg = read(&args(), &vec![]).unwrap();
        let text = table(&cfg);
        for line in [
            "stairs_up                  2  step 0.05 -> 0.23 m, run 0.31 m, platform 2 m\n",
            "stairs_up_exact            2  step 0.05 -> 0.23 m, run 0.31 m, platform 2 m, faces exactly vertical\n",
            "obstacles                  3  ",
        ] {
            assert!(text.contains(line), "{line} is missing in:\n{text}");
        }
        assert!(std::fs::metadata(path).unwrap().len() < 2_000_000);
    }

    #[test]
    fn files_are_ground_and_the_report_says_what_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.obj");
        // a floor of 4 x 4 m, and 1 x 4 m hanging 50 cm above it
        let quad =
            |z: f32, x0: f32, x1: f32| format!("v {x0} -2 {z}\nv {x1} -2 {z}\nv {x1} 2 {z}\nv {x0} 2 {z}\n");
        let text = format!("{}{}f 1 2 3 4\nf 5 6 7 8\n", quad(0.0, -2.0, 2.0), quad(0.5, -2.0, -1.0));
        std::fs::write(&path, text).unwrap();
        let (cfg, report) = file(&args(path.to_str().unwrap())).unwrap();
        for part in
            ["4.00 x 4.00 m", "25.00 % of its surface hangs", "0.500 m is the largest", "type: \"mesh\""]
        {
            assert!(report.contains(part), "{part} is missing in:\n{report}");
        }
        let ground = terrain::build(Some(&cfg));
        assert_eq!([ground.height(-1.5, 0.3), ground.height(0.5, 0.3)], [0.5, 0.0]);
        assert_eq!(ground.mesh.as_ref().unwrap().faces.len(), 4);
        let picture = folder.path().join("hill.png");
        image::GrayImage::from_fn(80, 40, |x, _| image::Luma([(x * 2) as u8])).save(&picture).unwrap();
        let (cfg, report) = file(&args(picture.to_str().unwrap())).unwrap();
        assert!(report.contains("4.00 x 2.00 m, heights from 0.000 to 0.620 m"), "{report}");
        let ground = terrain::build(Some(&cfg));
        assert!((ground.height(0.0, 0.3) - 79.0 / 255.0).abs() < 0.01);
        assert!(file(&args("nothing.stl")).unwrap_err().to_string().contains("nothing.stl"));
    }

    #[test]
    fn tasks_have_ground_too_and_unknown_names_have_neighbours() {
        assert_eq!(read(&args("a1_bumps"), &vec![]).unwrap().cell, 0.1);
        assert!(read(&args("a1_flat"), &vec![]).unwrap_err().to_string().contains("is a plane"));
        assert!(read(&args("ruogh"), &vec![]).unwrap_err().to_string().contains("did you mean `rough`?"));
        let none = TerrainArgs { levels: 0, ..args("rough") };
        assert!(read(&none, &vec![]).unwrap_err().to_string().contains("1 to 32 levels"));
    }
}
