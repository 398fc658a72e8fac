//! Endless tracks along +x for evaluation: robots start at the origin on level ground, from x = 1 m on there is one obstacle.
use super::generators::scatter;
use super::grid::MOST_SAMPLES;
use super::mix::Steps;
use super::random::lattice;
use super::shape::{Patch, Shape};
use super::{HeightField, OrientedBox, Surface, Terrain};
use serde::{Deserialize, Serialize};

/// Smallest and largest x, m.
const X: [f32; 2] = [-2.5, 21.5];
/// Largest y, m.
const HALF_WIDTH: f32 = 6.0;
/// Where the obstacle begins, m.
const START: f32 = 1.0;
/// Thickness of steps and slopes, m.
const THICK: f32 = 0.5;
/// Rectangles of a track of them.
const RECTANGLES: usize = 180;
/// Distance of random heights, m.
const LATTICE: f32 = 0.2;

/// What there is on a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// Nothing.
    Flat,
    /// Random heights, up to `height` up and down.
    Noise,
    /// A slope of `angle`, upwards.
    SlopeUp,
    /// A slope of `angle`, downwards.
    SlopeDown,
    /// Steps of `height` every `run`, upwards.
    StairsUp,
    /// Steps of `height` every `run`, downwards.
    StairsDown,
    /// Rectangles of `height` and of half of it.
    Boxes,
    /// Rectangles of `height` and of half of it, up and down.
    BoxesAndPits,
}

/// An endless track.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// What there is.
    pub obstacle: Obstacle,
    /// Of steps and rectangles, or largest deviation of noise, m.
    #[serde(default)]
    pub height: f64,
    /// Of slopes, degrees.
    #[serde(default)]
    pub angle: f64,
    /// Depth of a step, m.
    #[serde(default = "usual_run")]
    pub run: f64,
    /// Distance of samples of a field, m.
    #[serde(default = "usual_cell")]
    pub cell: f64,
    /// What it is made of; a slope of boxes is one tilted box.
    #[serde(default)]
    pub steps: Steps,
    /// Of all that is random.
    #[serde(default = "usual_seed")]
    pub seed: u64,
    /// How many grounds there are of what is random: with one, few places decide about all tries.
    #[serde(default = "one")]
    pub layouts: u64,
}

fn one() -> u64 {
    1
}

fn usual_run() -> f64 {
    0.31
}
fn usual_cell() -> f64 {
    0.05
}
fn usual_seed() -> u64 {
    1
}

impl Track {
    /// A track of samples every 5 cm; `height` is in degrees for slopes, else in m.
    pub fn new(obstacle: Obstacle, height: f64) -> Self {
        let slope = matches!(obstacle, Obstacle::SlopeUp | Obstacle::SlopeDown);
        let (height, angle) = if slope { (0.0, height) } else { (height, 0.0) };
        let (run, cell, seed) = (usual_run(), usual_cell(), usual_seed());
        Self { obstacle, height, angle, run, cell, steps: Steps::Field, seed, layouts: 1 }
    }

    /// Everything wrong with the values: key and sentence.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut list = vec![];
        let mut within = |key, value: f64, [low, high]: [f64; 2], unit| {
            if !(low..=high).contains(&value) {
                list.push((
                    key,
                    format!("{key} of a track is {value}, must be {low} to {high} {unit}")
                        .trim_end()
                        .to_owned(),
                ));
            }
        };
        within("height", self.height, [0.0, 1.0], "m");
        within("angle", self.angle, [0.0, 60.0], "degrees");
        within("run", self.run, [0.1, 4.0], "m");
        within("cell", self.cell, [0.005, 0.5], "m");
        within("layouts", self.layouts as f64, [1.0, 256.0], "");
        let random = [Obstacle::Noise, Obstacle::Boxes, Obstacle::BoxesAndPits].contains(&self.obstacle);
        if self.layouts > 1 && !random {
            list.push((
                "layouts",
                format!("{:?} is the same in every layout: leave `layouts` out", self.obstacle),
            ));
        }
        if self.steps == Steps::Boxes && self.obstacle == Obstacle::Noise {
            list.push(("steps", "noise has no steps that could be boxes: use `field`".into()));
        }
        list
    }

    /// Each layout as a track of its own.
    pub fn each_layout(&self) -> impl Iterator<Item = Self> {
        (0..self.layouts.max(1)).map(|k| Self { seed: self.seed.wrapping_add(k), layouts: 1, ..self.clone() })
    }

    /// The ground, of the first layout. Fails with everything wrong with the values.
    pub fn build(&self) -> Result<Terrain, String> {
        let problems = self.problems();
        if !problems.is_empty() {
            return Err(problems.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("; "));
        }
        if self.obstacle == Obstacle::Flat {
            return Ok(Terrain::plane(0.0));
        }
        match self.steps {
            Steps::Field => self.field().map(Terrain::from),
            Steps::Boxes => self.boxes(),
        }
    }

    fn slope(&self) -> f32 {
        self.angle.to_radians().tan() as f32
    }

    /// Whether it leads up, if it leads anywhere.
    fn sign(&self) -> f32 {
        if matches!(self.obstacle, Obstacle::SlopeDown | Obstacle::StairsDown) { -1.0 } else { 1.0 }
    }

    fn shape(&self) -> Shape {
        let ([height, run], sign) = ([self.height as f32, self.run as f32], self.sign());
        let (low, high) = ([START, -HALF_WIDTH], [X[1], HALF_WIDTH]);
        match self.obstacle {
            Obstacle::Flat => Shape::smooth(|_, _| 0.0),
            Obstacle::Noise => {
                let seed = self.seed;
                Shape::smooth(move |x, y| {
                    let noise = lattice((x - X[0]) / LATTICE, (y + HALF_WIDTH) / LATTICE, seed);
                    height * (2.0 * noise - 1.0)
                })
            }
            Obstacle::SlopeUp | Obstacle::SlopeDown => {
                let slope = sign * self.slope();
                Shape::smooth(move |x, _| slope * (x - START).max(0.0))
            }
            Obstacle::StairsUp | Obstacle::StairsDown => {
                let count = ((X[1] - START) / run).ceil() as usize;
                let step = |k: usize| {
                    let [from, to] = [k, k + 1].map(|k| (START + run * k as f32).min(X[1]));
                    let z = sign * height * (k + 1) as f32;
                    Patch { low: [from, -HALF_WIDTH], high: [to, HALF_WIDTH], z }
                };
                Shape::Steps((0..count).map(step).collect())
            }
            Obstacle::Boxes | Obstacle::BoxesAndPits => {
                let holes = self.obstacle == Obstacle::BoxesAndPits;
                Shape::Steps(scatter((low, high), RECTANGLES, [0.4, 1.6], height, holes, self.seed))
            }
        }
    }

    fn field(&self) -> Result<HeightField, String> {
        let cell = self.cell as f32;
        let count = |length: f32| (length / cell).round() as usize;
        let [nx, ny] = [count(X[1] - X[0]), count(2.0 * HALF_WIDTH)];
        let most = MOST_SAMPLES as usize;
        if nx * ny > most {
            return Err(format!("{} samples of a track: at most {most}; larger cells make fewer", nx * ny));
        }
        let corner = [X[0], -HALF_WIDTH];
        let data = self.shape().sample([nx, ny], cell, corner);
        // samples are in the middles of cells
        HeightField::new([nx, ny], cell, corner.map(|v| v + cell / 2.0), data)
    }

    fn boxes(&self) -> Result<Terrain, String> {
        let plane = |height| Terrain { surface: Surface::Plane { height }, ..Terrain::plane(0.0) };
        let slab = |from: f32, to: f32, top: f32, thick: f32| {
            let half = [(to - from) / 2.0, HALF_WIDTH, thick / 2.0];
            OrientedBox::new([(from + to) / 2.0, 0.0, top - thick / 2.0], half)
        };
        let (floor, boxes) = match self.obstacle {
            Obstacle::SlopeUp | Obstacle::SlopeDown if self.angle > 0.0 => {
                let angle = self.angle.to_radians() as f32;
                let length = (X[1] - START) / angle.cos();
                // the plane of its top goes through x = 1 m, z = 0
                let tilted = |from: f32, to: f32| {
                    let (sin, cos) = (self.sign() * angle).sin_cos();
                    let [along, down] = [(from + to) / 2.0, THICK / 2.0];
                    let (half_sin, half_cos) = (-self.sign() * angle / 2.0).sin_cos();
                    OrientedBox {
                        center: [START + along * cos + down * sin, 0.0, along * sin - down * cos],
                        rotation: [half_cos, 0.0, half_sin, 0.0],
                        half: [(to - from) / 2.0, HALF_WIDTH, THICK / 2.0],
                    }
                };
                match self.obstacle {
                    Obstacle::SlopeUp => (0.0, vec![tilted(-THICK, length)]),
                    _ => {
                        let bottom = -(X[1] - START) * self.slope() - THICK;
                        // the lower end of the first box is hidden behind the level one
                        (bottom, vec![slab(X[0], START, 0.0, THICK), tilted(0.0, length)])
                    }
                }
            }
            Obstacle::StairsUp | Obstacle::StairsDown | Obstacle::Boxes | Obstacle::BoxesAndPits
                if self.height > 0.0 =>
            {
                let shape = self.shape();
                (shape.floor(), shape.boxes([X[0], -HALF_WIDTH], [X[1], HALF_WIDTH]))
            }
            _ => (0.0, vec![]),
        };
        plane(floor).with_boxes(boxes)
    }
}

#[cfg(test)]
mod tests;
