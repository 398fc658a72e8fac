//! Settings of the compiler, and orientations, which depend on them.
use crate::robot::import::error::Result;
use crate::robot::import::math::{
    Place, Quat, UPRIGHT, V3, compose, cross, dot, from_matrix, scale, sub, transposed, turn, unit,
    unit_quat, z_onto,
};
use crate::robot::import::values::Values;
use crate::robot::import::xml::Element;

/// How numbers of the file are meant.
#[derive(Clone, Debug)]
pub struct Compiler {
    /// Angles are in degrees.
    pub degrees: bool,
    /// Axes of Euler angles; capitals are fixed axes.
    pub sequence: [char; 3],
    /// Folder of meshes.
    pub mesh_folder: String,
    /// A range alone limits.
    pub auto_limits: bool,
    /// Inertia from shapes: always, never, or where the file gives none.
    pub from_shapes: Option<bool>,
    /// Impossible inertias are averaged.
    pub balance: bool,
    /// Folders in file names are dropped.
    pub strip_path: bool,
    /// Least mass of a body, kg.
    pub least_mass: f64,
    /// Total mass to scale to, kg.
    pub total_mass: Option<f64>,
}

impl Default for Compiler {
    fn default() -> Self {
        Self {
            degrees: true,
            sequence: ['x', 'y', 'z'],
            mesh_folder: String::new(),
            auto_limits: true,
            from_shapes: None,
            balance: false,
            strip_path: false,
            least_mass: 0.0,
            total_mass: None,
        }
    }
}

impl Compiler {
    /// Takes over what an element sets.
    pub fn read(&mut self, element: Element<'_>) -> Result<()> {
        match element.word("angle") {
            None => {}
            Some("degree") => self.degrees = true,
            Some("radian") => self.degrees = false,
            Some(_) => return Err(element.fail("`angle` is `degree` or `radian`")),
        }
        if let Some(word) = element.word("eulerseq") {
            let letters: Vec<char> = word.chars().collect();
            self.sequence = <[char; 3]>::try_from(letters)
                .ok()
                .filter(|s| s.iter().all(|c| "xyzXYZ".contains(*c)))
                .ok_or_else(|| element.fail("`eulerseq` is three of x, y, z, X, Y, Z"))?;
        }
        if let Some(folder) = element.word("meshdir").or_else(|| element.word("assetdir")) {
            self.mesh_folder = folder.to_owned();
        }
        self.auto_limits = element.flag("autolimits").unwrap_or(self.auto_limits);
        self.balance = element.flag("balanceinertia").unwrap_or(self.balance);
        self.strip_path = element.flag("strippath").unwrap_or(self.strip_path);
        match element.word("inertiafromgeom") {
            None => {}
            Some("auto") => self.from_shapes = None,
            Some(_) => self.from_shapes = element.flag("inertiafromgeom"),
        }
        self.least_mass = element.amount("boundmass")?.unwrap_or(self.least_mass);
        self.total_mass = element.number("settotalmass")?.filter(|m| *m > 0.0).or(self.total_mass);
        if element.number("boundinertia")?.is_some_and(|v| v > 0.0) {
            use crate::robot::import::xml::Fate;
            element.settle("boundinertia", Fate::Ignored("inertias are as written".into()));
        }
        if element.word("coordinate") == Some("global") {
            return Err(element
                .fail("global coordinates are not read; save the model with MuJoCo to make them local"));
        }
        Ok(())
    }

    /// An angle in radians.
    pub fn angle(&self, value: f64) -> f64 {
        if self.degrees { value.to_radians() } else { value }
    }

    /// `pos` with any of the ways to write an orientation.
    pub fn place<'a>(&self, values: impl Values<'a>) -> Result<Place> {
        let pos = values.numbers::<3>("pos")?.unwrap_or([0.0; 3]);
        Ok(Place { pos, quat: self.orientation(values)? })
    }

    fn orientation<'a>(&self, values: impl Values<'a>) -> Result<Quat> {
        let zero = |name: &str| {
            let message = format!("`{name}` has no direction");
            match values.find(name) {
                Some((_, e)) => e.fail(message),
                None => crate::robot::import::error::ImportError::Robot(message),
            }
        };
        if let Some(q) = values.numbers::<4>("quat")? {
            return unit_quat(q).ok_or_else(|| zero("quat"));
        }
        if let Some([x, y, z, angle]) = values.numbers::<4>("axisangle")? {
            let axis = unit([x, y, z]).ok_or_else(|| zero("axisangle"))?;
            return Ok(turn(axis, self.angle(angle)));
        }
        if let Some(angles) = values.numbers::<3>("euler")? {
            let mut q = UPRIGHT;
            for (axis, angle) in self.sequence.iter().zip(angles) {
                let direction = match axis.to_ascii_lowercase() {
                    'x' => [1.0, 0.0, 0.0],
                    'y' => [0.0, 1.0, 0.0],
                    _ => [0.0, 0.0, 1.0],
                };
                let step = turn(direction, self.angle(angle));
                q = if axis.is_ascii_lowercase() { compose(q, step) } else { compose(step, q) };
            }
            return Ok(q);
        }
        if let Some([a, b, c, d, e, f]) = values.numbers::<6>("xyaxes")? {
            let x = unit([a, b, c]).ok_or_else(|| zero("xyaxes"))?;
            let y: V3 = [d, e, f];
            let y = unit(sub(y, scale(x, dot(x, y)))).ok_or_else(|| zero("xyaxes"))?;
            return Ok(from_matrix(transposed([x, y, cross(x, y)])));
        }
        if let Some(z) = values.numbers::<3>("zaxis")? {
            return Ok(z_onto(unit(z).ok_or_else(|| zero("zaxis"))?));
        }
        Ok(UPRIGHT)
    }
}
